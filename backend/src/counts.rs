//! What is open and what was done; opening and closing are logged here, one line each.
//!
//! What is opened takes a place and is counted by it, so that nothing is open that is not bounded.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use echoclock_shared::info::{Done, Open};
use echoclock_shared::time::UnixMillis;
use echoclock_shared::transport::Transport;

use crate::client::Client;
use crate::connection::{Ended, Ending};
use crate::feed::clock::WallClock;
use crate::hits::{Hits, Limit};
use crate::limits::Limits;
use crate::link::LinkId;
use crate::peer::Peer;
use crate::places::{Full, Kind, Place, Taken};
use crate::work::{Carries, Count, Echo, Opened, Work};

/// The server's counts; a cheap handle.
#[derive(Clone, Debug)]
pub struct Counts {
    taken: Taken,
    work: Work,
    hits: Hits,
}

impl Counts {
    /// Counts from nothing up to these limits; how late items are is told by this clock.
    pub fn new(limits: &Limits, hits: Hits, wall: Arc<dyn WallClock>) -> Self {
        let taken = Taken::new(limits.in_all, limits.per_client, hits.clone());
        Self { taken, work: Work::new(wall), hits }
    }

    /// Returns what is open.
    pub fn open(&self) -> Open {
        Open {
            sockets: self.taken.held(Kind::Socket),
            streams: self.taken.held(Kind::Stream),
            polls: self.taken.held(Kind::Poll),
        }
    }

    /// Returns what was done since the start.
    pub fn done(&self) -> Done {
        let echoes = [Echo::Chat, Echo::Post].map(|echo| self.work.of(Count::Echoes(echo)));
        Done { echoes: echoes.into_iter().sum() }
    }

    /// Waits until nothing is open.
    pub async fn nothing_open(&self) {
        self.taken.nothing_held().await;
    }

    /// Returns what is taken of the places that there are.
    pub(crate) fn taken(&self) -> &Taken {
        &self.taken
    }

    /// Returns where what is done is counted.
    pub(crate) fn work(&self) -> &Work {
        &self.work
    }

    /// Opens a stream; `ending` tells how it ends unless the server ends it.
    ///
    /// # Errors
    ///
    /// Where there are as many as there may be.
    pub(crate) fn open_stream(
        &self,
        link: LinkId,
        carries: Carries,
        name: String,
        peer: Peer,
        client: Client,
        ending: Ending,
    ) -> Result<OpenStream, Full> {
        let place = self.taken.take(Kind::Stream, client)?;
        let opened = self.work.open(carries);
        Ok(OpenStream(Entry::open(link, place, "stream", name, peer, ending, opened)))
    }

    /// Counts a request that waits; there are too many of them for the log.
    ///
    /// # Errors
    ///
    /// Where there are as many as there may be.
    pub(crate) fn open_poll(&self, client: Client) -> Result<OpenPoll, Full> {
        Ok(OpenPoll { _place: self.taken.take(Kind::Poll, client)?, _opened: None })
    }

    /// Counts a request of a follower that waits for an item.
    ///
    /// # Errors
    ///
    /// Where as many requests wait as may.
    pub(crate) fn open_long_poll(&self, client: Client) -> Result<OpenPoll, Full> {
        let opened = self.work.open(Carries::Feed(Transport::LongPoll));
        Ok(OpenPoll { _opened: Some(opened), ..self.open_poll(client)? })
    }

    /// Takes a place for a socket, which is then opened in it.
    ///
    /// # Errors
    ///
    /// Where there are as many as there may be.
    pub(crate) fn socket_place(&self, client: Client) -> Result<SocketPlace, Full> {
        Ok(SocketPlace { place: self.taken.take(Kind::Socket, client)?, counts: self.clone() })
    }
}

/// A socket's place until it is open.
#[derive(Debug)]
pub(crate) struct SocketPlace {
    place: Place,
    counts: Counts,
}

impl SocketPlace {
    pub(crate) fn open(
        self,
        link: LinkId,
        carries: Carries,
        name: String,
        peer: Peer,
    ) -> OpenSocket {
        let Self { place, counts: Counts { work, hits, .. } } = self;
        let opened = work.open(carries);
        let entry = Entry::open(link, place, "socket", name, peer, Ending::default(), opened);
        OpenSocket { entry, bytes: 0, hits }
    }
}

/// An open stream, counted while this lives.
#[derive(Debug)]
pub(crate) struct OpenStream(Entry);

impl OpenStream {
    /// Counts items that go out, with what they take, the first of which was due then.
    pub(crate) fn count(&mut self, items: usize, bytes: usize, due: Option<UnixMillis>) {
        self.0.messages += items;
        self.0.gave(items, bytes, due);
    }

    /// Says why the server ends the stream; otherwise its connection knows.
    pub(crate) fn ends_because(&mut self, reason: &str) {
        self.0.reason = Some(reason.to_owned());
    }

    /// Says that the server breaks the stream off because it was asked to.
    pub(crate) fn is_cut(&mut self) {
        self.0.ending.is(Ended::Cut);
    }
}

/// A request that waits, counted while this lives.
#[derive(Debug)]
pub(crate) struct OpenPoll {
    _place: Place,
    _opened: Option<Opened>,
}

/// An open socket, counted while this lives.
#[derive(Debug)]
pub(crate) struct OpenSocket {
    entry: Entry,
    /// What the messages had that were received, in bytes.
    bytes: usize,
    hits: Hits,
}

impl OpenSocket {
    /// Counts a message that was received, of so many bytes.
    pub(crate) fn count(&mut self, bytes: usize) {
        self.entry.messages += 1;
        self.bytes += bytes;
    }

    /// Returns what it is called in the log.
    pub(crate) fn link(&self) -> LinkId {
        self.entry.link
    }

    /// Returns how many messages were received, and how many bytes they had.
    pub(crate) fn received(&self) -> (usize, usize) {
        (self.entry.messages, self.bytes)
    }

    /// Says that all is answered that was received besides this, since then: all messages that one read
    /// has brought are counted together, and now and then it is measured how long they took.
    pub(crate) fn answered(&self, (messages, bytes): (usize, usize), since: tokio::time::Instant) {
        let (more, work) = (self.entry.messages - messages, self.entry.opened.work());
        match self.entry.opened.carries() {
            _ if more == 0 => return,
            // Of what is said in the chat not all is an echo.
            Carries::Chat => {}
            Carries::Raw => {
                work.add(Count::Echoes(Echo::Raw), more);
                work.add(Count::EchoBytes(Echo::Raw), self.bytes - bytes);
            }
            Carries::Feed(_) | Carries::Check => return,
        }
        work.time_echo(|| since.elapsed());
    }

    /// Counts items that go out, with what they take, the first of which was due then.
    pub(crate) fn gave(&self, items: usize, bytes: usize, due: Option<UnixMillis>) {
        self.entry.gave(items, bytes, due);
    }

    /// Counts that it has come to a limit.
    pub(crate) fn hit(&self, limit: Limit) {
        self.hits.hit(limit);
    }

    /// Ends the count, and logs why.
    pub(crate) fn ended(mut self, reason: &dyn fmt::Display) {
        self.entry.reason = Some(reason.to_string());
    }
}

#[derive(Debug)]
struct Entry {
    link: LinkId,
    place: Place,
    kind: &'static str,
    name: String,
    peer: Peer,
    since: Instant,
    messages: usize,
    reason: Option<String>,
    ending: Ending,
    opened: Opened,
}

impl Entry {
    fn open(
        link: LinkId,
        place: Place,
        kind: &'static str,
        name: String,
        peer: Peer,
        ending: Ending,
        opened: Opened,
    ) -> Self {
        tracing::info!(%link, %peer, client = %place.client(), "{kind} opened: {name}");
        let since = Instant::now();
        Self { link, place, kind, name, peer, since, messages: 0, reason: None, ending, opened }
    }

    fn gave(&self, items: usize, bytes: usize, due: Option<UnixMillis>) {
        if let Carries::Feed(transport) = self.opened.carries() {
            self.opened.work().gave(transport, items, bytes, due);
        }
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        let Self { link, place, kind, name, peer, messages, .. } = self;
        let client = place.client();
        // An end that the server has decided on does not reach a client that is lost.
        let lost = self.ending.get().filter(|ended| ended.is_by_the_client()).map(Ended::reason);
        let reason = lost.or(self.reason.as_deref()).unwrap_or_else(|| self.ending.reason());
        let lasted = Duration::from_millis(self.since.elapsed().as_millis() as u64);
        tracing::info!(%link, %peer, %client, messages, ?lasted, reason, "{kind} closed: {name}");
    }
}
