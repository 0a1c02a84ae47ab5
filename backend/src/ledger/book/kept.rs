//! What is kept of one link.

use std::collections::VecDeque;

use echoclock_shared::ledger::{Entry, Ledger, LedgerId, Totals, What};
use echoclock_shared::time::UnixMillis;
use tokio::time::Instant;

use super::Now;
use super::packed::{Packed, allocated};
use crate::client::Client;
use crate::limits::LedgerLimits;

/// One link's ledger.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) id: LedgerId,
    /// Whose it is: who opened it.
    pub(super) client: Client,
    /// How many of its requests are under way.
    pub(super) open: usize,
    /// Which use of the book was the last for this link, and when.
    pub(super) used: u64,
    pub(super) used_at: Instant,
    /// As which use it is listed among the others: that one, or an earlier one.
    pub(super) listed: u64,
    pub(super) totals: Totals,
    opened: UnixMillis,
    /// How it began; at most [`LedgerLimits::first`].
    first: Vec<Packed>,
    /// How it goes on; the oldest makes room.
    newest: VecDeque<Packed>,
    dropped: u64,
    /// What the entries' texts take.
    texts: usize,
}

impl Kept {
    pub(super) fn new(id: LedgerId, client: Client, used: u64, now: Now) -> Self {
        Self {
            id,
            client,
            open: 0,
            used,
            used_at: now.mono,
            listed: used,
            totals: Totals::default(),
            opened: now.wall,
            first: vec![],
            newest: VecDeque::new(),
            dropped: 0,
            texts: 0,
        }
    }

    /// Writes an entry, and drops what is between the opening and the newest where there is no room.
    pub(super) fn push(&mut self, entry: &Entry, limits: &LedgerLimits) {
        match entry.what {
            What::Request { .. } | What::Received(_) => self.totals.received += entry.size,
            What::Response { .. } | What::Sent(_) | What::Ended { .. } => {
                self.totals.sent += entry.size;
            }
        }
        while self.len() >= limits.entries.max(1) && self.drop_one() {}
        let packed = Packed::new(entry);
        self.texts += packed.texts_cost();
        if self.dropped == 0 && self.newest.is_empty() && self.first.len() < limits.first {
            self.first.push(packed);
        } else {
            self.newest.push_back(packed);
        }
        while self.cost() > limits.link_bytes && self.drop_one() {}
    }

    /// Returns what it takes, in bytes.
    pub(super) fn cost(&self) -> usize {
        let listed = allocated(self.first.capacity() * size_of::<Packed>())
            + allocated(self.newest.capacity() * size_of::<Packed>());
        ALWAYS + 2 * allocated(self.id.as_str().len()) + listed + self.texts
    }

    pub(super) fn ledger(&self, now: UnixMillis) -> Ledger {
        let first = (1..).zip(&self.first);
        let newest = (self.dropped + self.first.len() as u64 + 1..).zip(&self.newest);
        Ledger {
            link: self.id.clone(),
            now,
            opened: self.opened,
            totals: self.totals,
            dropped: self.dropped,
            entries: first.chain(newest).map(|(n, packed)| packed.entry(n)).collect(),
        }
    }

    fn len(&self) -> usize {
        self.first.len() + self.newest.len()
    }

    fn drop_one(&mut self) -> bool {
        let Some(packed) = self.newest.pop_front().or_else(|| self.first.pop()) else {
            return false;
        };
        self.texts -= packed.texts_cost();
        self.dropped += 1;
        if self.newest.len() * 4 < self.newest.capacity() {
            self.newest.shrink_to(self.newest.len() * 2);
        }
        true
    }
}

/// What a link takes in any case: itself, and its places in the lists.
pub(super) const ALWAYS: usize = size_of::<Kept>() + 200;
