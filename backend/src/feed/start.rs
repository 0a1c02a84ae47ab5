//! Where a follower starts, from what it asked for.

use echoclock_shared::feed::Seq;

use super::Cursor;

/// What a client said about where it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Asked {
    /// Nothing: it gets the newest item at once and goes on from there.
    Newest,
    /// It has seen everything up to this place.
    After(Seq),
    /// It has been here, and where it was can't be told: it gets a gap, then the newest item.
    Lost,
}

/// The places that a feed can give.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Bounds {
    /// The oldest place that is kept.
    pub oldest: Seq,
    /// The newest place.
    pub newest: Seq,
    /// The furthest cursor that counts as the newest place, as instances' clocks differ.
    pub furthest: Seq,
    /// The furthest place that was ever given out; it is past [`Self::furthest`] where the feed has
    /// started anew since.
    pub told: Seq,
}

/// Where a follower starts.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Start {
    /// What is after this place comes first.
    pub cursor: Cursor,
    /// The gap to tell before anything else.
    pub gap: Option<Seq>,
}

/// The cursor is further ahead than clocks may differ.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{cursor} is too far ahead of the newest item, {newest}")]
pub struct TooFarAhead {
    /// The cursor.
    pub cursor: Seq,
    /// The newest place.
    pub newest: Seq,
}

impl Bounds {
    /// Returns where a follower starts.
    ///
    /// # Errors
    ///
    /// Where the cursor is past [`Self::furthest`], and was never given out.
    pub fn start(self, asked: Asked) -> Result<Start, TooFarAhead> {
        let newest = self.newest;
        match asked {
            Asked::Newest => Ok(self.from(newest.minus(1), None)),
            Asked::Lost => Ok(self.lost()),
            Asked::After(cursor) if cursor <= self.furthest => {
                Ok(self.from(cursor.min(newest), None))
            }
            Asked::After(cursor) if cursor <= self.told => Ok(self.lost()),
            Asked::After(cursor) => Err(TooFarAhead { cursor, newest }),
        }
    }

    /// Returns where a follower goes on whose cursor is of a time before the feed started anew;
    /// nothing for any other.
    pub(super) fn anew(self, cursor: Cursor) -> Option<Start> {
        (cursor.seen > self.furthest).then(|| self.lost())
    }

    fn lost(self) -> Start {
        self.from(self.newest.minus(1), Some(self.newest))
    }

    fn from(self, seen: Seq, gap: Option<Seq>) -> Start {
        Start { cursor: Cursor { seen, live_after: self.newest }, gap }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_follower_starts_where_it_asks_to() {
        let bounds = Bounds {
            oldest: Seq::new(40),
            newest: Seq::new(100),
            furthest: Seq::new(160),
            told: Seq::new(100),
        };
        let at = |seen, gap: Option<u64>| {
            let cursor = Cursor { seen: Seq::new(seen), live_after: bounds.newest };
            Ok(Start { cursor, gap: gap.map(Seq::new) })
        };
        let after = |seq| Asked::After(Seq::new(seq));
        let ahead = |seq| Err(TooFarAhead { cursor: Seq::new(seq), newest: bounds.newest });
        for (asked, start) in [
            (Asked::Newest, at(99, None)),
            (Asked::Lost, at(99, Some(100))),
            (after(0), at(0, None)), // the feed itself tells the gap
            (after(70), at(70, None)),
            (after(100), at(100, None)),
            (after(160), at(100, None)),
            (after(161), ahead(161)),
        ] {
            assert_eq!(bounds.start(asked), start, "{asked:?}");
        }
        // The feed has started anew since it had come as far as 900.
        let bounds = Bounds { told: Seq::new(900), ..bounds };
        for (asked, start) in [
            (after(160), at(100, None)),
            (after(161), at(99, Some(100))),
            (after(900), at(99, Some(100))),
            (after(901), ahead(901)),
        ] {
            assert_eq!(bounds.start(asked), start, "{asked:?}, and it has been at 900");
        }
    }
}
