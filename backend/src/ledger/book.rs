//! The ledgers themselves: what is kept of which link, and for how long.
//!
//! Time is an argument here, and nothing waits.

use std::collections::{HashMap, VecDeque};

use echoclock_shared::ledger::{Entry, Ledger, LedgerId, Totals, What};
use echoclock_shared::time::UnixMillis;
use tokio::time::Instant;

use crate::limits::LedgerLimits;

/// The moment at which something passed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Now {
    /// For those who read of it.
    pub(super) wall: UnixMillis,
    /// For its age.
    pub(super) mono: Instant,
}

/// A request's place in the book.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Place {
    /// Tells a link from one of the same id that was forgotten.
    opening: u64,
    /// Which of the link's requests it is, from 1.
    request: u64,
}

/// Something to write down.
#[derive(Debug)]
pub(super) struct Note {
    /// Its bytes.
    pub(super) size: u64,
    /// What it is.
    pub(super) what: What,
    /// Whether there was more text.
    pub(super) cut: bool,
    /// Whether the size was computed.
    pub(super) computed: bool,
}

/// All that is kept.
#[derive(Debug)]
pub(super) struct Book {
    limits: LedgerLimits,
    /// At most [`LedgerLimits::links`]; the one that was silent for longest makes room.
    links: HashMap<LedgerId, Kept>,
    /// What all links take; at most [`LedgerLimits::bytes`], likewise.
    bytes: usize,
    /// How often something was written.
    uses: u64,
    /// When those are dropped that nobody asked for any more.
    sweep_at: Option<Instant>,
}

impl Note {
    /// Notes that a request is over, and why.
    pub(super) fn ended(reason: &str) -> Self {
        let what = What::Ended { reason: reason.to_owned() };
        Self { size: 0, what, cut: false, computed: false }
    }
}

/// What is kept of one link.
#[derive(Debug)]
struct Kept {
    opening: u64,
    opened: UnixMillis,
    totals: Totals,
    /// How it began; at most [`LedgerLimits::first`].
    first: Vec<Entry>,
    /// How it goes on; the oldest makes room.
    newest: VecDeque<Entry>,
    dropped: u64,
    bytes: usize,
    /// Which use of the book was the last for this link.
    used: u64,
    used_at: Instant,
}

impl Book {
    pub(super) fn new(limits: LedgerLimits) -> Self {
        Self { limits, links: HashMap::new(), bytes: 0, uses: 0, sweep_at: None }
    }

    /// Begins a request of a link.
    pub(super) fn open(&mut self, id: &LedgerId, now: Now) -> Place {
        self.sweep(now);
        self.forget_if_old(id, now);
        if !self.links.contains_key(id) {
            while self.links.len() >= self.limits.links.max(1) {
                self.forget_least_used();
            }
            self.bytes += id.as_str().len();
            self.links.insert(id.clone(), Kept::new(self.uses, id, now));
        }
        self.uses += 1;
        let kept = self.links.get_mut(id).expect("it is there, or was put there");
        kept.used(self.uses, now);
        kept.totals.requests += 1;
        Place { opening: kept.opening, request: kept.totals.requests }
    }

    /// Writes an entry, unless its link was forgotten meanwhile.
    pub(super) fn note(&mut self, id: &LedgerId, place: Place, now: Now, note: Note) {
        let Note { size, what, cut, computed } = note;
        self.uses += 1;
        let kept = self.links.get_mut(id).filter(|kept| kept.opening == place.opening);
        let Some(kept) = kept else { return };
        kept.used(self.uses, now);
        match what {
            What::Request { .. } | What::Received(_) => kept.totals.received += size,
            What::Response { .. } | What::Sent(_) | What::Ended { .. } => kept.totals.sent += size,
        }
        let before = kept.bytes;
        kept.push(Entry { n: 0, at: now.wall, request: place.request, size, cut, computed, what });
        kept.shrink(&self.limits);
        self.bytes = self.bytes - before + kept.bytes;
        while self.bytes > self.limits.bytes && self.links.len() > 1 {
            self.forget_least_used();
        }
    }

    /// Returns a link's ledger, if there is one.
    pub(super) fn read(&mut self, id: &LedgerId, now: Now) -> Option<Ledger> {
        self.sweep(now);
        self.forget_if_old(id, now);
        let kept = self.links.get(id)?;
        Some(Ledger {
            link: id.clone(),
            now: now.wall,
            opened: kept.opened,
            totals: kept.totals,
            dropped: kept.dropped,
            entries: kept.first.iter().chain(&kept.newest).cloned().collect(),
        })
    }

    /// Drops all that is too old, now and then.
    fn sweep(&mut self, now: Now) {
        if self.sweep_at.is_some_and(|at| now.mono < at) {
            return;
        }
        self.sweep_at = Some(now.mono + self.limits.age / 10);
        let age = self.limits.age;
        self.links.retain(|_, kept| !kept.is_old(now, age));
        self.bytes = self.links.values().map(|kept| kept.bytes).sum();
    }

    fn forget_if_old(&mut self, id: &LedgerId, now: Now) {
        if self.links.get(id).is_some_and(|kept| kept.is_old(now, self.limits.age)) {
            self.forget(&id.clone());
        }
    }

    fn forget_least_used(&mut self) {
        let least = self.links.iter().min_by_key(|(_, kept)| kept.used);
        if let Some(id) = least.map(|(id, _)| id.clone()) {
            self.forget(&id);
        }
    }

    fn forget(&mut self, id: &LedgerId) {
        if let Some(kept) = self.links.remove(id) {
            self.bytes -= kept.bytes;
        }
    }
}

impl Kept {
    fn new(opening: u64, id: &LedgerId, now: Now) -> Self {
        Self {
            opening,
            opened: now.wall,
            totals: Totals::default(),
            first: vec![],
            newest: VecDeque::new(),
            dropped: 0,
            bytes: id.as_str().len(),
            used: 0,
            used_at: now.mono,
        }
    }

    fn used(&mut self, uses: u64, now: Now) {
        self.used = uses;
        self.used_at = now.mono;
    }

    fn is_old(&self, now: Now, age: std::time::Duration) -> bool {
        now.mono.duration_since(self.used_at) > age
    }

    fn push(&mut self, mut entry: Entry) {
        entry.n = self.dropped + (self.first.len() + self.newest.len()) as u64 + 1;
        self.bytes += cost(&entry);
        self.newest.push_back(entry);
    }

    /// Keeps the opening and the newest, and drops what is between.
    fn shrink(&mut self, limits: &LedgerLimits) {
        if self.dropped == 0
            && self.first.len() < limits.first
            && let Some(entry) = self.newest.pop_front()
        {
            self.first.push(entry);
        }
        while self.first.len() + self.newest.len() > limits.entries.max(1)
            || self.bytes > limits.link_bytes
        {
            let Some(entry) = self.newest.pop_front().or_else(|| self.first.pop()) else { return };
            self.bytes -= cost(&entry);
            self.dropped += 1;
        }
    }
}

/// Returns what an entry takes in memory, more or less.
fn cost(entry: &Entry) -> usize {
    let listed = |headers: &[(String, String)]| -> usize {
        let header = |(name, value): &(String, String)| {
            size_of::<(String, String)>() + name.len() + value.len()
        };
        headers.iter().map(header).sum()
    };
    size_of::<Entry>()
        + match &entry.what {
            What::Request { method, target, version, headers } => {
                method.len() + target.len() + version.len() + listed(headers)
            }
            What::Response { headers, .. } => listed(headers),
            What::Received(piece) | What::Sent(piece) => piece.raw.len(),
            What::Ended { reason } => reason.len(),
        }
}

#[cfg(test)]
mod tests;
