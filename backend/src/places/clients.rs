//! What each client has, as far as it has anything.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::time::Instant;

use super::kind::Kind;
use crate::bucket::Bucket;
use crate::client::Client;

/// What clients have. Only those are known that hold something, or have asked within the last
/// second or so; the others are forgotten now and then.
#[derive(Debug)]
pub(super) struct Clients {
    /// Several, so that requests seldom wait for each other. Nothing is awaited while one is held,
    /// hence mutexes of the standard library.
    shards: [Mutex<Shard>; SHARDS],
    /// Nobody can choose addresses that fall together.
    hasher: RandomState,
}

#[derive(Debug, Default)]
pub(super) struct Shard {
    known: HashMap<Client, Has>,
    /// How many there may be before those are forgotten that have nothing.
    sweep_at: usize,
}

/// What one client has.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Has {
    pub(super) held: [usize; Kind::COUNT],
    pub(super) asked: Bucket,
}

impl Clients {
    pub(super) fn new() -> Self {
        Self { shards: Default::default(), hasher: RandomState::new() }
    }

    /// Returns the part in which a client is known.
    pub(super) fn shard(&self, client: &Client) -> MutexGuard<'_, Shard> {
        let hash = self.hasher.hash_one(client);
        // Whole wherever a holder may have panicked: each change is one step.
        self.shards[hash as usize % SHARDS].lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns what a client has.
    pub(super) fn of(&self, client: &Client) -> Has {
        self.shard(client).of(client)
    }

    #[cfg(test)]
    pub(super) fn known(&self) -> usize {
        let len = |shard: &Mutex<Shard>| shard.lock().expect("nobody has panicked").known.len();
        self.shards.iter().map(len).sum()
    }
}

impl Shard {
    pub(super) fn of(&self, client: &Client) -> Has {
        self.known.get(client).copied().unwrap_or_default()
    }

    /// Returns what a client has, to be changed.
    pub(super) fn entry(&mut self, client: Client, now: Instant) -> &mut Has {
        if self.known.len() >= self.sweep_at && !self.known.contains_key(&client) {
            self.known.retain(|_, has| !has.is_nothing(now));
            self.sweep_at = SWEEP_AT_LEAST.max(2 * self.known.len());
            self.known.shrink_to(self.sweep_at);
        }
        self.known.entry(client).or_default()
    }

    /// Gives back what a client has held.
    pub(super) fn give_back(&mut self, client: &Client, kind: Kind, now: Instant) {
        let Some(has) = self.known.get_mut(client) else { return };
        has.held[kind.index()] -= 1;
        if has.is_nothing(now) {
            self.known.remove(client);
        }
    }
}

impl Has {
    fn is_nothing(&self, now: Instant) -> bool {
        self.held == [0; Kind::COUNT] && self.asked.is_full(now)
    }
}

const SHARDS: usize = 16;

const SWEEP_AT_LEAST: usize = 32;
