//! The ledgers themselves: what is kept of which link, and for how long.
//!
//! Time is an argument here, and nothing waits.

use std::collections::{BTreeSet, HashMap};

use echoclock_shared::ledger::{Entry, Ledger, LedgerId, What};
use echoclock_shared::time::UnixMillis;
use tokio::time::Instant;

use crate::client::Client;
use crate::hits::{Hits, Limit};
use crate::limits::LedgerLimits;

mod pages;

mod packed;

mod kept;
use kept::Kept;

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

impl Note {
    /// Notes that a request is over, and why.
    pub(super) fn ended(reason: &str) -> Self {
        let what = What::Ended { reason: reason.to_owned() };
        Self { size: 0, what, cut: false, computed: false }
    }
}

/// All that is kept.
///
/// There are at most [`LedgerLimits::links`], which take at most [`LedgerLimits::bytes`]. Past that
/// the client that has most makes room, where it has more than its share; otherwise whoever's link
/// was silent for longest. A link that something is open on goes after those where nothing is.
#[derive(Debug)]
pub(super) struct Book {
    limits: LedgerLimits,
    links: HashMap<u64, Box<Kept>>,
    by_id: HashMap<LedgerId, u64>,
    /// All links, in the order in which they make room.
    order: Order,
    clients: HashMap<Client, Share>,
    /// Clients by what they have.
    heaviest: BTreeSet<(usize, Client)>,
    /// What all links take.
    bytes: usize,
    /// How often something was written.
    uses: u64,
    /// Whether somebody looks after it.
    is_tended: bool,
    hits: Hits,
}

/// Links, first those to which nothing is open, each by its last use, or an earlier one.
type Order = BTreeSet<(bool, u64, u64)>;

/// What one client has.
#[derive(Debug, Default)]
struct Share {
    links: usize,
    bytes: usize,
    order: Order,
}

impl Book {
    pub(super) fn new(limits: LedgerLimits, hits: Hits) -> Self {
        Self {
            limits,
            links: HashMap::new(),
            by_id: HashMap::new(),
            order: Order::new(),
            clients: HashMap::new(),
            heaviest: BTreeSet::new(),
            bytes: 0,
            uses: 0,
            is_tended: false,
            hits,
        }
    }

    /// Begins a request of a link.
    pub(super) fn open(&mut self, id: &LedgerId, client: Client, now: Now) -> Place {
        self.forget_old(now);
        self.uses += 1;
        let opening = *self.by_id.entry(id.clone()).or_insert(self.uses);
        let kept = self
            .links
            .entry(opening)
            .or_insert_with(|| Box::new(Kept::new(id.clone(), client, opening, now)));
        kept.open += 1;
        kept.totals.requests += 1;
        let request = kept.totals.requests;
        if request == 1 {
            let cost = kept.cost();
            self.bytes += cost;
            self.change(client, |share| {
                share.links += 1;
                share.bytes += cost;
            });
        }
        self.used(opening, now);
        self.list(opening);
        self.make_room();
        Place { opening, request }
    }

    /// Ends a request of a link.
    pub(super) fn close(&mut self, place: Place) {
        if let Some(kept) = self.links.get_mut(&place.opening) {
            kept.open -= 1;
            self.list(place.opening);
        }
    }

    /// Writes an entry, unless its link was forgotten meanwhile.
    pub(super) fn note(&mut self, place: Place, now: Now, note: Note) {
        let Note { size, what, cut, computed } = note;
        let Some(kept) = self.links.get_mut(&place.opening) else { return };
        let before = kept.cost();
        let (at, request) = (now.wall, place.request);
        kept.push(
            &Entry { n: 0, at, request, size, cut, computed, what },
            &self.limits,
            &self.hits,
        );
        let (client, after) = (kept.client, kept.cost());
        self.uses += 1;
        self.used(place.opening, now);
        self.bytes = self.bytes - before + after;
        self.change(client, |share| share.bytes = share.bytes - before + after);
        self.make_room();
    }

    /// Returns a link's ledger, if there is one.
    pub(super) fn read(&mut self, id: &LedgerId, now: Now) -> Option<Ledger> {
        self.forget_old(now);
        let kept = self.links.get(self.by_id.get(id)?)?;
        Some(kept.ledger(now.wall))
    }

    /// Returns how many links there are.
    pub(super) fn links(&self) -> usize {
        self.links.len()
    }

    /// Returns what all takes, in bytes.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Whether somebody has to begin to look after the book: once it holds anything.
    pub(super) fn wants_tending(&mut self) -> bool {
        !std::mem::replace(&mut self.is_tended, true)
    }

    /// Forgets what is old; tells whether there is more to look after.
    pub(super) fn tend(&mut self, now: Now) -> bool {
        self.forget_old(now);
        self.is_tended = !self.links.is_empty();
        if !self.is_tended {
            // What the lists themselves have taken is given back.
            *self = Self { uses: self.uses, ..Self::new(self.limits, self.hits.clone()) };
        }
        self.is_tended
    }

    /// Forgets links on which nothing is open and nothing was written for a while.
    fn forget_old(&mut self, now: Now) {
        while let Some(opening) = self.first(None) {
            let kept = &self.links[&opening];
            let age = now.mono.duration_since(kept.used_at);
            if kept.open > 0 || age <= self.limits.age {
                return;
            }
            self.hits.hit(Limit::LedgerAge);
            self.forget(opening);
        }
    }

    fn make_room(&mut self) {
        let LedgerLimits { links, bytes, .. } = self.limits;
        while (self.links.len() > links || self.bytes > bytes) && self.links.len() > 1 {
            let heaviest = self.heaviest.last().filter(|(weight, _)| *weight > bytes / SHARES);
            let whose = heaviest.map(|(_, client)| *client);
            let Some(opening) = self.first(whose) else { return };
            let is_many = self.links.len() > links;
            self.hits.hit(if is_many { Limit::LedgerLinks } else { Limit::LedgerMemory });
            self.forget(opening);
        }
    }

    /// Returns the link, of one client's or of all, that makes room first.
    ///
    /// Those that were used since they were listed are listed anew: each use pays for one of that.
    fn first(&mut self, whose: Option<Client>) -> Option<u64> {
        loop {
            let order = match whose {
                Some(client) => &self.clients.get(&client)?.order,
                None => &self.order,
            };
            let (_, listed, opening) = *order.first()?;
            if self.links[&opening].used == listed {
                return Some(opening);
            }
            self.list(opening);
        }
    }

    /// Lists a link by its last use, and by whether something is open on it.
    fn list(&mut self, opening: u64) {
        let Some(kept) = self.links.get_mut(&opening) else { return };
        let of_client = self.clients.get_mut(&kept.client).map(|share| &mut share.order);
        for order in [Some(&mut self.order), of_client].into_iter().flatten() {
            for is_open in [false, true] {
                order.remove(&(is_open, kept.listed, opening));
            }
            order.insert((kept.open > 0, kept.used, opening));
        }
        kept.listed = kept.used;
    }

    fn used(&mut self, opening: u64, now: Now) {
        if let Some(kept) = self.links.get_mut(&opening) {
            (kept.used, kept.used_at) = (self.uses, now.mono);
        }
    }

    fn forget(&mut self, opening: u64) {
        let Some(kept) = self.links.remove(&opening) else { return };
        self.by_id.remove(&kept.id);
        let place = (kept.open > 0, kept.listed, opening);
        self.order.remove(&place);
        let cost = kept.cost();
        self.bytes -= cost;
        self.change(kept.client, |share| {
            share.links -= 1;
            share.bytes -= cost;
            share.order.remove(&place);
        });
    }

    /// Changes what a client has, and its place among the others.
    fn change(&mut self, client: Client, change: impl FnOnce(&mut Share)) {
        let share = self.clients.entry(client).or_default();
        self.heaviest.remove(&(share.weight(&self.limits), client));
        change(share);
        if share.links == 0 {
            self.clients.remove(&client);
        } else {
            self.heaviest.insert((share.weight(&self.limits), client));
        }
    }
}

impl Share {
    /// Returns what it takes, in bytes; of many small links each counts as much as there is for one.
    fn weight(&self, limits: &LedgerLimits) -> usize {
        self.bytes.max(self.links * (limits.bytes / limits.links.max(1)))
    }
}

/// One client has at most one of so many shares where others need room.
const SHARES: usize = 8;

#[cfg(test)]
mod tests;
