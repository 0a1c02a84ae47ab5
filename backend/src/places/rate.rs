//! How often something may be done.

use std::time::Duration;

use tokio::time::Instant;

/// What is left of so many times a second, of which as many as in one second may come at once.
///
/// Time is an argument, and all that is kept is one instant: what was taken comes back at an even
/// pace, so that when all of it is back tells how much is left.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Bucket {
    /// When it is full again; nothing where it always was.
    full_at: Option<Instant>,
}

impl Bucket {
    /// Takes one of `rate` a second; tells whether there was one.
    pub(super) fn take(&mut self, rate: u32, now: Instant) -> bool {
        let full_at = self.full_at.map_or(now, |full_at| full_at.max(now)) + each(rate);
        let is_left = full_at - now <= SECOND;
        if is_left {
            self.full_at = Some(full_at);
        }
        is_left
    }

    /// Whether there is one of `rate` a second.
    pub(super) fn has_one(mut self, rate: u32, now: Instant) -> bool {
        self.take(rate, now)
    }

    /// Returns how many of `rate` a second are taken and not back yet.
    pub(super) fn taken(&self, rate: u32, now: Instant) -> u64 {
        let left = self.full_at.map_or(Duration::ZERO, |it| it.saturating_duration_since(now));
        let taken = left.as_nanos().div_ceil(each(rate).as_nanos());
        u64::try_from(taken).unwrap_or(u64::MAX)
    }

    /// Whether nothing is known of it that a new one would not know.
    pub(super) fn is_full(&self, now: Instant) -> bool {
        self.full_at.is_none_or(|full_at| full_at <= now)
    }
}

/// Returns how long one takes to come back.
fn each(rate: u32) -> Duration {
    (SECOND / rate.max(1)).max(Duration::from_nanos(1))
}

const SECOND: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_as_in_a_second_come_at_once_and_then_at_an_even_pace() {
        for rate in [1, 3, 7, 500, 10_000] {
            let start = Instant::now();
            let mut bucket = Bucket::default();
            assert!(bucket.is_full(start));
            let at_once = (0..2 * rate).filter(|_| bucket.take(rate, start)).count();
            assert_eq!(at_once, rate as usize);
            assert_eq!(bucket.taken(rate, start), u64::from(rate));
            assert!(!bucket.has_one(rate, start));

            // One is back when its share of the second has passed, and not before.
            let soon = start + each(rate);
            assert!(!bucket.take(rate, soon - Duration::from_micros(1)));
            assert!(bucket.take(rate, soon) && !bucket.take(rate, soon));

            // Over ten seconds there are ten times as many, however often one asks.
            let steps = 50 * rate;
            let within =
                (1..=steps).filter(|step| bucket.take(rate, soon + 10 * SECOND * *step / steps));
            let within = within.count();
            assert!((10 * rate as usize).abs_diff(within) <= 1, "{within} at {rate}");
        }
    }

    #[test]
    fn who_was_away_finds_no_more_than_a_second_of_it() {
        let start = Instant::now();
        let mut bucket = Bucket::default();
        assert!(bucket.take(5, start));
        assert!(!bucket.is_full(start) && bucket.is_full(start + SECOND / 5));
        let later = start + 3600 * SECOND;
        assert_eq!((0..100).filter(|_| bucket.take(5, later)).count(), 5);
    }

    #[test]
    fn the_highest_rate_is_a_rate() {
        let start = Instant::now();
        let mut bucket = Bucket::default();
        assert!((0..1000).all(|_| bucket.take(u32::MAX, start)));
        assert_eq!(bucket.taken(u32::MAX, start), 1000);
    }
}
