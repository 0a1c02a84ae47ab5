//! The rows of both ends in one list, newest last.

use std::collections::VecDeque;
use std::time::Duration;

use echoclock_shared::ledger::{Ledger, LedgerId};
use echoclock_shared::session::Part;
use echoclock_shared::time::UnixMillis;

use super::Tapped;
use super::row::Row;
use crate::few::Few;

/// How many rows are kept.
pub const ROWS_MAX: usize = 1_000;

/// The rows of both ends.
#[derive(Clone, Debug, Default)]
pub struct Book {
    /// By their time, at most [`ROWS_MAX`]; the oldest makes room.
    rows: VecDeque<Row>,
    dropped: u64,
    ids: u64,
    /// From when on it is written; what a ledger holds of before is an opening, or left out.
    since: UnixMillis,
    /// Of each ledger that is followed, the number of the last entry that was seen.
    seen: Few<LedgerId, u64>,
}

impl Book {
    /// Goes on at `now`.
    pub fn begin(&mut self, now: UnixMillis) {
        self.since = now;
        self.seen.clear();
    }

    /// Writes down what the page has seen.
    pub fn take(&mut self, tapped: Tapped) {
        self.dropped += tapped.dropped;
        for row in tapped.rows {
            self.insert(row);
        }
    }

    /// Writes down what is new in a ledger that was asked for and answered at these times of the
    /// local wall clock.
    ///
    /// Its times are the server's, so they are set against the middle of the two.
    pub fn read(&mut self, part: Part, ledger: &Ledger, asked: UnixMillis, answered: UnixMillis) {
        let local_now = asked.plus(answered.since(asked) / 2);
        let local = |at: UnixMillis| {
            let ago = ledger.now.since(at);
            UnixMillis::new(local_now.get().saturating_sub(millis(ago)))
        };
        let seen = self.seen.get(&ledger.link).copied().unwrap_or_default();
        let new: Vec<_> = ledger.entries.iter().filter(|entry| entry.n > seen).collect();
        let is_first = seen == 0;
        let last = ledger.entries.last().map_or(seen, |entry| entry.n.max(seen));
        self.seen.insert(ledger.link.clone(), last);
        for entry in new {
            let at = local(entry.at);
            // How a link began is told also where nobody looked then.
            if !is_first || entry.n <= OPENING || at >= self.since {
                self.insert(Row::of_entry(entry, part, at));
            }
        }
    }

    /// Follows these ledgers only.
    pub fn follow(&mut self, is_followed: impl Fn(&LedgerId) -> bool) {
        self.seen.retain(|id| is_followed(id));
    }

    /// Forgets all rows.
    pub fn clear(&mut self) {
        self.rows.clear();
        self.dropped = 0;
    }

    /// Returns the rows.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &Row> {
        self.rows.iter()
    }

    /// Returns how many rows made room.
    pub const fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Returns how many rows were ever written.
    pub const fn written(&self) -> u64 {
        self.ids
    }

    fn insert(&mut self, mut row: Row) {
        self.ids += 1;
        row.id = self.ids;
        let later = self.rows.iter().rev().take_while(|other| other.at > row.at).count();
        self.rows.insert(self.rows.len() - later, row);
        if self.rows.len() > ROWS_MAX {
            self.rows.pop_front();
            self.dropped += 1;
        }
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// How many of a link's first entries are told however old they are: its heads, and the server's
/// first words.
const OPENING: u64 = 3;
