//! Whether whoever is waited for gets on fast enough: pure, time is an argument.
//!
//! Waiting uses up patience. Each byte that passes gives some of it back, as much as the slowest rate
//! has for a byte, and so does time in which nobody waits. So an honest slow client is never cut
//! off, whatever it takes to send or read all, and one that takes a byte now and then is.

use std::time::Duration;

use tokio::time::Instant;

/// How slow a client may be.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Pace {
    /// How long it may do nothing.
    pub(crate) grace: Duration,
    /// How many bytes a second it has to take or to send while it is waited for; 0 for none.
    pub(crate) rate: u64,
}

/// What is known of one direction of one client.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Progress {
    pace: Pace,
    /// What is left of the patience, at `since`.
    left: Duration,
    since: Instant,
    is_waiting: bool,
}

impl Progress {
    /// Begins with all patience, waiting for nothing.
    pub(crate) fn new(pace: Pace, now: Instant) -> Self {
        Self { pace, left: pace.grace, since: now, is_waiting: false }
    }

    /// Says that the client is waited for from now on, if it was not already.
    pub(crate) fn waits(&mut self, now: Instant) {
        if !self.is_waiting {
            self.settle(now);
            self.is_waiting = true;
        }
    }

    /// Says that bytes have passed.
    pub(crate) fn passed(&mut self, bytes: usize, now: Instant) {
        self.settle(now);
        let earned = match (bytes, self.pace.rate) {
            (0, _) => Duration::ZERO,
            (_, 0) => self.pace.grace,
            (_, rate) => Duration::from_secs_f64(bytes as f64 / rate as f64),
        };
        self.earn(earned);
    }

    /// Says that the client is not waited for any longer.
    pub(crate) fn rests(&mut self, now: Instant) {
        self.settle(now);
        self.is_waiting = false;
    }

    /// Returns when patience is at an end, if the client is waited for and nothing passes until then.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.is_waiting.then(|| self.since + self.left)
    }

    fn settle(&mut self, now: Instant) {
        let elapsed = now.saturating_duration_since(self.since);
        self.since = now;
        if self.is_waiting {
            self.left = self.left.saturating_sub(elapsed);
        } else {
            self.earn(elapsed);
        }
    }

    fn earn(&mut self, earned: Duration) {
        self.left = self.left.saturating_add(earned).min(self.pace.grace);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACE: Pace = Pace { grace: Duration::from_secs(30), rate: 1_000 };

    /// Lets so many bytes pass every so many seconds, and tells when patience is at an end, if within
    /// an hour.
    fn ends(pace: Pace, bytes: usize, every: f64) -> Option<f64> {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs_f64(seconds);
        let mut progress = Progress::new(pace, start);
        progress.waits(start);
        for n in 1.. {
            let next = f64::from(n) * every;
            let deadline = progress.deadline().expect("it is waited for");
            if deadline <= at(next) {
                return Some((deadline - start).as_secs_f64());
            }
            if next > 3_600.0 {
                break;
            }
            progress.passed(bytes, at(next));
            progress.waits(at(next));
        }
        None
    }

    #[test]
    fn the_slow_get_on_and_those_who_pretend_to_do_not() {
        for (bytes, every, end) in [
            (0, 1.0, Some(30.0)),
            (1, 1.0, Some(30.0)),
            (500, 1.0, Some(59.0)),
            (1_000, 1.0, None),
            (40_000, 29.0, None),
            (1, 29.0, Some(30.0)),
            (1_000_000, 31.0, Some(30.0)),
        ] {
            let ended = ends(PACE, bytes, every);
            let rounded = ended.map(f64::floor);
            assert_eq!(rounded, end, "{bytes} bytes every {every} s: {ended:?}");
        }
    }

    #[test]
    fn without_a_rate_any_byte_will_do() {
        let pace = Pace { rate: 0, ..PACE };
        assert_eq!(ends(pace, 1, 29.0), None);
        assert_eq!(ends(pace, 0, 29.0), Some(30.0));
    }

    #[test]
    fn rest_gives_patience_back() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut progress = Progress::new(PACE, start);
        assert_eq!(progress.deadline(), None);
        progress.waits(start);
        progress.rests(at(25));
        assert_eq!(progress.deadline(), None);
        progress.waits(at(35));
        assert_eq!(progress.deadline(), Some(at(35 + 15)));
    }
}
