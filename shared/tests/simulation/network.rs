//! Messages on their way, in order on each link and in each direction.

use std::collections::HashMap;
use std::time::Duration;

use echoclock_shared::session::{LinkId, Side, Target};
use echoclock_shared::transport::Transport;
use fastrand::Rng;

/// One link, from the page to a server's process.
#[derive(Debug)]
pub(crate) struct Pipe {
    /// What it leads to; nothing for a message that is posted.
    pub(crate) target: Option<Target>,
    /// The server process at the other end; none before it has arrived.
    pub(crate) instance: Option<u32>,
    /// Nothing arrives any more, and nobody is told.
    pub(crate) swallowed: bool,
    to_server: Duration,
    to_page: Duration,
}

/// Every link that the page has not let go of, and what the network does to it.
#[derive(Debug)]
pub(crate) struct Network {
    pub(crate) pipes: HashMap<LinkId, Pipe>,
    pub(crate) black_hole: bool,
    pub(crate) sockets: Sockets,
    pub(crate) lag: Duration,
}

/// What becomes of sockets, while everything else is carried.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Sockets {
    Carry,
    /// None is let in.
    Refuse,
    /// Nothing is heard on them.
    Swallow,
    /// Each is ended some time after it has opened.
    End {
        after: Duration,
    },
}

impl Pipe {
    pub(crate) const fn is_socket(&self) -> bool {
        match self.target {
            Some(Target::Echo | Target::Clock { transport: Transport::Socket, .. }) => true,
            Some(Target::Clock { .. }) | None => false,
        }
    }
}

impl Default for Network {
    fn default() -> Self {
        Self {
            pipes: HashMap::new(),
            black_hole: false,
            sockets: Sockets::Carry,
            lag: Duration::from_millis(5),
        }
    }
}

impl Network {
    pub(crate) fn open(&mut self, link: LinkId, target: Option<Target>, now: Duration) {
        let mut pipe =
            Pipe { target, instance: None, swallowed: false, to_server: now, to_page: now };
        let silent = pipe.is_socket() && self.sockets == Sockets::Swallow;
        pipe.swallowed = self.black_hole || silent;
        let before = self.pipes.insert(link, pipe);
        assert!(before.is_none(), "{link:?} was opened twice");
    }

    /// Returns the sockets that there are, the oldest first.
    pub(crate) fn open_sockets(&self) -> Vec<LinkId> {
        let sockets = self.pipes.iter().filter(|(_, pipe)| pipe.is_socket());
        let mut links: Vec<_> = sockets.map(|(link, _)| *link).collect();
        links.sort();
        links
    }

    /// Whether a link is not let in.
    pub(crate) fn refuses(&self, link: LinkId) -> bool {
        self.sockets == Sockets::Refuse && self.is_socket(link)
    }

    /// Returns how long a link may be open.
    pub(crate) fn ends_after(&self, link: LinkId) -> Option<Duration> {
        match self.sockets {
            Sockets::End { after } if self.is_socket(link) => Some(after),
            Sockets::End { .. } | Sockets::Carry | Sockets::Refuse | Sockets::Swallow => None,
        }
    }

    fn is_socket(&self, link: LinkId) -> bool {
        self.pipes.get(&link).is_some_and(Pipe::is_socket)
    }

    /// Swallows whatever comes on the links that there are.
    pub(crate) fn half_open(&mut self) {
        self.pipes.values_mut().for_each(|pipe| pipe.swallowed = true);
    }

    /// Returns when a message to one side arrives, if it does.
    pub(crate) fn carry(
        &mut self,
        link: LinkId,
        to: Side,
        now: Duration,
        rng: &mut Rng,
    ) -> Option<Duration> {
        let lag = self.delay(rng);
        let pipe = self.pipes.get_mut(&link).filter(|pipe| !pipe.swallowed)?;
        let last = match to {
            Side::Browser => &mut pipe.to_page,
            Side::Server => &mut pipe.to_server,
        };
        *last = (*last).max(now + lag);
        Some(*last)
    }

    /// Returns how long one message takes.
    pub(crate) fn delay(&self, rng: &mut Rng) -> Duration {
        self.lag + self.lag * rng.u32(0..100) / 50
    }
}
