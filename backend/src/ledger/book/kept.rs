//! What is kept of one link.

use echoclock_shared::ledger::{Entry, Ledger, LedgerId, Totals, What};
use echoclock_shared::time::UnixMillis;
use tokio::time::Instant;

use super::Now;
use super::packed::Packed;
use super::pages::{Pages, allocated};
use crate::client::Client;
use crate::hits::{Hits, Limit};
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
    first: Pages,
    /// Where each of the first ends.
    first_ends: Vec<usize>,
    /// How it goes on; the oldest makes room.
    newest: Pages,
    /// How many they are.
    newest_len: usize,
    dropped: u64,
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
            first: Pages::default(),
            first_ends: vec![],
            newest: Pages::default(),
            newest_len: 0,
            dropped: 0,
        }
    }

    /// Writes an entry, and drops what is between the opening and the newest where there is no room.
    pub(super) fn push(&mut self, entry: &Entry, limits: &LedgerLimits, hits: &Hits) {
        match entry.what {
            What::Request { .. } | What::Received(_) => self.totals.received += entry.size,
            What::Response { .. } | What::Sent(_) | What::Ended { .. } => {
                self.totals.sent += entry.size;
            }
        }
        while self.len() >= limits.entries.max(1) && self.drop_one() {
            hits.hit(Limit::LedgerEntries);
        }
        let bytes = Packed::new(entry).bytes();
        if self.dropped == 0 && self.newest_len == 0 && self.first_ends.len() < limits.first {
            self.first.push(&bytes);
            self.first_ends.push(self.first.len());
        } else {
            self.newest.push(&bytes);
            self.newest_len += 1;
        }
        while self.cost() > limits.link_bytes && self.drop_one() {
            hits.hit(Limit::LedgerLinkMemory);
        }
    }

    /// Returns what it takes, in bytes.
    pub(super) fn cost(&self) -> usize {
        let ends = allocated(self.first_ends.capacity() * size_of::<usize>());
        let entries = self.first.cost() + ends + self.newest.cost();
        ALWAYS + 2 * allocated(self.id.as_str().len()) + entries
    }

    pub(super) fn ledger(&self, now: UnixMillis) -> Ledger {
        let first = (1..).zip(all(&self.first));
        let newest = (self.dropped + self.first_ends.len() as u64 + 1..).zip(all(&self.newest));
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
        self.first_ends.len() + self.newest_len
    }

    fn drop_one(&mut self) -> bool {
        if let Some(end) = Packed::end_at(&self.newest, 0) {
            self.newest.drop_first(end);
            self.newest_len -= 1;
        } else if self.first_ends.pop().is_some() {
            self.first.keep_first(self.first_ends.last().copied().unwrap_or_default());
        } else {
            return false;
        }
        self.dropped += 1;
        true
    }
}

/// Reads all entries.
fn all(pages: &Pages) -> impl Iterator<Item = Packed> {
    let mut place = 0;
    std::iter::from_fn(move || {
        let (packed, after) = Packed::at(pages, place)?;
        place = after;
        Some(packed)
    })
}

/// What a link takes in any case: itself, and its places in the lists.
pub(super) const ALWAYS: usize = size_of::<Kept>() + 200;
