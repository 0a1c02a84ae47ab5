//! Whether a connection of HTTP/2 is used: what its requests have led to, answers and sockets
//! included, is counted.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;

use futures_util::task::AtomicWaker;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::budget::{Budget, NoRoom, Share};
use crate::hits::Limit;
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
    /// What clients may send on it before it is asked for.
    unasked: Share,
}

impl InUse {
    pub(crate) fn new(now: Instant, budget: &Budget) -> Self {
        let unasked = budget.share();
        let count = Mutex::new(Count { open: 0, was_used: false, since: now, unasked });
        Self(Arc::new(Inner { count, waker: AtomicWaker::new() }))
    }

    /// Counts a use for as long as what is returned lives.
    pub(crate) fn begin(&self) -> Use {
        let mut count = self.0.count();
        count.open += 1;
        count.was_used = true;
        Use { in_use: self.clone(), over: CancellationToken::new() }
    }

    /// Whether it is not used; the task is woken when that changes.
    pub(crate) fn is_idle(&self, waker: &Waker) -> bool {
        self.0.waker.register(waker);
        self.0.count().open == 0
    }

    /// Whether it is used at this moment.
    pub(crate) fn is_used(&self) -> bool {
        self.0.count().open > 0
    }

    /// Returns how many use it at this moment.
    pub(crate) fn uses(&self) -> usize {
        self.0.count().open
    }

    /// Returns when the connection has been idle for too long, and by which limit, unless it is used; the
    /// task is woken when that changes.
    pub(crate) fn deadline(&self, waits: &Waits, waker: &Waker) -> Option<(Instant, Limit)> {
        self.0.waker.register(waker);
        let count = self.0.count();
        let (wait, limit) = match count.was_used {
            true => (waits.idle, Limit::IdleTimeout),
            false => (waits.head, Limit::HeaderTimeout),
        };
        (count.open == 0).then_some((count.since + wait, limit))
    }
}

impl Inner {
    fn count(&self) -> MutexGuard<'_, Count> {
        self.count.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One use of a connection.
#[derive(Debug)]
pub(crate) struct Use {
    in_use: InUse,
    over: CancellationToken,
}

impl Use {
    /// Returns what tells that it is over.
    pub(crate) fn over(&self) -> CancellationToken {
        self.over.clone()
    }

    /// Counts what the client may send before it is asked for, until the connection is not used.
    ///
    /// # Errors
    ///
    /// Where the budget has no room for it.
    pub(crate) fn receives(&self, bytes: usize) -> Result<(), NoRoom> {
        self.in_use.0.count().unasked.resize(bytes)
    }

    /// Counts the same where what the client has sent is not read any longer, and can't be refused.
    pub(crate) fn keeps(&self, bytes: usize) {
        self.in_use.0.count().unasked.grow_anyway(bytes);
    }
}

impl Drop for Use {
    fn drop(&mut self) {
        self.over.cancel();
        let InUse(inner) = &self.in_use;
        let mut count = inner.count();
        count.open -= 1;
        count.since = Instant::now();
        if count.open == 0 {
            count.unasked.resize(0).expect("to give back never fails");
        }
        drop(count);
        inner.waker.wake();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::hits::Hits;

    #[test]
    fn a_connection_is_idle_from_the_end_of_its_last_use() {
        let start = Instant::now();
        let waits = Waits {
            head: Duration::from_secs(10),
            idle: Duration::from_secs(90),
            rest: Duration::ZERO,
        };
        let budget = Budget::new(1_000, Hits::default());
        let in_use = InUse::new(start, &budget);
        let deadline = || in_use.deadline(&waits, Waker::noop());
        assert_eq!(deadline(), Some((start + waits.head, Limit::HeaderTimeout)));
        let (first, second) = (in_use.begin(), in_use.begin());
        assert_eq!(
            (first.receives(600), second.receives(600), budget.used()),
            (Ok(()), Ok(()), 600)
        );
        let other = InUse::new(start, &budget);
        let third = other.begin();
        assert_eq!(third.receives(600), Err(NoRoom));
        third.keeps(600);
        third.keeps(600);
        assert_eq!(budget.used(), 1_200);
        drop(third);
        assert_eq!(deadline(), None);
        drop(first);
        assert_eq!((deadline(), budget.used()), (None, 600));
        drop(second);
        assert_eq!(budget.used(), 0);
        let (at, limit) = deadline().expect("it is idle");
        assert!(at >= start + waits.idle && limit == Limit::IdleTimeout);
    }
}
