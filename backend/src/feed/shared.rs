//! Items as bytes, encoded once per encoding and shared by all who follow.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use echoclock_shared::feed::Seq;
use echoclock_shared::time::UnixMillis;

use super::strip::{Encoding, Run, Strip};
use super::{Bounds, Cursor, Entry, Feed};

/// A feed with its items' bytes: a small cache of the newest ones, each as it goes out live or as a
/// replay, bursts of those that went out at once, and strips of those before.
#[derive(Debug)]
pub struct Shared<F> {
    feed: F,
    cache: Mutex<VecDeque<Cached>>,
    /// At most [`BURSTS_MAX`] bytes; the oldest makes room.
    bursts: Mutex<VecDeque<Burst>>,
    strips: Mutex<Strips>,
    encoded: AtomicU64,
}

/// What one pull gave.
#[derive(Debug, Default)]
pub(crate) struct Pulled {
    /// What tells of the gap before the items, where there is one.
    pub(crate) gap: Option<Bytes>,
    /// The items.
    pub(crate) run: Option<Run>,
    /// When the first of them was due, where it goes out live and the feed can tell.
    pub(crate) due: Option<UnixMillis>,
}

#[derive(Debug)]
struct Cached {
    name: (Encoding, Seq, Option<UnixMillis>),
    strip: Arc<Strip>,
}

/// Many items that went out live at once, since the clock was set forward.
#[derive(Debug)]
struct Burst {
    name: BurstName,
    strip: Arc<Strip>,
}

/// The first one's place, when all of them were sent, and how many they are.
type BurstName = (Encoding, Seq, UnixMillis, usize);

/// Replays, of [`STRIP_PLACES`] places each as far as there are any.
#[derive(Debug, Default)]
struct Strips {
    kept: BTreeMap<(u64, Encoding), Arc<Strip>>,
    /// What they take, at most [`STRIPS_MAX`].
    bytes: usize,
}

impl<F: Feed> Shared<F> {
    /// Puts the caches beside a feed.
    pub fn new(feed: F) -> Self {
        let (cache, bursts, strips) = (Mutex::default(), Mutex::default(), Mutex::default());
        Self { feed, cache, bursts, strips, encoded: AtomicU64::new(0) }
    }

    /// Returns the feed.
    pub fn feed(&self) -> &F {
        &self.feed
    }

    /// Returns how many items have been encoded, of all that were given out.
    pub fn encoded(&self) -> u64 {
        self.encoded.load(Ordering::Relaxed)
    }

    /// Returns the newest item where it is the only one after the cursor, and goes out live: what
    /// everybody waits for who keeps up.
    pub(super) fn live(&self, encoding: Encoding, cursor: Cursor) -> Option<Run> {
        let entry = self.feed.live(cursor)?;
        Some(Run::of(self.cached(encoding, &entry)))
    }

    /// Returns some of the items after the cursor, at most `limit`; none only where there are none.
    pub(super) async fn after(&self, encoding: Encoding, cursor: Cursor, limit: usize) -> Pulled {
        let limit = limit.min(STRIP_PLACES as usize);
        let bounds = self.feed.bounds();
        let newest_replay = bounds.newest.minus(CACHED_PLACES).min(cursor.live_after);
        let next = cursor.seen.plus(1);
        let gap = (next < bounds.oldest).then_some(bounds.oldest);
        let from = next.max(bounds.oldest);
        if from <= newest_replay
            && let Some(run) = self.replay(encoding, from, newest_replay, limit).await
        {
            return Pulled {
                gap: gap.map(|oldest| encoding.gap(oldest)),
                run: Some(run),
                due: None,
            };
        }
        let batch = self.feed.after(cursor, limit).await;
        let hot = self.feed.bounds().newest.minus(CACHED_PLACES);
        let gap = batch.gap.map(|oldest| encoding.gap(oldest));
        let Some(name) = Burst::name(encoding, &batch.entries, hot) else {
            let strip = self.join(encoding, &batch.entries, hot);
            return Pulled { gap, run: strip.map(Run::of), due: None };
        };
        let (strip, is_new) = self.burst(name, &batch.entries, hot);
        if is_new {
            // That was the work of many items, and others have waited for it.
            tokio::task::yield_now().await;
        }
        Pulled { gap, run: strip.map(Run::of), due: None }
    }

    /// Encodes within the lock, since all who follow ask at once for what went out at once.
    fn burst(
        &self,
        name: BurstName,
        entries: &[Entry<F::Value>],
        hot: Seq,
    ) -> (Option<Arc<Strip>>, bool) {
        let mut bursts = self.bursts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = bursts.iter().find(|burst| burst.name == name) {
            return (Some(Arc::clone(&found.strip)), false);
        }
        let (encoding, ..) = name;
        let strip = self.join(encoding, entries, hot);
        if let Some(strip) = &strip {
            bursts.push_back(Burst { name, strip: Arc::clone(strip) });
        }
        while bursts.iter().map(|burst| burst.strip.size()).sum::<usize>() > BURSTS_MAX {
            bursts.pop_front();
        }
        (strip, true)
    }

    fn join(
        &self,
        encoding: Encoding,
        entries: &[Entry<F::Value>],
        hot: Seq,
    ) -> Option<Arc<Strip>> {
        // Each is encoded only where it still finds room.
        Strip::join(entries.iter().map(|entry| {
            if entry.seq > hot {
                self.cached(encoding, entry)
            } else {
                self.encode(encoding, entry)
            }
        }))
    }

    /// Encodes within the lock, so that followers who ask at once get one encoding.
    fn cached(&self, encoding: Encoding, entry: &Entry<F::Value>) -> Arc<Strip> {
        let name = (encoding, entry.seq, entry.sent);
        let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = cache.iter().rev().find(|cached| cached.name == name) {
            return Arc::clone(&found.strip);
        }
        let strip = self.encode(encoding, entry);
        cache.push_back(Cached { name, strip: Arc::clone(&strip) });
        while cache.len() > CACHE_MAX
            || cache.iter().map(|cached| cached.strip.size()).sum::<usize>() > CACHE_BYTES_MAX
        {
            cache.pop_front();
        }
        strip
    }

    /// Returns replays from a place on, not past the other one; nothing where the feed has none
    /// there.
    async fn replay(&self, encoding: Encoding, from: Seq, to: Seq, limit: usize) -> Option<Run> {
        let index = from.get() / STRIP_PLACES;
        let to = to.min(Seq::new((index + 1) * STRIP_PLACES - 1));
        let name = (index, encoding);
        let kept = self.strips().kept.get(&name).cloned();
        let strip = match kept {
            Some(strip) if strip.has_all(from, to) => strip,
            // What is past a full one is large, and is not kept.
            Some(strip) if strip.is_full() && strip.last() < from => return None,
            kept => self.lengthen(name, kept, from, to).await?,
        };
        strip.has(from).then(|| Run::between(strip, from, to, limit))
    }

    /// Writes a strip as far as it goes, behind what is kept of it.
    async fn lengthen(
        &self,
        name: (u64, Encoding),
        kept: Option<Arc<Strip>>,
        from: Seq,
        to: Seq,
    ) -> Option<Arc<Strip>> {
        let (index, _) = name;
        let kept = kept.filter(|kept| kept.has(from));
        let oldest = self.feed.bounds().oldest;
        let first = Seq::new(index * STRIP_PLACES).max(oldest);
        let seen = kept.as_ref().map_or(first.minus(1), |kept| kept.last());
        // All of them are replays, whoever asks.
        let cursor = Cursor { seen, live_after: to };
        let missing = (to.get().saturating_sub(seen.get())) as usize;
        let batch = self.feed.after(cursor, missing).await;
        // What was the oldest may be gone by now, and more be there behind the last one.
        let wanted = batch.entries.partition_point(|entry| entry.seq <= to);
        let entries = &batch.entries[..wanted];
        let follows = entries.first().is_some_and(|entry| entry.seq == seen.plus(1));
        if kept.is_some() && !follows {
            return None;
        }
        let strip = self.keep(name, kept.as_deref(), entries, (from, to));
        // That was the work of many items, and others have waited for it.
        tokio::task::yield_now().await;
        strip
    }

    /// Encodes items within the lock, behind what is kept of them, and keeps them.
    fn keep(
        &self,
        name: (u64, Encoding),
        kept: Option<&Strip>,
        entries: &[Entry<F::Value>],
        (from, to): (Seq, Seq),
    ) -> Option<Arc<Strip>> {
        let bounds = self.feed.bounds();
        let mut strips = self.strips();
        // Somebody else may have been here meanwhile.
        let there = strips.kept.get(&name).filter(|strip| strip.has_all(from, to));
        if let Some(there) = there {
            return Some(Arc::clone(there));
        }
        let (_, encoding) = name;
        let strip = Arc::new(Strip::write(encoding, kept, entries)?);
        let new = strip.len() - kept.map_or(0, Strip::len);
        self.encoded.fetch_add(new as u64, Ordering::Relaxed);
        strips.keep(name, Arc::clone(&strip), bounds);
        Some(strip)
    }

    fn encode(&self, encoding: Encoding, entry: &Entry<F::Value>) -> Arc<Strip> {
        self.encoded.fetch_add(1, Ordering::Relaxed);
        Arc::new(Strip::one(encoding, entry))
    }

    fn strips(&self) -> MutexGuard<'_, Strips> {
        self.strips.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Burst {
    /// Names items that are one; nothing where they are not, or are cached one by one.
    fn name<T>(encoding: Encoding, entries: &[Entry<T>], hot: Seq) -> Option<BurstName> {
        let first = entries.first().filter(|first| first.seq <= hot)?;
        let sent = first.sent?;
        let is_one = entries.iter().all(|entry| entry.sent == first.sent);
        (is_one && entries.len() > 1).then_some((encoding, first.seq, sent, entries.len()))
    }
}

impl Strips {
    /// Keeps a strip instead of what was there, and forgets what the feed has not, or no more;
    /// past the bound the oldest makes room.
    fn keep(&mut self, name: (u64, Encoding), strip: Arc<Strip>, bounds: Bounds) {
        self.bytes += strip.size();
        if let Some(before) = self.kept.insert(name, strip) {
            self.bytes -= before.size();
        }
        // A feed that has started anew gets there late or never, and they would be the last to
        // make room.
        while let Some(last) = self.kept.last_entry()
            && last.key().0 * STRIP_PLACES > bounds.newest.get()
        {
            self.bytes -= last.remove().size();
        }
        while let Some(first) = self.kept.first_entry() {
            let (index, _) = *first.key();
            let is_forgotten = (index + 1) * STRIP_PLACES <= bounds.oldest.get();
            if !is_forgotten && self.bytes <= STRIPS_MAX {
                return;
            }
            self.bytes -= first.remove().size();
        }
    }
}

/// How far back from the newest place items are cached one by one.
const CACHED_PLACES: u64 = 32;

/// How many encoded items are kept; the oldest makes room.
const CACHE_MAX: usize = 128;

/// How much they take of one feed, in bytes.
const CACHE_BYTES_MAX: usize = 1024 * 1024;

/// How much bursts take of one feed, in bytes: an hour of the clock in one encoding is less.
const BURSTS_MAX: usize = 1024 * 1024;

/// How many places a strip has: it goes out in one piece, which is to be small.
const STRIP_PLACES: u64 = 128;

/// How much strips take of one feed, in bytes: an hour of the clock in every encoding is less.
const STRIPS_MAX: usize = 2 * 1024 * 1024;

#[cfg(test)]
mod tests {
    use tokio::sync::watch;

    use super::super::Batch;
    use super::*;

    /// A feed of numbers that moves on whenever it is asked for them.
    #[derive(Debug)]
    struct Moving {
        newest: AtomicU64,
        by: u64,
    }

    impl Feed for Moving {
        type Value = u64;

        fn watch(&self) -> watch::Receiver<Seq> {
            watch::channel(self.bounds().newest).1
        }

        fn bounds(&self) -> Bounds {
            let newest = Seq::new(self.newest.load(Ordering::Relaxed));
            Bounds { oldest: newest.minus(299), newest, furthest: newest, told: newest }
        }

        fn pace(&self) -> Option<std::time::Duration> {
            None
        }

        async fn after(&self, cursor: Cursor, limit: usize) -> Batch<u64> {
            self.newest.fetch_add(self.by, Ordering::Relaxed);
            let Bounds { oldest, newest, .. } = self.bounds();
            let places = cursor.seen.plus(1).max(oldest).get()..=newest.get();
            let entry = |place| {
                let seq = Seq::new(place);
                let sent = (seq > cursor.live_after).then_some(UnixMillis::new(place));
                Entry { seq, sent, value: place }
            };
            Batch { gap: None, entries: places.take(limit).map(entry).collect() }
        }
    }

    #[tokio::test]
    async fn what_is_kept_as_a_replay_did_not_go_out_live() {
        // Of the strip that is asked for, as many places are gone by the time that it is written.
        for gone in 1..=200 {
            let shared = Shared::new(Moving { newest: AtomicU64::new(427), by: gone });
            let cursor = Cursor { seen: Seq::new(127), live_after: Seq::new(200) };
            shared.after(Encoding::Json, cursor, 64).await;
            for strip in shared.strips().kept.values() {
                assert!(strip.last() <= cursor.live_after, "{gone}: {strip:?}");
            }
        }
    }
}
