//! How often something may be done: pure, time is an argument.

use std::time::Duration;

use tokio::time::Instant;

use crate::bucket::Bucket;

/// So many times a second, of which as many as in one second may come at once.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Rate(pub(super) u32);

impl Rate {
    /// Takes one; tells whether there was one.
    pub(super) fn take(self, bucket: &mut Bucket, now: Instant) -> bool {
        bucket.take(self.each(), SECOND, now)
    }

    /// Whether there is one.
    pub(super) fn has_one(self, mut bucket: Bucket, now: Instant) -> bool {
        self.take(&mut bucket, now)
    }

    /// Returns how many are taken and not back yet.
    pub(super) fn taken(self, bucket: Bucket, now: Instant) -> u64 {
        let taken = bucket.missing(now).as_nanos().div_ceil(self.each().as_nanos());
        u64::try_from(taken).unwrap_or(u64::MAX)
    }

    /// Returns how long one takes to come back.
    fn each(self) -> Duration {
        (SECOND / self.0.max(1)).max(Duration::from_nanos(1))
    }
}

const SECOND: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_as_in_a_second_come_at_once_and_then_at_an_even_pace() {
        for often in [1, 3, 7, 500, 10_000] {
            let (rate, start) = (Rate(often), Instant::now());
            let mut bucket = Bucket::default();
            let at_once = (0..2 * often).filter(|_| rate.take(&mut bucket, start)).count();
            assert_eq!(at_once, often as usize);
            assert_eq!(rate.taken(bucket, start), u64::from(often));
            assert!(!rate.has_one(bucket, start));

            // One is back when its share of the second has passed, and not before.
            let soon = start + rate.each();
            assert!(!rate.take(&mut bucket, soon - Duration::from_micros(1)));
            assert!(rate.take(&mut bucket, soon) && !rate.take(&mut bucket, soon));

            // Over ten seconds there are ten times as many, however often one asks.
            let steps = 50 * often;
            let at = |step| soon + 10 * SECOND * step / steps;
            let within = (1..=steps).filter(|step| rate.take(&mut bucket, at(*step))).count();
            assert!((10 * often as usize).abs_diff(within) <= 1, "{within} at {often}");
        }
    }

    #[test]
    fn the_highest_rate_is_a_rate() {
        let (rate, start) = (Rate(u32::MAX), Instant::now());
        let mut bucket = Bucket::default();
        assert!((0..1000).all(|_| rate.take(&mut bucket, start)));
        assert_eq!(rate.taken(bucket, start), 1000);
    }
}
