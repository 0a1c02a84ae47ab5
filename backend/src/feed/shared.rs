//! Items as bytes, encoded once per encoding and shared by all who follow.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use echoclock_shared::encode::{frame, json, ndjson, sse};
use echoclock_shared::feed::{Item, Seq};
use echoclock_shared::time::UnixMillis;
use serde::Serialize;

use super::{Cursor, Entry, Feed};

/// A way to write items.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Encoding {
    /// JSON, on one line and without its end.
    Json,
    /// Newline-delimited JSON.
    Lines,
    /// Scripts of a document.
    Frame,
    /// Server-Sent Events.
    Events,
}

impl Encoding {
    fn value<T: Serialize>(self, entry: &Entry<T>) -> Bytes {
        self.item(Some(entry.seq), &entry.value)
    }

    pub(super) fn gap(self, oldest: Seq) -> Bytes {
        self.item(None, &Item::<()>::gap(oldest))
    }

    fn item(self, place: Option<Seq>, item: &impl Serialize) -> Bytes {
        match self {
            Self::Json => json(item),
            Self::Lines => ndjson::line(item),
            Self::Frame => frame::message(item),
            Self::Events => sse::message(place, item),
        }
        .into()
    }
}

/// A feed with a small cache of its newest items' bytes.
#[derive(Debug)]
pub struct Shared<F> {
    feed: F,
    cache: Mutex<VecDeque<Cached>>,
    encoded: AtomicU64,
}

/// What one pull gave.
#[derive(Debug)]
pub(super) struct Blocks {
    /// The gap, where there is one, and the items.
    pub(super) blocks: Vec<Bytes>,
    /// The last place among them.
    pub(super) last: Option<Seq>,
}

#[derive(Debug)]
struct Cached {
    name: (Encoding, Seq, Option<UnixMillis>),
    bytes: Bytes,
}

impl<F: Feed> Shared<F> {
    /// Puts a cache beside a feed.
    pub fn new(feed: F) -> Self {
        Self { feed, cache: Mutex::default(), encoded: AtomicU64::new(0) }
    }

    /// Returns the feed.
    pub fn feed(&self) -> &F {
        &self.feed
    }

    /// Returns how many items have been encoded, of all that were given out.
    pub fn encoded(&self) -> u64 {
        self.encoded.load(Ordering::Relaxed)
    }

    /// Returns the bytes of at most `limit` items after the cursor.
    pub(super) async fn after(&self, encoding: Encoding, cursor: Cursor, limit: usize) -> Blocks {
        let batch = self.feed.after(cursor, limit).await;
        let hot = self.feed.bounds().newest.minus(CACHED_PLACES);
        let gap = batch.gap.map(|oldest| encoding.gap(oldest));
        let last = batch.entries.last().map(|entry| entry.seq);
        let items = batch.entries.iter().map(|entry| {
            if entry.seq > hot {
                self.cached(encoding, entry)
            } else {
                self.encode(encoding, entry)
            }
        });
        Blocks { blocks: gap.into_iter().chain(items).collect(), last }
    }

    /// Encodes within the lock, so that followers who ask at once get one encoding.
    fn cached(&self, encoding: Encoding, entry: &Entry<F::Value>) -> Bytes {
        let name = (encoding, entry.seq, entry.sent);
        let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = cache.iter().rev().find(|cached| cached.name == name) {
            return found.bytes.clone();
        }
        let bytes = self.encode(encoding, entry);
        if cache.len() == CACHE_MAX {
            cache.pop_front();
        }
        cache.push_back(Cached { name, bytes: bytes.clone() });
        bytes
    }

    fn encode(&self, encoding: Encoding, entry: &Entry<F::Value>) -> Bytes {
        self.encoded.fetch_add(1, Ordering::Relaxed);
        encoding.value(entry)
    }
}

/// How far back from the newest place items are cached; an older replay would only evict them.
const CACHED_PLACES: u64 = 32;

/// How many encoded items are kept; the oldest makes room.
const CACHE_MAX: usize = 128;
