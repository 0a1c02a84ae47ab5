//! Instants as a clock shows them.

use echoclock_shared::feed::Period;
use echoclock_shared::time::UnixMillis;

use crate::browser::clock::LocalTime;

/// Writes the time of day in UTC: `16:42:00`, and `16:42:00.2` or `16:42:00.25` where the clock
/// ticks more often than once a second.
pub fn utc_time(instant: UnixMillis, period: Period) -> String {
    let mut text = instant.to_string().split_off("2026-11-22T".len());
    text.truncate("16:42:00".len());
    text + &fraction(instant, period)
}

/// Writes the date in UTC: `2026-11-22`.
pub fn utc_date(instant: UnixMillis) -> String {
    let mut text = instant.to_string();
    text.truncate("2026-11-22".len());
    text
}

/// Writes the local time of day as [`utc_time`] does; `instant` is what `local` was made of.
pub fn local_time(local: &LocalTime, instant: UnixMillis, period: Period) -> String {
    time_of_day(local) + &fraction(instant, period)
}

/// Writes the local time of day to the second: `16:42:00`.
pub fn time_of_day(local: &LocalTime) -> String {
    let LocalTime { hour, minute, second, .. } = local;
    format!("{hour:02}:{minute:02}:{second:02}")
}

/// Writes the local date: `2026-11-22`.
pub fn local_date(local: &LocalTime) -> String {
    let LocalTime { year, month, day, .. } = local;
    format!("{year:04}-{month:02}-{day:02}")
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

/// Returns where the hands point; `instant` is what `local` was made of.
pub fn angles(local: &LocalTime, instant: UnixMillis) -> Angles {
    let whole = local.hour * 3_600 + local.minute * 60 + local.second;
    let seconds = f64::from(whole) + (instant.get() % 1_000) as f64 / 1_000.0;
    Angles { hour: seconds / 120.0 % 360.0, minute: seconds / 10.0 % 360.0, second: seconds * 6.0 }
}

fn fraction(instant: UnixMillis, period: Period) -> String {
    let millis = instant.get() % 1_000;
    match period {
        Period::Ms100 => format!(".{}", millis / 100),
        Period::Ms250 => format!(".{:02}", millis / 10),
        Period::S1 | Period::S5 | Period::S15 | Period::S60 => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const INSTANT: UnixMillis = UnixMillis::new(1_795_365_720_250);

    const LOCAL: LocalTime = LocalTime {
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
            assert_eq!(local_time(&LOCAL, INSTANT, period), local);
        }
        assert_eq!(utc_date(INSTANT), "2026-11-22");
        assert_eq!(local_date(&LOCAL), "2026-11-22");
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
        let angles = angles(&LOCAL, INSTANT);
        assert!((angles.hour - 186.002).abs() < 0.001, "{angles:?}");
        assert!((angles.minute - 72.025).abs() < 0.001, "{angles:?}");
        assert!((angles.second % 360.0 - 1.5).abs() < 0.001, "{angles:?}");
    }
}
