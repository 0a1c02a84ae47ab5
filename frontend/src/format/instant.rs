//! Instants as a clock shows them.

use echoclock_shared::feed::Period;
use echoclock_shared::time::UnixMillis;

use crate::numerals::{self, Fineness, LocalTime, fraction};

/// Writes the time of day in UTC: `16:42:00`, and `16:42:00.2` or `16:42:00.25` where the clock
/// ticks more often than once a second.
pub fn utc_time(instant: UnixMillis, period: Period) -> String {
    let mut text = instant.to_string().split_off("2026-11-22T".len());
    text.truncate("16:42:00".len());
    text + &fraction(instant, digits(period))
}

/// Writes the date in UTC: `2026-11-22`.
pub fn utc_date(instant: UnixMillis) -> String {
    let mut text = instant.to_string();
    text.truncate("2026-11-22".len());
    text
}

/// Writes the local time of day, as finely as the clock ticks.
pub fn local_time(local: &LocalTime, period: Period) -> String {
    numerals::time_of_day(local, Fineness::Second(digits(period)))
}

/// Writes the local time of day to the second: `16:42:00`.
pub fn time_of_day(local: &LocalTime) -> String {
    numerals::time_of_day(local, Fineness::Second(0))
}

/// Writes the local time of day to the minute: `16:42`.
pub fn local_minute(local: &LocalTime) -> String {
    numerals::time_of_day(local, Fineness::Minute)
}

/// Writes the local time of day to the millisecond: `16:42:00.123`.
pub fn exact_time(local: &LocalTime) -> String {
    numerals::time_of_day(local, Fineness::Second(3))
}

/// Writes what stands in place of a time that is not known, about as wide: `--:--:--`.
pub fn no_time() -> String {
    time_of_day(&LocalTime::default()).replace(char::is_alphanumeric, "-")
}

/// Writes how far a zone is from UTC: `UTC+01:00`, `UTC−03:30`.
pub fn offset(minutes: i32) -> String {
    let sign = if minutes < 0 { '−' } else { '+' };
    let size = minutes.unsigned_abs();
    format!("UTC{sign}{:02}:{:02}", size / 60, size % 60)
}

/// Where the hands of an analogue clock point, in degrees from the top.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Angles {
    /// The hour hand's.
    pub hour: f64,
    /// The minute hand's.
    pub minute: f64,
    /// The second hand's. It goes on past 360 all day long, so that a hand that turns from one
    /// angle to the next never turns back at the top of a minute.
    pub second: f64,
}

/// Returns where the hands point.
pub fn angles(local: &LocalTime) -> Angles {
    let whole = local.hour * 3_600 + local.minute * 60 + local.second;
    let seconds = f64::from(whole) + (local.instant.get() % 1_000) as f64 / 1_000.0;
    Angles { hour: seconds / 120.0 % 360.0, minute: seconds / 10.0 % 360.0, second: seconds * 6.0 }
}

/// Returns how many digits of a second tell a clock's ticks apart.
const fn digits(period: Period) -> u8 {
    match period {
        Period::Ms100 => 1,
        Period::Ms250 => 2,
        Period::S1 | Period::S5 | Period::S15 | Period::S60 => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numerals::local_date;

    const INSTANT: UnixMillis = UnixMillis::new(1_795_365_720_250);

    const LOCAL: LocalTime = LocalTime {
        instant: INSTANT,
        year: 2026,
        month: 11,
        day: 22,
        hour: 18,
        minute: 12,
        second: 0,
        offset_minutes: 90,
    };

    #[test]
    fn the_time_is_as_fine_as_the_ticks() {
        for (period, utc, local) in [
            (Period::Ms100, "16:42:00.2", "18:12:00.2"),
            (Period::Ms250, "16:42:00.25", "18:12:00.25"),
            (Period::S1, "16:42:00", "18:12:00"),
            (Period::S60, "16:42:00", "18:12:00"),
        ] {
            assert_eq!(utc_time(INSTANT, period), utc);
            assert_eq!(local_time(&LOCAL, period), local);
        }
        assert_eq!(utc_date(INSTANT), "2026-11-22");
        assert_eq!(local_date(&LOCAL), "2026-11-22");
        assert_eq!(local_minute(&LOCAL), "18:12");
        assert_eq!(exact_time(&LOCAL), "18:12:00.250");
        assert_eq!(no_time(), "--:--:--");
    }

    #[test]
    fn zones_are_told_by_their_distance() {
        for (minutes, text) in
            [(0, "UTC+00:00"), (60, "UTC+01:00"), (345, "UTC+05:45"), (-210, "UTC−03:30")]
        {
            assert_eq!(offset(minutes), text);
        }
    }

    #[test]
    fn the_hands_point_where_a_clockmaker_would_put_them() {
        let angles = angles(&LOCAL);
        assert!((angles.hour - 186.002).abs() < 0.001, "{angles:?}");
        assert!((angles.minute - 72.025).abs() < 0.001, "{angles:?}");
        assert!((angles.second % 360.0 - 1.5).abs() < 0.001, "{angles:?}");
    }
}
