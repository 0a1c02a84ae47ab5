//! How often one client may be the reason for a line of one kind: pure, time is an argument.
//!
//! Lines past that are counted, and the count is told after a while.

use std::collections::HashMap;
use std::hash::Hash;
use std::time::Duration;

use tokio::time::Instant;

use crate::bucket::Bucket;

/// The lines of late, by their kind and by the client that they are about.
#[derive(Debug)]
pub(super) struct Rates<K> {
    /// At most [`CLIENTS_MAX`] and one per kind; those past that share the kind's own.
    lines: HashMap<(K, Whose), Lines>,
    /// When there was no room and those that are idle were looked for.
    searched_at: Option<Instant>,
}

/// Whom a bucket is for.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(super) enum Whose {
    /// One client.
    One(String),
    /// All of them together.
    All,
}

/// How many lines there may be.
#[derive(Clone, Copy, Debug)]
struct Rate {
    at_once: u32,
    /// How soon another one may follow.
    every: Duration,
}

/// The lines of one kind about one client.
#[derive(Debug, Default)]
struct Lines {
    /// How many more there may be.
    left: Bucket,
    held: Option<Held>,
}

/// Lines that were held back.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct HeldBack {
    /// About whom.
    pub(super) whose: Whose,
    /// How many.
    pub(super) lines: u64,
    /// What the first of them said.
    pub(super) example: String,
    /// Since then.
    pub(super) within: Duration,
}

#[derive(Debug)]
struct Held {
    since: Instant,
    count: u64,
    example: String,
}

impl<K: Clone + Eq + Hash> Rates<K> {
    pub(super) fn new() -> Self {
        Self { lines: HashMap::new(), searched_at: None }
    }

    /// Whether a line may be written; `message` is what it says.
    pub(super) fn admits(
        &mut self,
        kind: &K,
        client: &str,
        now: Instant,
        message: impl FnOnce() -> String,
    ) -> bool {
        let one = (kind.clone(), Whose::One(client.to_owned()));
        let is_told_apart = self.lines.contains_key(&one) || self.has_room(now);
        if is_told_apart {
            let lines = self.lines.entry(one).or_default();
            if !OF_ONE.admits(&mut lines.left, now) {
                lines.hold(now, message);
                return false;
            }
        }
        let lines = self.lines.entry((kind.clone(), Whose::All)).or_default();
        let admits = OF_ALL.admits(&mut lines.left, now);
        if !admits {
            lines.hold(now, message);
        }
        admits
    }

    /// Returns what has been held back for so long.
    pub(super) fn due(&mut self, now: Instant, after: Duration) -> Vec<HeldBack> {
        let mut due = vec![];
        self.lines.retain(|(_, whose), lines| {
            let is_due = |held: &mut Held| now.duration_since(held.since) >= after;
            if let Some(Held { since, count, example }) = lines.held.take_if(is_due) {
                let within = now.duration_since(since);
                due.push(HeldBack { whose: whose.clone(), lines: count, example, within });
            }
            !lines.is_idle(now)
        });
        due
    }

    /// Whether one more client can be told apart, for whom those that are idle make room.
    fn has_room(&mut self, now: Instant) -> bool {
        let is_full = self.lines.len() >= CLIENTS_MAX;
        if is_full && self.searched_at.is_none_or(|at| now >= at + SEARCH_EVERY) {
            self.searched_at = Some(now);
            self.lines.retain(|_, lines| !lines.is_idle(now));
        }
        self.lines.len() < CLIENTS_MAX
    }
}

impl Rate {
    fn admits(self, left: &mut Bucket, now: Instant) -> bool {
        left.take(self.every, self.every * self.at_once, now)
    }
}

impl Lines {
    fn hold(&mut self, now: Instant, message: impl FnOnce() -> String) {
        let held =
            self.held.get_or_insert_with(|| Held { since: now, count: 0, example: message() });
        held.count += 1;
    }

    /// Whether it is as good as new.
    fn is_idle(&self, now: Instant) -> bool {
        self.left.is_full(now) && self.held.is_none()
    }
}

/// How many lines of one kind one client may be the reason for.
const OF_ONE: Rate = Rate { at_once: 50, every: Duration::from_secs(1) };

/// How many all clients together may be.
const OF_ALL: Rate = Rate { at_once: 500, every: Duration::from_millis(20) };

/// How long lines are held back until their number is told.
pub(super) const TOLD_AFTER: Duration = Duration::from_secs(10);

/// How many clients are told apart, kind by kind.
const CLIENTS_MAX: usize = 1024;

/// How often those that are idle are looked for, where there is no room.
const SEARCH_EVERY: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use super::*;

    fn at_once(rates: &mut Rates<u8>, kind: u8, client: &str, now: Instant) -> usize {
        (0..200).filter(|n| rates.admits(&kind, client, now, || format!("line {n}"))).count()
    }

    #[test]
    fn one_client_drowns_neither_another_nor_its_own_lines_of_other_kinds() {
        let (mut rates, now) = (Rates::new(), Instant::now());
        for (kind, client, after, admitted) in [
            (1, "a", 0, 50),
            (1, "a", 0, 0),
            (1, "a", 7, 7),
            (2, "a", 7, 50),
            (1, "b", 14, 50),
            (1, "a", 1_000, 50),
        ] {
            let now = now + Duration::from_secs(after);
            assert_eq!(at_once(&mut rates, kind, client, now), admitted, "{kind} {client} {after}");
        }
    }

    #[test]
    fn what_is_held_back_is_told_once_and_then_forgotten() {
        let (mut rates, now) = (Rates::new(), Instant::now());
        at_once(&mut rates, 1, "a", now);
        assert_eq!(rates.due(now + TOLD_AFTER - Duration::from_millis(1), TOLD_AFTER), []);
        let whose = Whose::One("a".to_owned());
        let held =
            HeldBack { whose, lines: 150, example: "line 50".to_owned(), within: TOLD_AFTER };
        assert_eq!(rates.due(now + TOLD_AFTER, TOLD_AFTER), [held]);
        assert_eq!(rates.due(now + 2 * TOLD_AFTER, TOLD_AFTER), []);
        assert_eq!(rates.due(now + OF_ONE.every * OF_ONE.at_once, TOLD_AFTER), []);
        assert!(rates.lines.is_empty());
    }

    #[test]
    fn many_clients_are_bounded_together() {
        let (mut rates, now) = (Rates::new(), Instant::now());
        let mut admitted = 0;
        for n in 0..10 * CLIENTS_MAX {
            admitted += usize::from(rates.admits(&1, &n.to_string(), now, String::new));
            assert!(rates.lines.len() <= CLIENTS_MAX + 1);
        }
        assert_eq!(admitted, OF_ALL.at_once as usize);
        // Those who are quiet make room.
        let later = now + 2 * SEARCH_EVERY;
        assert!(rates.admits(&1, "new", later, String::new));
        assert_eq!(rates.lines.len(), 2);
        let told = rates.due(later + TOLD_AFTER, TOLD_AFTER);
        assert_eq!(told.iter().map(|held| held.lines).sum::<u64>(), 10 * CLIENTS_MAX as u64 - 500);
    }
}
