//! The clock's periods: each of them is a feed of its own.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Seq, Tick};
use crate::limits::{CLOCK_RETAINED_ITEMS, CLOCK_RETAINED_TIME};
use crate::time::UnixMillis;

/// The time from one tick to the next, as `?every=` names it.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(try_from = "String", into = "String")]
pub enum Period {
    /// Ten ticks a second.
    Ms100,
    /// Four ticks a second.
    Ms250,
    /// A tick a second.
    #[default]
    S1,
    /// A tick every five seconds.
    S5,
    /// A tick every quarter of a minute.
    S15,
    /// A tick a minute.
    S60,
}

impl Period {
    /// Every period, shortest first.
    pub const ALL: [Self; 6] = [Self::Ms100, Self::Ms250, Self::S1, Self::S5, Self::S15, Self::S60];

    /// Returns the period's name in a query and in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ms100 => "100ms",
            Self::Ms250 => "250ms",
            Self::S1 => "1s",
            Self::S5 => "5s",
            Self::S15 => "15s",
            Self::S60 => "60s",
        }
    }

    /// Returns the period in milliseconds.
    pub const fn millis(self) -> u64 {
        match self {
            Self::Ms100 => 100,
            Self::Ms250 => 250,
            Self::S1 => 1_000,
            Self::S5 => 5_000,
            Self::S15 => 15_000,
            Self::S60 => 60_000,
        }
    }

    /// Returns the period as a duration.
    pub const fn duration(self) -> Duration {
        Duration::from_millis(self.millis())
    }

    /// Returns the place of the newest tick at `now`: the instant divided by the period.
    pub const fn newest_at(self, now: UnixMillis) -> Seq {
        Seq::new(now.get() / self.millis())
    }

    /// Returns the tick at a place, which depends on nothing else.
    pub const fn tick(self, seq: Seq) -> Tick {
        Tick { seq, due: UnixMillis::new(seq.get().saturating_mul(self.millis())), sent: None }
    }

    /// Returns how many ticks back a replay reaches: an hour, at most 3,600 of them.
    pub const fn retained(self) -> u64 {
        let in_an_hour = CLOCK_RETAINED_TIME.as_secs() * 1_000 / self.millis();
        if in_an_hour < CLOCK_RETAINED_ITEMS { in_an_hour } else { CLOCK_RETAINED_ITEMS }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Period {
    type Err = BadPeriod;

    fn from_str(text: &str) -> Result<Self, BadPeriod> {
        Self::ALL.into_iter().find(|period| period.name() == text).ok_or(BadPeriod)
    }
}

impl TryFrom<String> for Period {
    type Error = BadPeriod;

    fn try_from(text: String) -> Result<Self, BadPeriod> {
        text.parse()
    }
}

impl From<Period> for String {
    fn from(period: Period) -> Self {
        period.name().to_owned()
    }
}

/// The text names none of the clock's periods.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("not one of 100ms, 250ms, 1s, 5s, 15s, 60s")]
pub struct BadPeriod;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_period_is_read_by_its_name() {
        for period in Period::ALL {
            assert_eq!(period.name().parse(), Ok(period));
            assert!(BadPeriod.to_string().contains(period.name()));
        }
        for bad in ["", "1", "1S", "2s", "1000ms"] {
            assert_eq!(bad.parse::<Period>(), Err(BadPeriod), "{bad:?}");
        }
    }

    #[test]
    fn a_tick_is_due_on_the_boundary_of_its_period() {
        let now = UnixMillis::new(1_795_365_720_250);
        for (period, newest, due) in [
            (Period::Ms100, 17_953_657_202, 1_795_365_720_200),
            (Period::Ms250, 7_181_462_881, 1_795_365_720_250),
            (Period::S1, 1_795_365_720, 1_795_365_720_000),
            (Period::S60, 29_922_762, 1_795_365_720_000),
        ] {
            let seq = period.newest_at(now);
            assert_eq!(seq, Seq::new(newest));
            assert_eq!(period.tick(seq).due, UnixMillis::new(due));
        }
    }

    #[test]
    fn an_hour_or_3600_ticks_are_retained() {
        let retained = Period::ALL.map(Period::retained);
        assert_eq!(retained, [3_600, 3_600, 3_600, 720, 240, 60]);
    }
}
