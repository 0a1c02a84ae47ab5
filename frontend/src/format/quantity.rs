//! Numbers with their units.

use std::time::Duration;

use echoclock_shared::{counted, say};

use crate::numerals::{count, decimal};

/// Writes a delay in microseconds with three digits or so: `−0.3 ms`, `12.4 ms`, `345 ms`,
/// `1.25 s`.
pub fn delay(micros: i64) -> String {
    // What rounds to nothing has no sign.
    let sign = if micros <= -50 { "−" } else { "" };
    let size = micros.unsigned_abs();
    match size {
        0..99_950 => format!("{sign}{} ms", decimal(size as f64 / 1e3, 1)),
        99_950..999_500 => format!("{sign}{} ms", decimal(size as f64 / 1e3, 0)),
        999_500..9_995_000 => format!("{sign}{} s", decimal(size as f64 / 1e6, 2)),
        9_995_000..59_950_000 => format!("{sign}{} s", decimal(size as f64 / 1e6, 1)),
        _ => format!("{sign}{}", duration(Duration::from_micros(size))),
    }
}

/// Writes a round trip as [`delay`] does.
pub fn round_trip(round_trip: Duration) -> String {
    delay(i64::try_from(round_trip.as_micros()).unwrap_or(i64::MAX))
}

/// Writes a duration by its two largest units, in whole seconds: `42 s`, `2 min 5 s`, `1 h 4 min`,
/// `3 d 2 h`.
pub fn duration(duration: Duration) -> String {
    let whole = duration.as_secs();
    let number = |number: u64| decimal(number as f64, 0);
    let (d, h, m, s) = (whole / 86_400, whole / 3_600 % 24, whole / 60 % 60, whole % 60);
    let (days, hours, minutes, seconds) = (number(d), number(h), number(m), number(s));
    match (d, h, m, s) {
        (0, 0, 0, _) => say!("{seconds} s", seconds),
        (0, 0, _, 0) => say!("{minutes} min", minutes),
        (0, 0, ..) => say!("{minutes} min {seconds} s", minutes, seconds),
        (0, _, 0, _) => say!("{hours} h", hours),
        (0, ..) => say!("{hours} h {minutes} min", hours, minutes),
        (_, 0, ..) => say!("{days} d", days),
        _ => say!("{days} d {hours} h", days, hours),
    }
}

/// Writes an interval that was chosen: `100 ms`, `1 s`.
pub fn interval(interval: Duration) -> String {
    let millis = interval.as_millis();
    if millis.is_multiple_of(1_000) {
        format!("{} s", decimal(millis as f64 / 1e3, 0))
    } else {
        format!("{} ms", decimal(millis as f64, 0))
    }
}

/// Writes what is left until something happens, in whole seconds begun: never `0 s` while there is
/// something left.
pub fn countdown(left: Duration) -> String {
    let begun = left.as_millis().div_ceil(1_000);
    duration(Duration::from_secs(u64::try_from(begun).unwrap_or(u64::MAX)))
}

/// Writes a number of bytes: `1 byte`, `16,384 bytes`.
pub fn bytes(bytes: usize) -> String {
    let number = count(u64::try_from(bytes).unwrap_or(u64::MAX));
    counted!(bytes, "{number} byte", "{number} bytes", number)
}

/// Writes a size with three digits or so: `900 B`, `12.3 kB`, `1.25 MB`.
pub fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{} B", decimal(bytes as f64, 0)),
        1_000..99_950 => format!("{} kB", decimal(bytes as f64 / 1e3, 1)),
        99_950..999_500 => format!("{} kB", decimal(bytes as f64 / 1e3, 0)),
        999_500..9_995_000 => format!("{} MB", decimal(bytes as f64 / 1e6, 2)),
        _ => format!("{} MB", decimal(bytes as f64 / 1e6, 1)),
    }
}

/// Writes a number of bytes where there is little room: `16,384 B`.
pub fn octets(bytes: u64) -> String {
    format!("{} B", count(bytes))
}

#[cfg(test)]
mod tests {
    use super::super::{exact_time, no_time};
    use super::*;
    use crate::numerals::{LocalTime, Numerals, local_date, write_by};

    #[test]
    fn delays_have_three_digits_or_so() {
        for (micros, text) in [
            (0, "0.0 ms"),
            (-49, "0.0 ms"),
            (-50, "−0.1 ms"),
            (-1_200, "−1.2 ms"),
            (1_249, "1.2 ms"),
            (99_949, "99.9 ms"),
            (99_950, "100 ms"),
            (999_499, "999 ms"),
            (999_500, "1.00 s"),
            (9_994_999, "9.99 s"),
            (9_995_000, "10.0 s"),
            (59_949_999, "59.9 s"),
            (59_950_000, "59 s"),
            (-125_000_000, "−2 min 5 s"),
            (i64::MIN, "−106751991 d 4 h"),
        ] {
            assert_eq!(delay(micros), text, "{micros}");
        }
        assert_eq!(round_trip(Duration::from_micros(1_500)), "1.5 ms");
    }

    #[test]
    fn durations_have_two_units_at_most() {
        for (seconds, text) in [
            (0, "0 s"),
            (59, "59 s"),
            (60, "1 min"),
            (125, "2 min 5 s"),
            (3_599, "59 min 59 s"),
            (3_600, "1 h"),
            (3_899, "1 h 4 min"),
            (86_400, "1 d"),
            (93_600, "1 d 2 h"),
        ] {
            assert_eq!(duration(Duration::from_secs(seconds)), text);
        }
    }

    #[test]
    fn sizes_have_three_digits_or_so() {
        for (bytes, text) in [
            (0, "0 B"),
            (999, "999 B"),
            (1_000, "1.0 kB"),
            (99_949, "99.9 kB"),
            (99_950, "100 kB"),
            (999_500, "1.00 MB"),
            (12_345_678, "12.3 MB"),
        ] {
            assert_eq!(size(bytes), text, "{bytes}");
        }
    }

    #[test]
    fn an_interval_has_the_unit_in_which_it_was_chosen() {
        for (millis, text) in
            [(100, "100 ms"), (1_000, "1 s"), (1_500, "1500 ms"), (60_000, "60 s")]
        {
            assert_eq!(interval(Duration::from_millis(millis)), text);
        }
    }

    #[test]
    fn a_countdown_ends_at_zero_and_not_before() {
        for (millis, text) in [(0, "0 s"), (1, "1 s"), (1_000, "1 s"), (1_001, "2 s")] {
            assert_eq!(countdown(Duration::from_millis(millis)), text);
        }
    }

    #[test]
    fn bytes_are_counted() {
        assert_eq!(bytes(1), "1 byte");
        assert_eq!(bytes(16_384), "16,384 bytes");
    }

    static GERMAN: Numerals = Numerals {
        whole: |number| number.to_string().replace("384", ".384"),
        decimal: |number, places| format!("{number:.places$}").replace('.', ","),
        time: |local, fineness| format!("{:02} Uhr {fineness:?}", local.hour),
        date: |local| format!("{:02}.{:02}.{}", local.day, local.month, local.year),
    };

    #[test]
    fn all_numbers_and_local_times_are_written_as_the_user_writes_them() {
        let local = LocalTime { hour: 18, day: 22, month: 11, year: 2026, ..LocalTime::default() };
        write_by(&GERMAN);
        assert_eq!(count(16_384), "16.384");
        assert_eq!((delay(-1_250), delay(1_250_000)), ("−1,2 ms".to_owned(), "1,25 s".to_owned()));
        assert_eq!(size(1_234), "1,2 kB");
        assert_eq!(duration(Duration::from_secs(125)), "2 min 5 s");
        assert_eq!(exact_time(&local), "18 Uhr Second(3)");
        assert_eq!(local_date(&local), "22.11.2026");
        assert_eq!(no_time(), "-- --- ------(-)");
    }
}
