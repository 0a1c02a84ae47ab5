//! Where all that passes on a connection is looked at.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::time::Instant;

use crate::hits::Limit;
use crate::http1::{How, Mode, Tracker, Waits, Witness};

/// A connection's tracker; a cheap handle.
#[derive(Clone, Debug)]
pub(crate) struct Tap(
    // A mutex of the standard library, because nothing is awaited while it is held.
    Arc<Mutex<Tracker>>,
);

impl Tap {
    pub(super) fn new() -> Self {
        Self(Arc::new(Mutex::new(Tracker::new(Instant::now()))))
    }

    /// Looks at bytes that came; tells whether a request is being answered.
    pub(super) fn received(&self, bytes: &[u8]) -> bool {
        let mut tracker = self.tracker();
        tracker.received(bytes, Instant::now);
        tracker.is_answering()
    }

    /// Looks at bytes that went out; tells whether a request is being answered.
    pub(super) fn sent<'a>(&self, pieces: impl IntoIterator<Item = &'a [u8]>) -> bool {
        let mut tracker = self.tracker();
        tracker.sent(pieces, Instant::now);
        tracker.is_answering()
    }

    /// Whether anybody wants to see what is being answered.
    pub(super) fn is_seen(&self) -> bool {
        self.tracker().is_seen()
    }

    /// Learns that no more requests are read than the one that is being answered.
    pub(super) fn reads_no_more(&self) {
        self.tracker().reads_no_more();
    }

    /// Learns that nothing more passes.
    pub(super) fn closed(&self, how: How) {
        self.tracker().closed(how);
    }

    /// Looks at what the connection is at.
    pub(crate) fn look(&self, waits: &Waits) -> Look {
        let tracker = self.tracker();
        Look {
            mode: tracker.mode(),
            is_answering: tracker.is_answering(),
            deadline: tracker.deadline(waits),
        }
    }

    fn tracker(&self) -> MutexGuard<'_, Tracker> {
        // What is followed stays whole even where a witness panicked.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a connection is at.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Look {
    /// What it speaks.
    pub(crate) mode: Mode,
    /// Whether one of its requests is being answered.
    pub(crate) is_answering: bool,
    /// When it has waited too long for its client, and by which limit.
    pub(crate) deadline: Option<(Instant, Limit)>,
}

/// A request's place on its connection, counted from 1: an extension of the request.
#[derive(Clone, Debug)]
pub(crate) struct Exchange {
    tap: Tap,
    number: u64,
}

impl Exchange {
    pub(crate) fn new(tap: Tap, number: u64) -> Self {
        Self { tap, number }
    }

    /// Has a witness see all that passes on this exchange, byte for byte.
    ///
    /// # Errors
    ///
    /// Returns the witness where that can't be seen: over HTTP/2.
    pub(crate) fn claim(&self, witness: Box<dyn Witness>) -> Result<(), Box<dyn Witness>> {
        self.tap.tracker().claim(self.number, witness)
    }

    /// Learns that nobody will ask to see this exchange, so that nothing of it need be kept.
    pub(crate) fn leave(&self) {
        self.tap.tracker().leave(self.number);
    }
}
