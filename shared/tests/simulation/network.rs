//! Messages on their way, in order on each link and in each direction.

use std::collections::HashMap;
use std::time::Duration;

use echoclock_shared::session::{LinkId, Side, Target};
use fastrand::Rng;

/// One link, from the page to a server's process.
#[derive(Debug)]
pub(crate) struct Pipe {
    pub(crate) target: Target,
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
    pub(crate) lag: Duration,
}

impl Default for Network {
    fn default() -> Self {
        Self { pipes: HashMap::new(), black_hole: false, lag: Duration::from_millis(5) }
    }
}

impl Network {
    pub(crate) fn open(&mut self, link: LinkId, target: Target, now: Duration) {
        let pipe = Pipe {
            target,
            instance: None,
            swallowed: self.black_hole,
            to_server: now,
            to_page: now,
        };
        let before = self.pipes.insert(link, pipe);
        assert!(before.is_none(), "{link:?} was opened twice");
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
