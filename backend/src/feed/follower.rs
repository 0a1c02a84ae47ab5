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
        loop {
            self.newest.mark_unchanged();
            let mut pulled = self.feed.after(self.encoding, self.cursor, PULL_MAX).await;
            if let Some(oldest) = self.gap.take() {
                pulled.blocks.insert(0, self.encoding.gap(oldest));
            }
            if let Some(last) = pulled.last {
                self.cursor.seen = last;
            }
            if !pulled.blocks.is_empty() {
                return Some(pulled.blocks);
            }
            self.newest.changed().await.ok()?;
        }
    }
}

/// How many items are pulled at a time: what waits to be written stays small.
const PULL_MAX: usize = 64;
