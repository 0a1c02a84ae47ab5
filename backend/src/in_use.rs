//! Whether a connection of HTTP/2 is used: what its requests have led to, answers and sockets
//! included, is counted.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use axum::body::{Body, Bytes, HttpBody};
use futures_util::task::AtomicWaker;
use http_body::{Frame, SizeHint};
use tokio::time::Instant;

use crate::http1::Waits;

/// A connection's count; a cheap handle.
#[derive(Clone, Debug)]
pub(crate) struct InUse(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    // A mutex of the standard library, because nothing is awaited while it is held.
    count: Mutex<Count>,
    /// Who looks at the deadline, which the end of a use sets.
    waker: AtomicWaker,
}

#[derive(Debug)]
struct Count {
    open: usize,
    was_used: bool,
    /// When it was last used.
    since: Instant,
}

impl InUse {
    pub(crate) fn new(now: Instant) -> Self {
        let count = Mutex::new(Count { open: 0, was_used: false, since: now });
        Self(Arc::new(Inner { count, waker: AtomicWaker::new() }))
    }

    /// Counts a use for as long as what is returned lives.
    pub(crate) fn begin(&self) -> Use {
        let mut count = self.0.count();
        count.open += 1;
        count.was_used = true;
        Use(self.clone())
    }

    /// Returns when the connection has been idle for too long, unless it is used; the task is woken
    /// when that changes.
    pub(crate) fn deadline(&self, waits: &Waits, waker: &Waker) -> Option<Instant> {
        self.0.waker.register(waker);
        let count = self.0.count();
        let wait = if count.was_used { waits.idle } else { waits.head };
        (count.open == 0).then_some(count.since + wait)
    }
}

impl Inner {
    fn count(&self) -> MutexGuard<'_, Count> {
        self.count.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One use of a connection.
#[derive(Debug)]
pub(crate) struct Use(InUse);

impl Drop for Use {
    fn drop(&mut self) {
        let Self(InUse(inner)) = self;
        let mut count = inner.count();
        count.open -= 1;
        count.since = Instant::now();
        drop(count);
        inner.waker.wake();
    }
}

/// A response's body, as long as which its connection is used.
pub(crate) struct Guarded {
    body: Body,
    _in_use: Arc<Use>,
}

impl Guarded {
    pub(crate) fn new(body: Body, in_use: Arc<Use>) -> Self {
        Self { body, _in_use: in_use }
    }
}

impl HttpBody for Guarded {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_connection_is_idle_from_the_end_of_its_last_use() {
        let start = Instant::now();
        let waits = Waits {
            head: Duration::from_secs(10),
            idle: Duration::from_secs(90),
            rest: Duration::ZERO,
        };
        let in_use = InUse::new(start);
        let deadline = || in_use.deadline(&waits, Waker::noop());
        assert_eq!(deadline(), Some(start + waits.head));
        let (first, second) = (in_use.begin(), in_use.begin());
        assert_eq!(deadline(), None);
        drop(first);
        assert_eq!(deadline(), None);
        drop(second);
        assert!(deadline() >= Some(start + waits.idle));
    }
}
