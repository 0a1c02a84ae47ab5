//! One client's loop over a cursor: wait for newer, take what is after.

use std::sync::Arc;

use bytes::Bytes;
use echoclock_shared::feed::Seq;
use tokio::sync::watch;

use super::{Asked, Cursor, Encoding, Feed, Shared, TooFarAhead};

/// A client's place in a feed, for any transport.
#[derive(Debug)]
pub struct Follower<F> {
    feed: Arc<Shared<F>>,
    encoding: Encoding,
    newest: watch::Receiver<Seq>,
    cursor: Cursor,
    gap: Option<Seq>,
}

impl<F: Feed> Follower<F> {
    /// Starts to follow a feed.
    ///
    /// # Errors
    ///
    /// Where the cursor asked for is too far ahead.
    pub fn new(
        feed: Arc<Shared<F>>,
        encoding: Encoding,
        asked: Asked,
    ) -> Result<Self, TooFarAhead> {
        // The watch comes first: a live feed's bounds stand on what it has published.
        let newest = feed.feed().watch();
        let start = feed.feed().bounds().start(asked)?;
        Ok(Self { feed, encoding, newest, cursor: start.cursor, gap: start.gap })
    }

    /// Waits until there is something after the cursor and returns a page of it, oldest first;
    /// nothing where the feed has ended. May be dropped and called again.
    pub async fn next(&mut self) -> Option<Vec<Bytes>> {
        self.next_up_to(PULL_MAX).await
    }

    /// Waits as [`Self::next`] does, for a page of at most `limit` items.
    pub async fn next_up_to(&mut self, limit: usize) -> Option<Vec<Bytes>> {
        loop {
            self.newest.mark_unchanged();
            let page = self.take(limit).await;
            if !page.is_empty() {
                return Some(page);
            }
            self.newest.changed().await.ok()?;
        }
    }

    /// Returns at most `limit` items of those that are there after the cursor, oldest first. May
    /// be dropped and called again.
    pub async fn take(&mut self, limit: usize) -> Vec<Bytes> {
        self.keep_to_the_feed();
        let mut pulled = self.feed.after(self.encoding, self.cursor, limit).await;
        if let Some(oldest) = self.gap.take() {
            pulled.blocks.insert(0, self.encoding.gap(oldest));
        }
        if let Some(last) = pulled.last {
            self.cursor.seen = last;
        }
        pulled.blocks
    }

    /// Goes on from the newest item, after a gap, where the feed has started anew.
    fn keep_to_the_feed(&mut self) {
        let bounds = self.feed.feed().bounds();
        if let Some(start) = bounds.anew(self.cursor) {
            (self.cursor, self.gap) = (start.cursor, start.gap);
        }
        // One that was slow may stand within the feed all the same.
        self.cursor.live_after = self.cursor.live_after.min(bounds.newest);
    }

    /// Whether there is something after the cursor already.
    pub fn is_behind(&self) -> bool {
        self.gap.is_some() || self.cursor.seen < *self.newest.borrow()
    }
}

/// How many items are pulled at a time: what waits to be written stays small.
const PULL_MAX: usize = 64;
