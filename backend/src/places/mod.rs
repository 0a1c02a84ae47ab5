//! How much clients have, within what there may be for one of them and for all together.
//!
//! Whoever holds something for a client holds a `Place`, which is given back when it is dropped.
//! A client's own bound goes before everybody's, so that one that wants too much takes nothing of
//! what the others share.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use echoclock_shared::info::{Amount, Bound, Bounds};
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::bucket::Bucket;
use crate::client::Client;
use crate::hits::Hits;
use crate::limits::Places;

mod kind;
pub use kind::Full;
pub(crate) use kind::{Kind, What};

mod rate;
use rate::Rate;

mod clients;
use clients::Clients;

mod seats;
pub(crate) use seats::{FIRST_WORD, Guest, Seat, Seats};

/// What is taken of the places that there are; a cheap handle.
#[derive(Clone, Debug)]
pub(crate) struct Taken(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    in_all: Places,
    per_client: Places,
    held: [AtomicUsize; Kind::COUNT],
    asked: Mutex<Bucket>,
    clients: Clients,
    hits: Hits,
    /// Woken when the last is given back of what a server that drains waits for.
    nothing_held: Notify,
}

impl Taken {
    /// Takes nothing yet of what there is in all and for one client, and counts who finds none left.
    pub(crate) fn new(in_all: Places, per_client: Places, hits: Hits) -> Self {
        Self(Arc::new(Inner {
            in_all,
            per_client,
            held: Default::default(),
            asked: Mutex::default(),
            clients: Clients::new(),
            hits,
            nothing_held: Notify::new(),
        }))
    }

    /// Takes a place.
    ///
    /// # Errors
    ///
    /// Where the client has as many as it may, or all together have.
    pub(crate) fn take(&self, kind: Kind, client: Client) -> Result<Place, Full> {
        let max = kind.max(&self.0.per_client);
        self.counted(self.take_up_to(max, kind, client))
    }

    /// Takes a place for one that stands for many, such as a proxy: it is bounded by what all have.
    ///
    /// # Errors
    ///
    /// Where all together have as many as they may.
    pub(crate) fn take_for_many(&self, kind: Kind, client: Client) -> Result<Place, Full> {
        self.counted(self.take_up_to(usize::MAX, kind, client))
    }

    /// Counts which limit was reached, if one was.
    fn counted<T>(&self, taken: Result<T, Full>) -> Result<T, Full> {
        taken.inspect_err(|full| self.0.hits.hit(full.limit()))
    }

    fn take_up_to(&self, max: usize, kind: Kind, client: Client) -> Result<Place, Full> {
        let full = |by_client, max| Full { what: What::Held(kind), by_client, max, client };
        let inner = &*self.0;
        let mut shard = inner.clients.shard(&client);
        if shard.of(&client).held[kind.index()] >= max {
            return Err(full(true, max));
        }
        let max = kind.max(&inner.in_all);
        let more = |held| (held < max).then_some(held + 1);
        let taken =
            inner.held[kind.index()].fetch_update(Ordering::AcqRel, Ordering::Acquire, more);
        taken.map_err(|_| full(false, max))?;
        shard.entry(client, Instant::now()).held[kind.index()] += 1;
        Ok(Place { taken: self.clone(), kind, client })
    }

    /// Tells whether a place could be taken at this moment.
    ///
    /// # Errors
    ///
    /// Where none could be.
    pub(crate) fn has_room(&self, kind: Kind, client: Client) -> Result<(), Full> {
        let Inner { in_all, per_client, clients, .. } = &*self.0;
        let full = |by_client, max| Full { what: What::Held(kind), by_client, max, client };
        let (own_max, max) = (kind.max(per_client), kind.max(in_all));
        if clients.of(&client).held[kind.index()] >= own_max {
            return Err(full(true, own_max));
        }
        if self.held(kind) >= max as u64 { Err(full(false, max)) } else { Ok(()) }
    }

    /// Takes one of the requests that there may be a second.
    ///
    /// # Errors
    ///
    /// Where the client has made as many as it may, or all together have.
    pub(crate) fn ask(&self, client: Client, now: Instant) -> Result<(), Full> {
        self.counted(self.ask_once(client, now))
    }

    fn ask_once(&self, client: Client, now: Instant) -> Result<(), Full> {
        let inner = &*self.0;
        let full = |by_client, max: u32| Full {
            what: What::Requests,
            by_client,
            max: max as usize,
            client,
        };
        let (own_max, max) = (inner.per_client.requests, inner.in_all.requests);
        let mut shard = inner.clients.shard(&client);
        if !Rate(own_max).has_one(shard.of(&client).asked, now) {
            return Err(full(true, own_max));
        }
        let mut asked_in_all = inner.asked.lock().unwrap_or_else(PoisonError::into_inner);
        if !Rate(max).take(&mut asked_in_all, now) {
            return Err(full(false, max));
        }
        drop(asked_in_all);
        Rate(own_max).take(&mut shard.entry(client, now).asked, now);
        Ok(())
    }

    /// Returns how many are taken in all.
    pub(crate) fn held(&self, kind: Kind) -> u64 {
        self.0.held[kind.index()].load(Ordering::Acquire) as u64
    }

    /// Returns what is taken in all, and what a client has of it.
    pub(crate) fn bounds(&self, client: &Client, now: Instant) -> Bounds {
        let Inner { in_all, per_client, .. } = &*self.0;
        let has = self.0.clients.of(client);
        let held = |kind: Kind| Bound {
            in_all: Amount { taken: self.held(kind), max: kind.max(in_all) as u64 },
            yours: Some(Amount {
                taken: has.held[kind.index()] as u64,
                max: kind.max(per_client) as u64,
            }),
        };
        let asked = |asked: Bucket, places: &Places| Amount {
            taken: Rate(places.requests).taken(asked, now),
            max: places.requests.into(),
        };
        let asked_in_all = *self.0.asked.lock().unwrap_or_else(PoisonError::into_inner);
        Bounds {
            connections: held(Kind::Connection),
            sockets: held(Kind::Socket),
            streams: held(Kind::Stream),
            polls: held(Kind::Poll),
            files: Some(held(Kind::File)),
            requests: Bound {
                in_all: asked(asked_in_all, in_all),
                yours: Some(asked(has.asked, per_client)),
            },
            memory: None,
            each: None,
        }
    }

    /// Waits until nothing is held but connections.
    pub(crate) async fn nothing_held(&self) {
        loop {
            let woken = self.0.nothing_held.notified();
            if Kind::AWAITED.into_iter().all(|kind| self.held(kind) == 0) {
                return;
            }
            woken.await;
        }
    }
}

/// A place, which is given back when this is dropped.
#[derive(Debug)]
#[must_use = "it is given back when it is dropped"]
pub(crate) struct Place {
    taken: Taken,
    kind: Kind,
    client: Client,
}

impl Place {
    /// Returns whose it is.
    pub(crate) fn client(&self) -> Client {
        self.client
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let inner = &*self.taken.0;
        inner.clients.shard(&self.client).give_back(&self.client, self.kind, Instant::now());
        if inner.held[self.kind.index()].fetch_sub(1, Ordering::AcqRel) == 1 {
            inner.nothing_held.notify_waiters();
        }
    }
}

#[cfg(test)]
mod tests;
