//! How much a socket may send: pure, time is an argument.

use std::time::Duration;

use tokio::time::Instant;

use crate::bucket::Bucket;
use crate::limits::SocketRate;

/// What is left to one socket of its rate.
#[derive(Debug)]
pub(super) struct Allowance {
    rate: SocketRate,
    per_message: Duration,
    messages: Bucket,
    bytes: Bucket,
}

/// Which rate was exceeded.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub(super) enum TooFast {
    #[error("more than {0} messages a second")]
    Messages(u32),
    #[error("more than {0} bytes a second")]
    Bytes(u32),
}

impl Allowance {
    /// Begins with all of it.
    pub(super) fn new(rate: SocketRate) -> Self {
        let per_message = Duration::from_secs(1) / rate.messages.max(1);
        Self { rate, per_message, messages: Bucket::default(), bytes: Bucket::default() }
    }

    /// Counts bytes that came.
    ///
    /// # Errors
    ///
    /// Where they are too many.
    pub(super) fn bytes(&mut self, bytes: usize, now: Instant) -> Result<(), TooFast> {
        let takes = bytes as u64 * NANOS / u64::from(self.rate.bytes.max(1));
        let is_left = self.bytes.take(Duration::from_nanos(takes), AT_ONCE, now);
        if is_left { Ok(()) } else { Err(TooFast::Bytes(self.rate.bytes)) }
    }

    /// Counts a frame: each part of a message is as much work as a message.
    ///
    /// # Errors
    ///
    /// Where it is one too many.
    pub(super) fn message(&mut self, now: Instant) -> Result<(), TooFast> {
        let is_left = self.messages.take(self.per_message, AT_ONCE, now);
        if is_left { Ok(()) } else { Err(TooFast::Messages(self.rate.messages)) }
    }
}

/// As much as the rate has for this time may come at once.
const AT_ONCE: Duration = Duration::from_secs(5);

const NANOS: u64 = 1_000_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes one unit after the other, so many milliseconds apart, until one is refused.
    fn taken(rate: u32, apart: u64, of: fn(&mut Allowance, Instant) -> Result<(), TooFast>) -> u32 {
        let start = Instant::now();
        let mut allowance = Allowance::new(SocketRate { messages: rate, bytes: rate });
        let at = |n| start + Duration::from_millis(apart) * n;
        (0..10_000).find(|n| of(&mut allowance, at(*n)).is_err()).unwrap_or(u32::MAX)
    }

    #[test]
    fn five_seconds_worth_comes_at_once_and_then_the_rate() {
        for (rate, apart, expected) in [
            (10, 0, 50),
            (1, 0, 5),
            (1_000, 0, 5_000),
            (10, 100, u32::MAX),
            // Each takes 100 ms of the allowance, of which 90 pass.
            (10, 90, 491),
            (0, 1_000, u32::MAX),
        ] {
            let messages = taken(rate, apart, |allowance, now| allowance.message(now));
            let bytes = taken(rate, apart, |allowance, now| allowance.bytes(1, now));
            assert_eq!((messages, bytes), (expected, expected), "{rate}, {apart} ms apart");
        }
    }

    #[test]
    fn rest_gives_no_more_than_five_seconds_worth() {
        let start = Instant::now();
        let mut allowance = Allowance::new(SocketRate { messages: 2, bytes: 1_000 });
        let later = start + Duration::from_secs(3_600);
        for now in [start, later] {
            assert!((0..10).all(|_| allowance.message(now).is_ok()));
            assert_eq!(allowance.message(now), Err(TooFast::Messages(2)));
            assert_eq!(allowance.bytes(5_000, now), Ok(()));
            assert_eq!(allowance.bytes(1, now), Err(TooFast::Bytes(1_000)));
        }
    }
}
