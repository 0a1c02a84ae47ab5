//! Whether whoever is waited for gets on fast enough: pure, time is an argument.
//!
//! Waiting uses up patience. Each byte that passes gives some of it back, as much as the slowest rate
//! has for a byte, and so does time in which nobody waits. So an honest slow client is never cut
//! off, whatever it takes to send or read all, and one that takes a byte now and then is.
//!
//! Where it is not the client itself that is seen but what takes bytes in its place (its system, its
//! window), a burst is followed by silence until the client has got through most of it. So there
//! bytes give more patience than a client begins with.

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

impl Pace {
    /// Returns how long bytes take at the slowest rate; no time without one.
    fn worth(self, bytes: u64) -> Duration {
        if self.rate == 0 {
            return Duration::ZERO;
        }
        Duration::from_secs_f64(bytes as f64 / self.rate as f64)
    }
}

/// What is known of one direction of one client.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Progress {
    pace: Pace,
    /// How much patience bytes give at the most.
    most: Duration,
    /// What is left of the patience, at `since`.
    left: Duration,
    since: Instant,
    is_waiting: bool,
    /// When something passed last, or it began to be waited for.
    moved: Instant,
}

/// What used up the patience.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Spent {
    /// For as long as the client may do nothing, nothing passed.
    ByStandstill,
    /// What passed was too little.
    BySlowness,
}

impl Progress {
    /// Begins with all patience, waiting for nothing.
    pub(crate) fn new(pace: Pace, now: Instant) -> Self {
        let (most, left) = (pace.grace, pace.grace);
        Self { pace, most, left, since: now, is_waiting: false, moved: now }
    }

    /// Takes into account that so many bytes may pass before the client has them.
    pub(crate) fn hiding(mut self, bytes: u64) -> Self {
        self.most = self.pace.grace + self.pace.worth(bytes);
        self
    }

    /// Says that the client is waited for from now on, if it was not already.
    pub(crate) fn waits(&mut self, now: Instant) {
        if !self.is_waiting {
            self.settle(now);
            self.is_waiting = true;
            self.moved = now;
        }
    }

    /// Says that bytes have passed.
    pub(crate) fn passed(&mut self, bytes: usize, now: Instant) {
        if self.has_all() {
            return;
        }
        self.settle(now);
        if bytes > 0 {
            self.moved = now;
        }
        let earned = match (bytes, self.pace.rate) {
            (1.., 0) => self.pace.grace,
            _ => self.pace.worth(bytes as u64),
        };
        self.earn(earned, self.most);
    }

    /// Says that the client is not waited for any longer.
    pub(crate) fn rests(&mut self, now: Instant) {
        if self.has_all() {
            return;
        }
        self.settle(now);
        self.is_waiting = false;
    }

    /// Returns when patience is at an end, if the client is waited for and nothing passes until then.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.is_waiting.then(|| self.since + self.left)
    }

    /// Returns what will have used up the patience at the deadline, if nothing passes until then.
    pub(crate) fn spent(&self) -> Spent {
        let stands = self.deadline().map(|at| at.saturating_duration_since(self.moved));
        match stands {
            Some(stands) if stands < self.pace.grace => Spent::BySlowness,
            Some(_) | None => Spent::ByStandstill,
        }
    }

    /// Whether nobody waits and there is no patience to be gained, so that nothing has to be
    /// reckoned, whatever passes: neither bytes nor time change anything until somebody waits.
    fn has_all(&self) -> bool {
        !self.is_waiting && self.left >= self.most
    }

    fn settle(&mut self, now: Instant) {
        let elapsed = now.saturating_duration_since(self.since);
        self.since = now;
        if self.is_waiting {
            self.left = self.left.saturating_sub(elapsed);
        } else {
            self.earn(elapsed, self.pace.grace);
        }
    }

    fn earn(&mut self, earned: Duration, most: Duration) {
        self.left = self.left.max(self.left.saturating_add(earned).min(most));
    }
}

/// How much a client's system may have taken, and its window, that the client has not, in bytes.
///
/// A Linux takes that much, and as much again where its window is smaller than what waits in the
/// server's system, as it may be at first. So a client at twice the slowest rate is seen in time.
pub(crate) const HIDDEN: u64 = 128 * 1024;

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
    fn a_burst_that_others_took_for_the_client_gives_it_time() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        for (burst, deadline) in [(0, 30), (10_000, 40), (1_000_000, 94)] {
            let mut progress = Progress::new(PACE, start).hiding(64_000);
            progress.passed(burst, start);
            progress.waits(start);
            assert_eq!(progress.deadline(), Some(at(deadline)), "{burst} bytes");
        }
        // Rest gives back no more than a client begins with.
        let mut progress = Progress::new(PACE, start).hiding(64_000);
        progress.rests(at(1_000));
        progress.waits(at(1_000));
        assert_eq!(progress.deadline(), Some(at(1_030)));
    }

    #[test]
    fn what_a_system_hides_is_no_reason_to_give_up_a_client_at_twice_the_slowest_rate() {
        // What a Linux's bursts look like, in bytes: 128 KiB at a time, and at worst 224 KiB once.
        for bursts in [[65_536, 131_072, 131_072, 131_072], [98_304, 229_376, 131_072, 131_072]] {
            let start = Instant::now();
            let (mut progress, mut now) = (Progress::new(PACE, start).hiding(HIDDEN), start);
            progress.passed(bursts[0], start);
            for burst in bursts.iter().cycle().take(40) {
                progress.waits(now);
                now += Duration::from_secs_f64(*burst as f64 / 2_000.0);
                assert!(progress.deadline().is_some_and(|deadline| now < deadline), "{burst}");
                progress.passed(*burst, now);
            }
            // One that takes nothing more is given up all the same.
            let given_up = progress.deadline().expect("it is waited for") - now;
            assert!(given_up <= Duration::from_secs(162), "{given_up:?}");
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
