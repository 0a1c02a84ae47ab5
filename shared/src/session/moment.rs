//! When something happens.

use std::time::Duration;

use crate::time::UnixMillis;

/// An instant on both clocks, and a throw of the dice.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Moment {
    /// Time since some fixed start, which never goes back.
    pub mono: Duration,
    /// The local wall clock, which anybody may set.
    pub wall: UnixMillis,
    /// Evenly distributed; what is left to chance is decided by it.
    pub dice: u16,
}
