//! How much memory there is for what clients send and what waits to be sent to them, in all.
//!
//! Whoever keeps bytes for a client holds a [`Share`] of the budget for as long as they are kept.
//! Small amounts that every connection has anyway are bounded by the number of connections: some may
//! overdraw the budget, so that they go on, and others are not counted here. One client has a part of
//! it at most, so that it never is the reason why others are refused.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

use crate::client::Client;
use crate::hits::{Hits, Limit};

/// The budget of all connections together, or of one client within it; a cheap handle.
#[derive(Clone, Debug)]
pub(crate) struct Budget {
    all: Arc<Inner>,
    /// Whose part it is, where it is one client's.
    client: Option<Client>,
}

#[derive(Debug)]
struct Inner {
    max: usize,
    used: AtomicUsize,
    /// What each client uses that uses anything. Every entry is a part of what is used, so that they
    /// are as bounded. Only what outlasts its moment takes a share, hence one mutex, of the standard
    /// library because nothing is awaited while it is held.
    clients: Mutex<HashMap<Client, usize>>,
    hits: Hits,
}

/// The budget has no room for that.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the server has no memory to spare for it; try again")]
pub(crate) struct NoRoom;

impl Budget {
    /// Makes a budget of so many bytes, which counts whom it refuses some.
    pub(crate) fn new(max: usize, hits: Hits) -> Self {
        let inner = Inner { max, used: AtomicUsize::new(0), clients: Mutex::default(), hits };
        Self { all: Arc::new(inner), client: None }
    }

    /// Returns one client's part of it: its shares count as the client's and as everybody's.
    pub(crate) fn of(&self, client: Client) -> Self {
        Self { all: Arc::clone(&self.all), client: Some(client) }
    }

    /// Returns how much of it is used, in bytes.
    pub(crate) fn used(&self) -> usize {
        self.all.used.load(Ordering::Relaxed)
    }

    /// Begins a share, which is empty.
    pub(crate) fn share(&self) -> Share {
        Share { budget: self.clone(), bytes: 0 }
    }

    fn take(&self, more: usize) -> Result<(), NoRoom> {
        let Some(client) = self.client else { return self.all.take(more) };
        let mut clients = self.all.clients();
        let own = clients.get(&client).copied().unwrap_or(0);
        let own = own.checked_add(more).filter(|sum| *sum <= self.all.max / CLIENTS_PART);
        let own = own.ok_or(NoRoom)?;
        self.all.take(more)?;
        if own > 0 {
            clients.insert(client, own);
        }
        Ok(())
    }

    fn take_anyway(&self, more: usize) {
        if more == 0 {
            return;
        }
        if let Some(client) = self.client {
            *self.all.clients().entry(client).or_default() += more;
        }
        self.all.used.fetch_add(more, Ordering::Relaxed);
    }

    fn give_back(&self, less: usize) {
        if less == 0 {
            return;
        }
        if let Some(client) = self.client {
            let mut clients = self.all.clients();
            if let Entry::Occupied(mut own) = clients.entry(client) {
                *own.get_mut() -= less;
                if *own.get() == 0 {
                    own.remove();
                }
            }
            // Those who came and went leave no room behind that is many times what is needed.
            if clients.capacity() > KEPT_AT_LEAST.max(4 * clients.len()) {
                clients.shrink_to(KEPT_AT_LEAST);
            }
        }
        self.all.used.fetch_sub(less, Ordering::Relaxed);
    }
}

impl Inner {
    fn take(&self, more: usize) -> Result<(), NoRoom> {
        let with_more = |used: usize| used.checked_add(more).filter(|sum| *sum <= self.max);
        let taken = self.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, with_more);
        taken.map(|_| ()).map_err(|_| NoRoom)
    }

    fn clients(&self) -> MutexGuard<'_, HashMap<Client, usize>> {
        // Whole wherever a holder may have panicked: each change is one step.
        self.clients.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One client has at most one of so many parts of the budget.
const CLIENTS_PART: usize = 4;

/// For how many clients there is room at all times.
const KEPT_AT_LEAST: usize = 64;

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
            Some(more) => {
                let hits = &self.budget.all.hits;
                let taken = self.budget.take(more);
                taken.inspect_err(|NoRoom| hits.hit(Limit::MemoryBudget))?;
            }
            None => self.budget.give_back(self.bytes - bytes),
        }
        self.bytes = bytes;
        Ok(())
    }

    /// Makes it at least so large, also where the budget has no room: for what is small and goes on
    /// always, so that what is large is refused the sooner.
    pub(crate) fn grow_anyway(&mut self, bytes: usize) {
        if let Some(more) = bytes.checked_sub(self.bytes) {
            self.budget.take_anyway(more);
            self.bytes = bytes;
        }
    }

    /// Returns bytes that it is for, which it goes with until the last of them is sent.
    pub(crate) fn hold(self, bytes: impl AsRef<[u8]> + Send + 'static) -> Bytes {
        Bytes::from_owner(Held { bytes, _share: self })
    }
}

struct Held<T> {
    bytes: T,
    _share: Share,
}

impl<T: AsRef<[u8]>> AsRef<[u8]> for Held<T> {
    fn as_ref(&self) -> &[u8] {
        self.bytes.as_ref()
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.budget.give_back(self.bytes);
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::*;

    #[test]
    fn shares_take_no_more_than_there_is_and_give_all_back() {
        let budget = Budget::new(100, Hits::default());
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

    #[test]
    fn a_client_has_a_part_and_is_forgotten_once_it_has_nothing() {
        let client = |number| Client::from(IpAddr::from([192, 0, 2, number]));
        let budget = Budget::new(100, Hits::default());
        let mut shares: Vec<_> =
            [1, 1, 2, 3, 4, 5].map(|number| budget.of(client(number)).share()).into();
        for (share, bytes, outcome, used) in [
            (0, 20, Ok(()), 20),
            (1, 6, Err(NoRoom), 20),
            (1, 5, Ok(()), 25),
            (0, 21, Err(NoRoom), 25),
            (1, usize::MAX, Err(NoRoom), 25),
            // Whatever one has, another has its part.
            (2, 26, Err(NoRoom), 25),
            (2, 25, Ok(()), 50),
            (3, 25, Ok(()), 75),
            (4, 24, Ok(()), 99),
            // What all have together goes for each.
            (5, 2, Err(NoRoom), 99),
            (5, 1, Ok(()), 100),
            (0, 10, Ok(()), 90),
            (1, 15, Ok(()), 100),
            (0, 0, Ok(()), 90),
        ] {
            assert_eq!(shares[share].resize(bytes), outcome, "{share}: {bytes}");
            assert_eq!(budget.used(), used, "{share}: {bytes}");
        }
        assert_eq!(budget.all.clients().len(), 5);
        shares.truncate(3);
        let known = budget.all.clients().clone();
        assert_eq!(known, HashMap::from([(client(1), 15), (client(2), 25)]));
        // Who asks for nothing, or in vain, is not written down.
        let mut another = budget.of(client(9)).share();
        assert_eq!((another.resize(0), another.resize(26)), (Ok(()), Err(NoRoom)));
        let beside = shares[2].beside().resize(1);
        assert_eq!(beside, Err(NoRoom), "it is the same client's");
        drop((shares, another));
        assert_eq!((budget.used(), budget.all.clients().len()), (0, 0));
    }

    #[test]
    fn many_clients_leave_nothing_behind() {
        let budget = Budget::new(1_000_000, Hits::default());
        let share = |number: u32| {
            let mut share = budget.of(IpAddr::from(number.to_be_bytes()).into()).share();
            share.resize(100).expect("there is room");
            share
        };
        let shares: Vec<_> = (0..10_000).map(share).collect();
        drop(shares);
        assert!(budget.all.clients().capacity() <= 4 * KEPT_AT_LEAST);
    }

    #[test]
    fn what_goes_on_anyway_is_counted_as_well() {
        let budget = Budget::new(100, Hits::default());
        let (mut small, mut large) = (budget.share(), budget.share());
        large.resize(90).expect("room");
        small.grow_anyway(20);
        small.grow_anyway(10);
        assert_eq!((budget.used(), large.resize(91)), (110, Err(NoRoom)));
        large.resize(80).expect("to make it smaller never fails");
        assert_eq!(large.resize(81), Err(NoRoom));
        drop(small);
        assert_eq!((large.resize(81), budget.used()), (Ok(()), 81));
    }
}
