//! How numbers and the local time are written.
//!
//! A browser knows how its user writes them, and has its program write so; every other program
//! writes numbers as English does, and times as ISO 8601 does.

use std::cell::Cell;

use super::instant::fraction;
use crate::browser::clock::LocalTime;

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

pub(super) fn decimal(number: f64, places: usize) -> String {
    (IN_USE.get().decimal)(number, places)
}

pub(super) fn time(local: &LocalTime, fineness: Fineness) -> String {
    (IN_USE.get().time)(local, fineness)
}

/// Writes the local date: `2026-11-22`.
pub fn local_date(local: &LocalTime) -> String {
    (IN_USE.get().date)(local)
}

static PLAIN: Numerals = Numerals {
    whole: by_thousands,
    decimal: |number, places| format!("{number:.places$}"),
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
    use super::super::{delay, duration, exact_time, no_time, size};
    use super::*;

    #[test]
    fn large_numbers_have_commas() {
        for (number, text) in
            [(0, "0"), (999, "999"), (1_000, "1,000"), (16_384, "16,384"), (1_234_567, "1,234,567")]
        {
            assert_eq!(count(number), text);
        }
    }

    static GERMAN: Numerals = Numerals {
        whole: |number| by_thousands(number).replace(',', "."),
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
        assert_eq!(duration(std::time::Duration::from_secs(125)), "2 min 5 s");
        assert_eq!(exact_time(&local), "18 Uhr Second(3)");
        assert_eq!(local_date(&local), "22.11.2026");
        assert_eq!(no_time(), "-- --- ------(-)");
    }
}
