//! What is open and what was done; opening and closing are logged here, one line each.
//!
//! What is opened takes a place and is counted by it, so that nothing is open that is not bounded.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use echoclock_shared::info::{Done, Open};

use crate::client::Client;
use crate::connection::{Ended, Ending};
use crate::hits::{Hits, Limit};
use crate::limits::Limits;
use crate::peer::Peer;
use crate::places::{Full, Kind, Place, Taken};

/// The server's counts; a cheap handle.
#[derive(Clone, Debug)]
pub struct Counts {
    taken: Taken,
    done: Arc<DoneSoFar>,
    hits: Hits,
}

#[derive(Debug, Default)]
struct DoneSoFar {
    echoes: AtomicU64,
}

impl Counts {
    /// Counts from nothing up to these limits.
    pub fn new(limits: &Limits, hits: Hits) -> Self {
        let taken = Taken::new(limits.in_all, limits.per_client, hits.clone());
        Self { taken, done: Arc::default(), hits }
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
        Done { echoes: self.done.echoes.load(Ordering::Relaxed) }
    }

    /// Waits until nothing is open.
    pub async fn nothing_open(&self) {
        self.taken.nothing_held().await;
    }

    /// Returns what is taken of the places that there are.
    pub(crate) fn taken(&self) -> &Taken {
        &self.taken
    }

    pub(crate) fn echoed(&self) {
        self.done.echoes.fetch_add(1, Ordering::Relaxed);
    }

    /// Opens a stream; `ending` tells how it ends unless the server ends it.
    ///
    /// # Errors
    ///
    /// Where there are as many as there may be.
    pub(crate) fn open_stream(
        &self,
        name: String,
        peer: Peer,
        client: Client,
        ending: Ending,
    ) -> Result<OpenStream, Full> {
        let place = self.taken.take(Kind::Stream, client)?;
        Ok(OpenStream(Entry::open(place, "stream", name, peer, ending, self.hits.clone())))
    }

    /// Counts a request that waits; there are too many of them for the log.
    ///
    /// # Errors
    ///
    /// Where there are as many as there may be.
    pub(crate) fn open_poll(&self, client: Client) -> Result<OpenPoll, Full> {
        Ok(OpenPoll { _place: self.taken.take(Kind::Poll, client)? })
    }

    /// Takes a place for a socket, which is then opened in it.
    ///
    /// # Errors
    ///
    /// Where there are as many as there may be.
    pub(crate) fn socket_place(&self, client: Client) -> Result<SocketPlace, Full> {
        Ok(SocketPlace { place: self.taken.take(Kind::Socket, client)?, hits: self.hits.clone() })
    }
}

/// A socket's place until it is open.
#[derive(Debug)]
pub(crate) struct SocketPlace {
    place: Place,
    hits: Hits,
}

impl SocketPlace {
    pub(crate) fn open(self, name: String, peer: Peer) -> OpenSocket {
        let Self { place, hits } = self;
        OpenSocket(Entry::open(place, "socket", name, peer, Ending::default(), hits))
    }
}

/// An open stream, counted while this lives.
#[derive(Debug)]
pub(crate) struct OpenStream(Entry);

impl OpenStream {
    /// Counts items that were written.
    pub(crate) fn count(&mut self, items: usize) {
        self.0.messages += items;
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
}

/// An open socket, counted while this lives.
#[derive(Debug)]
pub(crate) struct OpenSocket(Entry);

impl OpenSocket {
    /// Counts a message that was received.
    pub(crate) fn count(&mut self) {
        self.0.messages += 1;
    }

    /// Counts that it has come to a limit.
    pub(crate) fn hit(&self, limit: Limit) {
        self.0.hits.hit(limit);
    }

    /// Ends the count, and logs why.
    pub(crate) fn ended(mut self, reason: &dyn fmt::Display) {
        self.0.reason = Some(reason.to_string());
    }
}

#[derive(Debug)]
struct Entry {
    place: Place,
    kind: &'static str,
    name: String,
    peer: Peer,
    since: Instant,
    messages: usize,
    reason: Option<String>,
    ending: Ending,
    hits: Hits,
}

impl Entry {
    fn open(
        place: Place,
        kind: &'static str,
        name: String,
        peer: Peer,
        ending: Ending,
        hits: Hits,
    ) -> Self {
        tracing::info!(%peer, client = %place.client(), "{kind} opened: {name}");
        let since = Instant::now();
        Self { place, kind, name, peer, since, messages: 0, reason: None, ending, hits }
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        let Self { place, kind, name, peer, messages, .. } = self;
        let client = place.client();
        // An end that the server has decided on does not reach a client that is lost.
        let lost = self.ending.get().filter(|ended| ended.is_by_the_client()).map(Ended::reason);
        let reason = lost.or(self.reason.as_deref()).unwrap_or_else(|| self.ending.reason());
        let lasted = Duration::from_millis(self.since.elapsed().as_millis() as u64);
        tracing::info!(%peer, %client, messages, ?lasted, reason, "{kind} closed: {name}");
    }
}
