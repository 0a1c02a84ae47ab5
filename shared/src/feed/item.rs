//! What stands at a place of a feed.

use serde::{Deserialize, Serialize};

use super::Seq;

/// One line of a feed: a value, or the word that older values are gone.
///
/// As JSON a value is written as it is, and a gap as `{"gap":{"oldest":N}}`.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Item<T> {
    /// The items between the cursor and [`Gap::oldest`] are not kept any more.
    Gap {
        /// Where the feed goes on.
        gap: Gap,
    },
    /// What the feed carries at its place.
    Value(T),
}

impl<T> Item<T> {
    /// Makes the word that what is before `oldest` is gone.
    pub const fn gap(oldest: Seq) -> Self {
        Self::Gap { gap: Gap { oldest } }
    }
}

/// Where a feed goes on after a hole that no replay can fill.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Gap {
    /// The place of the next item.
    pub oldest: Seq,
}
