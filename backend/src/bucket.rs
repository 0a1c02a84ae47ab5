//! How much may be taken of what comes back at an even pace: pure, time is an argument.

use std::time::Duration;

use tokio::time::Instant;

/// What is left of something that comes back at an even pace, counted in the time that it takes to.
///
/// All that is kept is one instant: when all of it is back tells how much is left. Who asks says each
/// time how much there is in all and how long what is taken needs to come back, so that many buckets
/// of one size know it once.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Bucket {
    /// When it is full again; nothing where it always was.
    full_at: Option<Instant>,
}

impl Bucket {
    /// Takes what comes back within `each`, out of what comes back within `at_once`; tells whether
    /// there was so much.
    pub(crate) fn take(&mut self, each: Duration, at_once: Duration, now: Instant) -> bool {
        let missing = self.missing(now).saturating_add(each);
        let is_left = missing <= at_once;
        if is_left {
            self.full_at = Some(now + missing);
        }
        is_left
    }

    /// Returns within which time all is back.
    pub(crate) fn missing(&self, now: Instant) -> Duration {
        self.full_at.map_or(Duration::ZERO, |full_at| full_at.saturating_duration_since(now))
    }

    /// Whether nothing is known of it that a new one would not know.
    pub(crate) fn is_full(&self, now: Instant) -> bool {
        self.missing(now).is_zero()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_comes_back_at_an_even_pace_and_no_more_than_there_was() {
        let (each, start) = (Duration::from_millis(250), Instant::now());
        let mut bucket = Bucket::default();
        assert!(bucket.is_full(start));
        for (after, taken, is_full_then) in
            [(0, 8, 2_000), (250, 1, 2_000), (900, 2, 1_850), (9_000, 8, 2_000)]
        {
            let now = start + Duration::from_millis(after);
            let all = (0..100).filter(|_| bucket.take(each, 8 * each, now)).count();
            let missing = bucket.missing(now).as_millis();
            assert_eq!((all, missing), (taken, is_full_then), "after {after} ms");
        }
        // Of another size each time, and what there is not is not taken.
        let now = start + Duration::from_millis(10_000);
        assert!(!bucket.take(Duration::from_millis(1_001), 8 * each, now));
        assert!(bucket.take(Duration::from_millis(1_000), 8 * each, now));
        assert!(!bucket.take(each, Duration::from_secs(2), now));
        assert!(bucket.take(Duration::ZERO, 8 * each, now));
        assert!(bucket.is_full(now + 8 * each));
        assert!(!bucket.take(Duration::MAX, 8 * each, now), "no sum overflows");
    }
}
