//! What became of a feed's items: the cursor, and the counts.

use std::time::Duration;

use super::ClockReport;
use crate::feed::{Period, Seq, Tick};

/// What became of the items of a feed.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Counts {
    /// Arrived, and not seen before.
    pub received: u64,
    /// Left out without a word, although a later one arrived.
    pub missed: u64,
    /// Arrived again.
    pub repeated: u64,
    /// Arrived live, more than one period after they were due.
    pub late: u64,
    /// How often the server said that items are gone for good.
    pub gaps: u64,
}

/// A cursor, and what was counted on the way to it.
#[derive(Debug, Default)]
pub(super) struct Tally {
    cursor: Option<Seq>,
    counts: Counts,
}

impl Tally {
    /// Returns the last place seen.
    pub(super) const fn cursor(&self) -> Option<Seq> {
        self.cursor
    }

    pub(super) const fn counts(&self) -> &Counts {
        &self.counts
    }

    /// Takes a tick that arrived so long after it was due, in microseconds, and says what it
    /// means; nothing where it was seen before.
    pub(super) fn tick(
        &mut self,
        tick: Tick,
        period: Period,
        delay: Option<i64>,
    ) -> Vec<ClockReport> {
        let mut reports = Vec::new();
        if let Some(cursor) = self.cursor {
            if tick.seq <= cursor {
                self.counts.repeated += 1;
                return reports;
            }
            let count = tick.seq.get() - cursor.get() - 1;
            if count > 0 {
                self.counts.missed += count;
                reports.push(ClockReport::Missed { count, before: tick.seq });
            }
        }
        self.cursor = Some(tick.seq);
        self.counts.received += 1;
        if delay.is_some_and(|delay| delay > micros(period.duration())) {
            self.counts.late += 1;
        }
        reports.push(ClockReport::Ticked { tick, delay });
        reports
    }

    /// Takes the word that what is before `oldest` is gone, or that the feed has started anew there.
    pub(super) fn gap(&mut self, oldest: Seq) -> ClockReport {
        let before = self.cursor;
        self.counts.gaps += 1;
        // The item at `oldest` comes next, and the hole before it is accounted for.
        self.cursor = (oldest.get() > 0).then(|| oldest.minus(1));
        match before {
            Some(after) if after >= oldest => ClockReport::StartedAnew { after, oldest },
            Some(after) => ClockReport::Gap { oldest, lost: Some(oldest.get() - after.get() - 1) },
            None => ClockReport::Gap { oldest, lost: None },
        }
    }

    /// Gives up the cursor that the server refuses, if there is one.
    pub(super) fn refused(&mut self) -> Option<ClockReport> {
        let after = self.cursor.take()?;
        self.counts.gaps += 1;
        Some(ClockReport::CursorRefused { after })
    }
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}
