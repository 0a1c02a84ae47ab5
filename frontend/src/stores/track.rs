//! When what happened on a lane.

use std::collections::VecDeque;
use std::time::Duration;

/// How many marks a track keeps; the oldest ones go first.
pub const MARKS_MAX: usize = 600;

/// When what happened on a lane, oldest first, at most [`MARKS_MAX`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Track {
    marks: VecDeque<Mark>,
}

/// Something that happened.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mark {
    /// When it did, on the time of `Moment::mono`.
    pub at: Duration,
    /// What it was.
    pub what: What,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum What {
    /// A tick arrived live, so many microseconds after it was due; unknown where the server's time is.
    Live {
        /// The delay.
        delay: Option<i64>,
        /// Whether that is more than a period.
        late: bool,
    },
    /// A tick arrived that had to be caught up with, so many microseconds after it was due.
    Replayed {
        /// How long ago it was due.
        age: Option<i64>,
    },
    /// Ticks are missing here.
    Hole,
    /// The link came to be open.
    Opened,
    /// The link ended.
    Ended,
}

/// How the delays of live ticks are spread, in microseconds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Quantiles {
    /// Half of them are shorter.
    pub p50: i64,
    /// One in a hundred is longer.
    pub p99: i64,
    /// Of how many ticks this is.
    pub of: usize,
}

impl Track {
    /// Makes a track of what happened, oldest first.
    pub fn of(marks: Vec<Mark>) -> Self {
        let mut track = Self::default();
        track.extend(marks);
        track
    }

    /// Returns what happened, oldest first.
    pub fn marks(&self) -> impl DoubleEndedIterator<Item = &Mark> {
        self.marks.iter()
    }

    /// Returns how the delays are spread; nothing where none is known.
    pub fn quantiles(&self) -> Option<Quantiles> {
        let delay =
            |mark: &Mark| if let What::Live { delay, .. } = mark.what { delay } else { None };
        let mut delays: Vec<i64> = self.marks.iter().filter_map(delay).collect();
        delays.sort_unstable();
        // The nearest rank: the least delay that so many percent of all do not exceed.
        let rank = |percent: usize| delays.get((delays.len() * percent).div_ceil(100).max(1) - 1);
        Some(Quantiles { p50: *rank(50)?, p99: *rank(99)?, of: delays.len() })
    }

    pub(super) fn extend(&mut self, marks: impl IntoIterator<Item = Mark>) {
        self.marks.extend(marks);
        let cut = self.marks.len().saturating_sub(MARKS_MAX);
        self.marks.drain(..cut);
    }

    /// Forgets the ticks of another clock; the link's coming and going stay.
    pub(super) fn forget_ticks(&mut self) {
        self.marks.retain(|mark| matches!(mark.what, What::Opened | What::Ended));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn live(delay: Option<i64>) -> Mark {
        Mark { at: Duration::ZERO, what: What::Live { delay, late: false } }
    }

    #[test]
    fn the_quantiles_are_delays_that_were_had() {
        for (delays, expected) in [
            (vec![], None),
            (vec![7], Some((7, 7))),
            (vec![3, 1, 2], Some((2, 3))),
            ((1..=100).rev().collect(), Some((50, 99))),
            ((1..=1_000).collect(), Some((700, 994))),
        ] {
            let mut track = Track::default();
            let asked = delays.len();
            track.extend(delays.into_iter().map(Some).map(live));
            track.extend([]);
            let quantiles = track.quantiles();
            assert_eq!(quantiles.map(|it| (it.p50, it.p99)), expected);
            assert_eq!(quantiles.map_or(0, |it| it.of), asked.min(MARKS_MAX));
        }
    }

    #[test]
    fn what_is_not_live_has_no_delay() {
        let mut track = Track::default();
        let replayed = Mark { at: Duration::ZERO, what: What::Replayed { age: Some(5_000_000) } };
        track.extend([replayed, live(None), live(Some(9))]);
        assert_eq!(track.quantiles(), Some(Quantiles { p50: 9, p99: 9, of: 1 }));
    }
}
