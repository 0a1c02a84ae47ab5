//! One client's loop over a cursor: wait for newer, take what is after.

use std::sync::Arc;

use bytes::Bytes;
use echoclock_shared::feed::Seq;
use echoclock_shared::time::UnixMillis;
use tokio::sync::watch;

use super::shared::Pulled;
use super::strip::Run;
use super::{Asked, Cursor, Encoding, Feed, Shared, TooFarAhead};

/// A client's place in a feed, for any transport.
#[derive(Debug)]
pub struct Follower<F> {
    feed: Arc<Shared<F>>,
    encoding: Encoding,
    newest: watch::Receiver<Seq>,
    cursor: Cursor,
    gap: Option<Seq>,
    /// Whether all was taken that was there when the watch was last looked at.
    is_current: bool,
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
        let (cursor, gap) = (start.cursor, start.gap);
        Ok(Self { feed, encoding, newest, cursor, gap, is_current: false })
    }

    /// Waits until there is something after the cursor and returns some of it, oldest first;
    /// nothing where the feed has ended. May be dropped and called again.
    pub async fn next(&mut self) -> Option<Vec<Bytes>> {
        Some(self.pull().await?.items().collect())
    }

    /// Waits as [`Self::next`] does, and returns the items as they are shared.
    pub(crate) async fn pull(&mut self) -> Option<Pulled> {
        self.pull_up_to(PULL_MAX).await
    }

    /// Waits as [`Self::next`] does, for a page of at most `limit` items.
    pub(crate) async fn next_page(&mut self, limit: usize) -> Option<Vec<Pulled>> {
        let first = self.pull_up_to(limit).await?;
        Some(self.page_after(first, limit).await)
    }

    /// Returns at most `limit` items of those that are there after the cursor, oldest first.
    pub(crate) async fn page(&mut self, limit: usize) -> Vec<Pulled> {
        let first = self.take(limit).await;
        if first.is_empty() { vec![] } else { self.page_after(first, limit).await }
    }

    async fn page_after(&mut self, first: Pulled, limit: usize) -> Vec<Pulled> {
        let mut left = limit.saturating_sub(first.len());
        let mut page = vec![first];
        while left > 0 {
            let pulled = self.take(left).await;
            if pulled.is_empty() {
                break;
            }
            left = left.saturating_sub(pulled.len());
            page.push(pulled);
        }
        page
    }

    async fn pull_up_to(&mut self, limit: usize) -> Option<Pulled> {
        loop {
            if self.is_current {
                self.newest.changed().await.ok()?;
                self.is_current = false;
            }
            self.newest.mark_unchanged();
            if self.gap.is_none()
                && let Some(run) = self.feed.live(self.encoding, self.cursor)
            {
                let due = self.due(&run);
                self.cursor.seen = run.last();
                self.is_current = true;
                return Some(Pulled { gap: None, run: Some(run), due });
            }
            let pulled = self.take(limit).await;
            if !pulled.is_empty() {
                return Some(pulled);
            }
            self.is_current = true;
        }
    }

    /// Returns some of what is there after the cursor. May be dropped and called again.
    async fn take(&mut self, limit: usize) -> Pulled {
        self.keep_to_the_feed();
        let mut pulled = self.feed.after(self.encoding, self.cursor, limit).await;
        if let Some(oldest) = self.gap.take() {
            pulled.gap = Some(self.encoding.gap(oldest));
        }
        if let Some(run) = &pulled.run {
            pulled.due = self.due(run);
            self.cursor.seen = run.last();
        }
        pulled
    }

    /// Returns when the first of these items was due, where it goes out live.
    fn due(&self, run: &Run) -> Option<UnixMillis> {
        let first = run.first();
        (first > self.cursor.live_after).then(|| self.feed.feed().due(first)).flatten()
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

impl Pulled {
    /// Returns each item's bytes, those of a gap first.
    pub(crate) fn items(&self) -> impl Iterator<Item = Bytes> {
        let items = self.run.iter().flat_map(Run::items);
        self.gap.iter().cloned().chain(items)
    }

    /// Returns how many items there are, a gap being one.
    pub(crate) fn count(&self) -> usize {
        usize::from(self.gap.is_some()) + self.len()
    }

    /// Returns how many bytes they have, without what frames them.
    pub(crate) fn size(&self) -> usize {
        self.gap.as_ref().map_or(0, Bytes::len) + self.run.as_ref().map_or(0, Run::size)
    }

    /// Returns how many items there are.
    pub(crate) fn len(&self) -> usize {
        self.run.as_ref().map_or(0, |run| run.len())
    }

    fn is_empty(&self) -> bool {
        self.gap.is_none() && self.run.is_none()
    }
}

/// How many items are pulled at a time: what waits to be written stays small.
const PULL_MAX: usize = 64;
