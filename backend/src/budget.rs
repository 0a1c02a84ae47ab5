//! How much memory there is for what clients send and what waits to be sent to them, in all.
//!
//! Whoever keeps bytes for a client holds a [`Share`] of the budget for as long as they are kept.
//! Small amounts that every connection has anyway are bounded by the number of connections and are
//! not counted here.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;

/// The budget of all connections together; a cheap handle.
#[derive(Clone, Debug)]
pub(crate) struct Budget(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    max: usize,
    used: AtomicUsize,
}

/// The budget has no room for that.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the server has no memory to spare for it; try again")]
pub(crate) struct NoRoom;

impl Budget {
    /// Makes a budget of so many bytes.
    pub(crate) fn new(max: usize) -> Self {
        Self(Arc::new(Inner { max, used: AtomicUsize::new(0) }))
    }

    /// Returns how much of it is used, in bytes.
    pub(crate) fn used(&self) -> usize {
        self.0.used.load(Ordering::Relaxed)
    }

    /// Begins a share, which is empty.
    pub(crate) fn share(&self) -> Share {
        Share { budget: self.clone(), bytes: 0 }
    }

    fn take(&self, more: usize) -> Result<(), NoRoom> {
        let Inner { max, used } = &*self.0;
        let with_more = |used: usize| used.checked_add(more).filter(|sum| sum <= max);
        let taken = used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, with_more);
        taken.map(|_| ()).map_err(|_| NoRoom)
    }

    fn give_back(&self, less: usize) {
        self.0.used.fetch_sub(less, Ordering::Relaxed);
    }
}

/// What one owner has of the budget; given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Share {
    budget: Budget,
    bytes: usize,
}

impl Share {
    /// Begins another share of the same budget.
    pub(crate) fn beside(&self) -> Self {
        self.budget.share()
    }

    /// Makes it so large; to make it smaller never fails.
    ///
    /// # Errors
    ///
    /// Where the budget has no room; the share stays as it was.
    pub(crate) fn resize(&mut self, bytes: usize) -> Result<(), NoRoom> {
        match bytes.checked_sub(self.bytes) {
            Some(more) => self.budget.take(more)?,
            None => self.budget.give_back(self.bytes - bytes),
        }
        self.bytes = bytes;
        Ok(())
    }

    /// Returns bytes that it is for, which it goes with until the last of them is sent.
    pub(crate) fn hold(self, bytes: Vec<u8>) -> Bytes {
        Bytes::from_owner(Held { bytes, _share: self })
    }
}

struct Held {
    bytes: Vec<u8>,
    _share: Share,
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.budget.give_back(self.bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_take_no_more_than_there_is_and_give_all_back() {
        let budget = Budget::new(100);
        let (mut first, mut second) = (budget.share(), budget.share());
        for (share, bytes, outcome, used) in [
            (0, 60, Ok(()), 60),
            (1, 41, Err(NoRoom), 60),
            (1, 40, Ok(()), 100),
            (0, 61, Err(NoRoom), 100),
            (0, usize::MAX, Err(NoRoom), 100),
            (0, 10, Ok(()), 50),
            (1, 90, Ok(()), 100),
            (1, 0, Ok(()), 10),
        ] {
            let share = if share == 0 { &mut first } else { &mut second };
            assert_eq!(share.resize(bytes), outcome, "{bytes}");
            assert_eq!(budget.used(), used);
        }
        drop(second);
        assert_eq!(budget.used(), 10);
        let bytes = first.hold(b"0123456789".to_vec());
        let part = bytes.slice(3..4);
        drop(bytes);
        assert_eq!((&*part, budget.used()), (&b"3"[..], 10));
        drop(part);
        assert_eq!(budget.used(), 0);
    }
}
