//! What time it is at the server.

use std::time::Duration;

use crate::limits::CURSOR_AHEAD_MAX;
use crate::time::UnixMillis;

/// An estimate of the server's time, from question and answer.
///
/// It leans on the local time that never goes back, so a local wall clock that is set changes
/// nothing. The server stamped the answer somewhere between question and arrival, which bounds
/// the error by half the round trip (as in NTP, RFC 5905, section 8).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ServerClock {
    best: Option<Sample>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Sample {
    /// The server's time when the local time was zero, in microseconds.
    base: i64,
    error: i64,
    taken: Duration,
}

impl ServerClock {
    /// How far two clocks may part in a second, in microseconds.
    const DRIFT_PER_SECOND: i64 = 100;

    /// Learns from an answer that carried the server's time.
    pub fn sample(&mut self, asked: Duration, server: UnixMillis, arrived: Duration) {
        let round_trip = micros(arrived.saturating_sub(asked));
        // The stamp was cut to a whole millisecond: half of one is the middle.
        let stamped = millis_as_micros(server) + 500;
        let base = stamped - micros(asked) - round_trip / 2;
        let sample = Sample { base, error: round_trip / 2 + 500, taken: arrived };
        let better = self.best.is_none_or(|best| {
            let aged = best.error + Self::drift(arrived.saturating_sub(best.taken));
            // Estimates that exclude each other: one of the clocks was set.
            sample.error <= aged || (sample.base - best.base).abs() > sample.error + aged
        });
        if better {
            self.best = Some(sample);
        }
    }

    /// Returns the server's time in microseconds since 1970, if an answer was ever had.
    pub fn micros_at(&self, mono: Duration) -> Option<i64> {
        self.best.map(|best| best.base + micros(mono))
    }

    /// Returns by how many microseconds the estimate may be wrong, either way.
    pub fn error_at(&self, mono: Duration) -> Option<i64> {
        self.best.map(|best| best.error + Self::drift(mono.saturating_sub(best.taken)))
    }

    /// Returns how many microseconds after `instant` it is at the server; less than zero before.
    pub fn micros_since(&self, instant: UnixMillis, mono: Duration) -> Option<i64> {
        self.micros_at(mono).map(|now| now - millis_as_micros(instant))
    }

    /// Whether it can't be `instant` at the server, by more than clocks may differ.
    pub(super) fn contradicts(&self, instant: UnixMillis, mono: Duration) -> bool {
        let apart = self.micros_since(instant, mono).map(i64::abs);
        let error = self.error_at(mono).unwrap_or_default();
        apart.is_some_and(|apart| apart > micros(CURSOR_AHEAD_MAX) + error)
    }

    fn drift(age: Duration) -> i64 {
        micros(age) / 1_000_000 * Self::DRIFT_PER_SECOND
    }
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX / 4)
}

fn millis_as_micros(instant: UnixMillis) -> i64 {
    i64::try_from(instant.get() * 1_000).unwrap_or(i64::MAX / 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn the_answer_is_taken_to_be_from_the_middle_of_the_round_trip() {
        let mut clock = ServerClock::default();
        assert_eq!(clock.micros_at(ms(0)), None);
        clock.sample(ms(1_000), UnixMillis::new(50_000), ms(1_040));
        assert_eq!(clock.micros_at(ms(1_020)), Some(50_000_500));
        assert_eq!(clock.error_at(ms(1_040)), Some(20_500));
        assert_eq!(clock.micros_since(UnixMillis::new(50_100), ms(1_020)), Some(-99_500));
    }

    #[test]
    fn the_quickest_answer_counts_until_it_is_old_or_refuted() {
        let mut clock = ServerClock::default();
        clock.sample(ms(0), UnixMillis::new(50_000), ms(2));
        let quick = clock;
        clock.sample(ms(1_000), UnixMillis::new(51_060), ms(1_200));
        assert_eq!(clock, quick, "a slow answer that agrees teaches nothing");
        clock.sample(ms(2_000), UnixMillis::new(90_000), ms(2_400));
        assert_ne!(clock, quick, "the server's clock was set");
        let set = clock;
        clock.sample(ms(3_000), UnixMillis::new(90_800), ms(3_002));
        assert_ne!(clock, set, "a quick answer beats a slow one");
    }

    #[test]
    fn a_good_answer_grows_old() {
        let mut clock = ServerClock::default();
        clock.sample(ms(0), UnixMillis::new(50_000), ms(2));
        let quick = clock;
        let hour = 3_600_000;
        clock.sample(ms(hour), UnixMillis::new(50_050 + hour), ms(hour + 100));
        assert_ne!(clock, quick);
    }
}
