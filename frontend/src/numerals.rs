//! How numbers and the local time are written.
//!
//! A browser knows how its user writes them, and has its program write so; every other program
//! writes numbers as English does, and times as ISO 8601 does.

use std::cell::Cell;

use echoclock_shared::time::UnixMillis;

/// What writes numbers and the local time.
#[derive(Debug)]
pub struct Numerals {
    /// Writes a whole number, its digits in groups.
    pub whole: fn(u64) -> String,
    /// Writes a number that is not negative with so many decimal places, at most two, and its digits
    /// not in groups.
    pub decimal: fn(f64, usize) -> String,
    /// Writes the time of day, always with as many digits.
    pub time: fn(&LocalTime, Fineness) -> String,
    /// Writes the date in digits, always with as many.
    pub date: fn(&LocalTime) -> String,
}

/// An instant as the local time zone writes it.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct LocalTime {
    /// The instant.
    pub instant: UnixMillis,
    /// The year.
    pub year: u32,
    /// The month, from 1.
    pub month: u32,
    /// The day of the month, from 1.
    pub day: u32,
    /// The hour, from 0.
    pub hour: u32,
    /// The minute.
    pub minute: u32,
    /// The second.
    pub second: u32,
    /// How many minutes the zone is ahead of UTC.
    pub offset_minutes: i32,
}

/// How finely a time of day is told.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Fineness {
    /// To the minute.
    Minute,
    /// To the second, with so many digits behind it, at most three.
    Second(u8),
}

thread_local! {
    static IN_USE: Cell<&'static Numerals> = const { Cell::new(&PLAIN) };
}

/// Has this thread write by `numerals` from here on.
pub fn write_by(numerals: &'static Numerals) {
    IN_USE.set(numerals);
}

/// Writes a whole number with its digits in groups: `3,600`.
pub fn count(number: u64) -> String {
    (IN_USE.get().whole)(number)
}

/// Writes a number that is not negative with so many decimal places, at most two.
pub fn decimal(number: f64, places: usize) -> String {
    (IN_USE.get().decimal)(number, places)
}

/// Writes the local time of day: `16:42:00`.
pub fn time_of_day(local: &LocalTime, fineness: Fineness) -> String {
    (IN_USE.get().time)(local, fineness)
}

/// Writes the local date: `2026-11-22`.
pub fn local_date(local: &LocalTime) -> String {
    (IN_USE.get().date)(local)
}

static PLAIN: Numerals = Numerals {
    whole: by_thousands,
    decimal: fixed,
    time: |local, fineness| {
        let LocalTime { instant, hour, minute, second, .. } = local;
        match fineness {
            Fineness::Minute => format!("{hour:02}:{minute:02}"),
            Fineness::Second(digits) => {
                format!("{hour:02}:{minute:02}:{second:02}{}", fraction(*instant, digits))
            }
        }
    },
    date: |LocalTime { year, month, day, .. }| format!("{year:04}-{month:02}-{day:02}"),
};

/// Writes what is behind the second with so many digits, at most three: `.25`.
pub fn fraction(instant: UnixMillis, digits: u8) -> String {
    let millis = format!(".{:03}", instant.get() % 1_000);
    if digits == 0 { String::new() } else { millis.chars().take(1 + usize::from(digits)).collect() }
}

/// Writes a number with so many decimal places, at most three, the same everywhere: `-12.5`.
///
/// The standard library writes every number there is, which takes a fiftieth of the page.
pub fn fixed(number: f64, places: usize) -> String {
    let places = places.min(3);
    let unit = [1, 10, 100, 1_000][places];
    // What does not fit is cut off at the largest.
    let parts = (number * f64::from(unit)).round() as i64;
    let sign = if parts < 0 { "-" } else { "" };
    let (whole, rest) = (parts.unsigned_abs() / unit as u64, parts.unsigned_abs() % unit as u64);
    if places == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{rest:0places$}") }
}

fn by_thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut written = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.char_indices() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            written.push(',');
        }
        written.push(digit);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_rounded_to_their_places() {
        for (number, places, text) in [
            (0.0, 1, "0.0"),
            (12.345, 2, "12.35"),
            (12.344, 2, "12.34"),
            (-0.04, 1, "0.0"),
            (-0.06, 1, "-0.1"),
            (99.95, 1, "100.0"),
            (7.0, 0, "7"),
            (1.0625, 3, "1.063"),
        ] {
            assert_eq!(fixed(number, places), text, "{number} {places}");
        }
    }

    #[test]
    fn large_numbers_have_commas() {
        for (number, text) in
            [(0, "0"), (999, "999"), (1_000, "1,000"), (16_384, "16,384"), (1_234_567, "1,234,567")]
        {
            assert_eq!(count(number), text);
        }
    }
}
