//! What a feed is: an ordered sequence of items that is pulled, whichever transport asks.
//!
//! A follower keeps a cursor, waits on [`Feed::watch`] for something newer, and takes what is
//! [`Feed::after`] its cursor. Nothing is pushed to it, so a slow one misses nothing up to the
//! feed's retention, and past it is told so by a gap.

use std::time::Duration;

use echoclock_shared::feed::Seq;
use echoclock_shared::time::UnixMillis;
use serde::Serialize;
use tokio::sync::watch;

mod start;
pub use start::{Asked, Bounds, Start, TooFarAhead};

mod strip;
pub use strip::Encoding;
pub(crate) use strip::{Run, chunk};

mod shared;
pub(crate) use shared::Pulled;
pub use shared::Shared;

mod follower;
pub use follower::Follower;

pub mod clock;

/// An ordered, replayable sequence of items.
pub trait Feed: Send + Sync + 'static {
    /// What an item carries, its place included.
    type Value: Serialize + Send + Sync + 'static;

    /// Starts to follow: the receiver tells the newest place as it moves on. Where the feed starts
    /// anew, it goes back by more than a cursor may be ahead.
    ///
    /// A feed that has to work for its items works while a receiver lives.
    fn watch(&self) -> watch::Receiver<Seq>;

    /// Returns the places that the feed can give, and how far past them a cursor may be.
    fn bounds(&self) -> Bounds;

    /// Returns the time between two items, where the feed has a steady one.
    fn pace(&self) -> Option<Duration>;

    /// Returns when an item is due, for a feed that can tell without looking.
    fn due(&self, seq: Seq) -> Option<UnixMillis> {
        let _ = seq;
        None
    }

    /// Returns the newest item where it is the only one after the cursor and goes out live, for a
    /// feed that can tell so at once.
    fn live(&self, cursor: Cursor) -> Option<Entry<Self::Value>> {
        let _ = cursor;
        None
    }

    /// Returns at most `limit` items after the cursor, oldest first.
    fn after(
        &self,
        cursor: Cursor,
        limit: usize,
    ) -> impl Future<Output = Batch<Self::Value>> + Send;
}

/// Where a follower stands in a feed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Cursor {
    /// The last place that it has been given.
    pub seen: Seq,
    /// The newest place when it came; what is later goes out to it live.
    pub live_after: Seq,
}

/// What follows a cursor.
#[derive(Debug)]
pub struct Batch<T> {
    /// The oldest place that is kept, where items between the cursor and it are gone.
    pub gap: Option<Seq>,
    /// The items, without a hole between them.
    pub entries: Vec<Entry<T>>,
}

/// An item at its place.
#[derive(Debug)]
pub struct Entry<T> {
    /// The place.
    pub seq: Seq,
    /// When it went out live, or nothing where this is a replay.
    ///
    /// The place and this instant together name the entry's bytes in every encoding.
    pub sent: Option<UnixMillis>,
    /// What the item carries.
    pub value: T,
}
