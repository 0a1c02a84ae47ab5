//! How long to wait before reconnecting.
//!
//! Arithmetic only: the caller throws the dice and sets the timer, so a table covers it all.

use std::time::Duration;

/// Doubling waits, half of each left to chance.
///
/// Chance keeps clients cut off by one restart from returning together; the fixed half keeps an
/// unlucky draw from hammering the server.
#[derive(Clone, Copy, Debug)]
pub struct Backoff {
    /// The longest first wait.
    pub first: Duration,
    /// The longest wait of all.
    pub longest: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { first: Duration::from_millis(500), longest: Duration::from_secs(30) }
    }
}

impl Backoff {
    /// Returns the wait after `failures` in a row. Every `dice` is valid; 0 waits least.
    pub fn wait(&self, failures: u32, dice: u16) -> Duration {
        let doublings = failures.saturating_sub(1);
        let ceiling = self.first.saturating_mul(2_u32.saturating_pow(doublings)).min(self.longest);
        let half = ceiling / 2;
        half + half * u32::from(dice) / u32::from(u16::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_until_capped() {
        for (failures, shortest, longest) in [
            (1, 250, 500),
            (2, 500, 1_000),
            (6, 8_000, 16_000),
            (7, 15_000, 30_000),        // 32 s, capped
            (u32::MAX, 15_000, 30_000), // a weekend offline must not overflow
        ] {
            let waits =
                [0, u16::MAX].map(|dice| Backoff::default().wait(failures, dice).as_millis());
            assert_eq!(waits, [shortest, longest], "after {failures} failures");
        }
    }
}
