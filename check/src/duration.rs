//! How long something takes, as the command line has it.

use std::time::Duration;

/// Reads a whole number of seconds, minutes or hours: `90s`, `2m`, `1h`.
///
/// # Errors
///
/// Where it is none, or longer than a day.
pub(crate) fn parse(text: &str) -> Result<Duration, NotADuration> {
    let wrong = || NotADuration(text.to_owned());
    let text = text.trim();
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let unit = match &text[digits.len()..] {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        _ => return Err(wrong()),
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(wrong());
    }
    let seconds = digits.parse::<u64>().ok().and_then(|number| number.checked_mul(unit));
    let seconds = seconds.filter(|seconds| (1..=LONGEST).contains(seconds)).ok_or_else(wrong)?;
    Ok(Duration::from_secs(seconds))
}

/// The text is no duration that can be meant.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("\"{0}\" is no duration such as 90s, 2m or 1h, of a day at most")]
pub(crate) struct NotADuration(String);

/// In seconds.
const LONGEST: u64 = 24 * 3_600;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_whole_numbers_with_a_unit() {
        for (text, seconds) in [("30s", 30), (" 2m ", 120), ("1h", 3_600), ("24h", 86_400)] {
            assert_eq!(parse(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for text in ["", "s", "30", "0s", "1.5s", "-1s", "+1s", "1 s", "1d", "25h", "1ms"] {
            assert!(parse(text).is_err(), "{text}");
        }
        assert!(parse("99999999999999999999s").is_err(), "more than a number holds");
        assert!(parse("18446744073709551615h").is_err(), "more than a product holds");
    }
}
