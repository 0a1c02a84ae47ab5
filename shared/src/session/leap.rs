//! Whether time has leapt: the machine slept, or its clock was set.

use super::Moment;

/// Compares the wall clock with the time that never goes back, which may stand still while the
/// machine sleeps.
#[derive(Debug, Default)]
pub(super) struct Leap {
    /// By how many milliseconds the wall clock was ahead of the other when it was last looked at.
    ahead: Option<i64>,
}

impl Leap {
    /// How far the wall clock may get ahead from one event to the next before it counts, in
    /// milliseconds. A clock that is corrected by the network moves less.
    const LEAST: i64 = 5_000;

    /// Whether the wall clock has got far ahead since the last event. A clock that was set forward
    /// looks the same as a sleep, and one that was set back matters to nobody.
    pub(super) fn happened(&mut self, now: &Moment) -> bool {
        let mono = i64::try_from(now.mono.as_millis()).unwrap_or(i64::MAX);
        let wall = i64::try_from(now.wall.get()).unwrap_or(i64::MAX);
        let ahead = wall.saturating_sub(mono);
        let before = self.ahead.replace(ahead);
        before.is_some_and(|before| ahead.saturating_sub(before) > Self::LEAST)
    }
}
