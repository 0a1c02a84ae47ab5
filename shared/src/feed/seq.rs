//! An item's place in its feed.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::limits::SAFE_INTEGER_MAX;

/// An item's place in its feed, one more than the last item's, below 2^53.
///
/// A hole therefore proves a loss, which is how a client notices one.
#[derive(
    Clone, Copy, Debug, Default, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize,
)]
#[serde(try_from = "u64", into = "u64")]
pub struct Seq(u64);

impl Seq {
    /// The last place there can be.
    pub const MAX: Self = Self(SAFE_INTEGER_MAX);

    /// Makes a place; what lies past [`Self::MAX`] becomes it.
    pub const fn new(place: u64) -> Self {
        if place > SAFE_INTEGER_MAX { Self::MAX } else { Self(place) }
    }

    /// Returns the place as a number.
    pub const fn get(self) -> u64 {
        self.0
    }

    /// Returns the place `steps` further on, at most [`Self::MAX`].
    #[must_use]
    pub const fn plus(self, steps: u64) -> Self {
        Self::new(self.0.saturating_add(steps))
    }

    /// Returns the place `steps` back, at least the first one.
    #[must_use]
    pub const fn minus(self, steps: u64) -> Self {
        Self(self.0.saturating_sub(steps))
    }
}

impl fmt::Display for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl From<Seq> for u64 {
    fn from(seq: Seq) -> Self {
        seq.0
    }
}

impl TryFrom<u64> for Seq {
    type Error = BadSeq;

    fn try_from(place: u64) -> Result<Self, BadSeq> {
        if place > SAFE_INTEGER_MAX { Err(BadSeq) } else { Ok(Self(place)) }
    }
}

impl FromStr for Seq {
    type Err = BadSeq;

    fn from_str(text: &str) -> Result<Self, BadSeq> {
        // `u64::from_str` takes a sign, which no cursor has.
        if !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(BadSeq);
        }
        text.parse::<u64>().map_err(|_| BadSeq)?.try_into()
    }
}

/// The text or number is not a place in a feed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("not a whole number from 0 to 2^53 - 1")]
pub struct BadSeq;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_are_plain_whole_numbers() {
        for (text, seq) in [
            ("0", Ok(Seq(0))),
            ("007", Ok(Seq(7))),
            ("9007199254740991", Ok(Seq::MAX)),
            ("9007199254740992", Err(BadSeq)),
            ("99999999999999999999", Err(BadSeq)),
            ("+1", Err(BadSeq)),
            ("-1", Err(BadSeq)),
            ("1.0", Err(BadSeq)),
            (" 1", Err(BadSeq)),
            ("", Err(BadSeq)),
        ] {
            assert_eq!(text.parse(), seq, "{text:?}");
        }
    }

    #[test]
    fn arithmetic_stays_within_bounds() {
        assert_eq!(Seq::MAX.plus(1), Seq::MAX);
        assert_eq!(Seq::new(1).minus(2), Seq::new(0));
        assert_eq!(Seq::new(u64::MAX), Seq::MAX);
    }
}
