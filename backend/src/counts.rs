//! What is open and what was done; opening and closing are logged here, one line each.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use echoclock_shared::info::{Done, Open};
use tokio::sync::watch;

use crate::connection::Ending;
use crate::peer::Peer;

/// The server's counts; a cheap handle.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    inner: Arc<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    open: watch::Sender<Open>,
    echoes: AtomicU64,
}

impl Counts {
    /// Returns what is open.
    pub fn open(&self) -> Open {
        *self.inner.open.borrow()
    }

    /// Returns what was done since the start.
    pub fn done(&self) -> Done {
        Done { echoes: self.inner.echoes.load(Ordering::Relaxed) }
    }

    /// Waits until nothing is open.
    pub async fn nothing_open(&self) {
        let mut open = self.inner.open.subscribe();
        let nothing = open.wait_for(|open| *open == Open::default()).await;
        nothing.expect("the sender lives as long as these counts");
    }

    pub(crate) fn echoed(&self) {
        self.inner.echoes.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a stream; `ending` tells how it ends unless the server ends it.
    pub(crate) fn open_stream(&self, name: String, peer: Peer, ending: Ending) -> OpenStream {
        OpenStream(self.open_one(|open| &mut open.streams, "stream", name, peer, ending))
    }

    /// Counts a poll; there are too many of them for the log.
    pub(crate) fn open_poll(&self) -> OpenPoll {
        self.inner.open.send_modify(|open| open.polls += 1);
        OpenPoll(self.clone())
    }

    pub(crate) fn open_socket(&self, name: String, peer: Peer) -> OpenSocket {
        let ending = Ending::default();
        OpenSocket(self.open_one(|open| &mut open.sockets, "socket", name, peer, ending))
    }

    fn open_one(
        &self,
        field: Field,
        kind: &'static str,
        name: String,
        peer: Peer,
        ending: Ending,
    ) -> Entry {
        self.inner.open.send_modify(|open| *field(open) += 1);
        tracing::info!(%peer, "{kind} opened: {name}");
        Entry {
            counts: self.clone(),
            field,
            kind,
            name,
            peer,
            since: Instant::now(),
            messages: 0,
            reason: None,
            ending,
        }
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
}

/// A poll that waits, counted while this lives.
#[derive(Debug)]
pub(crate) struct OpenPoll(Counts);

impl Drop for OpenPoll {
    fn drop(&mut self) {
        self.0.inner.open.send_modify(|open| open.polls -= 1);
    }
}

/// An open socket, counted while this lives.
#[derive(Debug)]
pub(crate) struct OpenSocket(Entry);

impl OpenSocket {
    /// Counts a message that was received.
    pub(crate) fn count(&mut self) {
        self.0.messages += 1;
    }

    /// Ends the count, and logs why.
    pub(crate) fn ended(mut self, reason: &dyn fmt::Display) {
        self.0.reason = Some(reason.to_string());
    }
}

type Field = fn(&mut Open) -> &mut u64;

#[derive(Debug)]
struct Entry {
    counts: Counts,
    field: Field,
    kind: &'static str,
    name: String,
    peer: Peer,
    since: Instant,
    messages: usize,
    reason: Option<String>,
    ending: Ending,
}

impl Drop for Entry {
    fn drop(&mut self) {
        let Self { kind, name, peer, messages, .. } = self;
        let reason = self.reason.as_deref().unwrap_or_else(|| self.ending.reason());
        let lasted = Duration::from_millis(self.since.elapsed().as_millis() as u64);
        tracing::info!(%peer, messages, ?lasted, reason, "{kind} closed: {name}");
        self.counts.inner.open.send_modify(|open| *(self.field)(open) -= 1);
    }
}
