//! Which part of a file is asked for: `Range` and `If-Range` (RFC 9110, sections 13.1.5 and 14.2).

use std::ops::Range;

use http::HeaderMap;
use http::header::{IF_RANGE, RANGE};

/// What to send of a file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Part {
    /// All of it: nothing else was asked for, or nothing that is understood.
    All,
    /// These bytes.
    Of(Range<u64>),
    /// Nothing, for there is none of what was asked for.
    Nothing,
}

impl Part {
    /// Reads what is asked for of a file of this length and tag.
    ///
    /// Several parts at once are more than is understood here, and all of the file is a good answer.
    pub(super) fn asked(headers: &HeaderMap, tag: &str, length: u64) -> Self {
        let mut ranges = headers.get_all(RANGE).iter();
        let (Some(range), None) = (ranges.next(), ranges.next()) else { return Self::All };
        // A part of what the client has no longer is of no use to it; what is only alike is not it.
        let is_same = |wanted: &http::HeaderValue| wanted == tag && !tag.starts_with("W/");
        if !headers.get_all(IF_RANGE).iter().all(is_same) {
            return Self::All;
        }
        range.to_str().ok().and_then(|range| parse(range, length)).unwrap_or(Self::All)
    }
}

fn parse(range: &str, length: u64) -> Option<Part> {
    let (unit, range) = range.split_once('=')?;
    if !unit.trim().eq_ignore_ascii_case("bytes") {
        return None;
    }
    let (first, last) = range.trim().split_once('-')?;
    let range = match (number(first)?, number(last)?) {
        (None, None) => return None,
        (None, Some(count)) => length.saturating_sub(count)..length,
        (Some(first), None) => first..length,
        (Some(first), Some(last)) if first > last => return None,
        (Some(first), Some(last)) => first..last.saturating_add(1).min(length),
    };
    Some(if range.is_empty() { Part::Nothing } else { Part::Of(range) })
}

/// Reads a number, or that there is none; anything else is nothing.
fn number(text: &str) -> Option<Option<u64>> {
    match text.trim() {
        "" => Some(None),
        digits if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            // What is too large is past every end.
            Some(Some(digits.parse().unwrap_or(u64::MAX)))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn a_part_is_what_was_asked_for_and_all_where_that_is_not_understood() {
        use Part::{All, Nothing, Of};
        for (range, length, part) in [
            ("bytes=0-0", 10, Of(0..1)),
            ("bytes=2-4", 10, Of(2..5)),
            ("BYTES = 2-4", 10, Of(2..5)),
            ("bytes=2-", 10, Of(2..10)),
            ("bytes=2-99999999999999999999999", 10, Of(2..10)),
            ("bytes=-3", 10, Of(7..10)),
            ("bytes=-99", 10, Of(0..10)),
            ("bytes=9-", 10, Of(9..10)),
            ("bytes=10-", 10, Nothing),
            ("bytes=10-11", 10, Nothing),
            ("bytes=-0", 10, Nothing),
            ("bytes=0-", 0, Nothing),
            ("bytes=-1", 0, Nothing),
            ("bytes=4-2", 10, All),
            ("bytes=-", 10, All),
            ("bytes=a-b", 10, All),
            ("bytes=+1-2", 10, All),
            ("bytes=0-1,4-5", 10, All),
            ("items=0-1", 10, All),
            ("bytes", 10, All),
            ("", 10, All),
        ] {
            let headers = HeaderMap::from_iter([(RANGE, HeaderValue::from_static(range))]);
            assert_eq!(Part::asked(&headers, "\"tag\"", length), part, "{range} of {length}");
        }
        assert_eq!(Part::asked(&HeaderMap::new(), "\"tag\"", 10), All);
    }

    #[test]
    fn a_part_of_another_file_is_not_sent() {
        for (tag, wanted, part) in [
            ("\"a\"", "\"a\"", Part::Of(1..2)),
            ("\"a\"", "\"b\"", Part::All),
            ("\"a\"", "W/\"a\"", Part::All),
            ("W/\"a\"", "W/\"a\"", Part::All),
            ("\"a\"", "Sun, 06 Nov 1994 08:49:37 GMT", Part::All),
        ] {
            let header = HeaderValue::from_static;
            let range = header("bytes=1-1");
            let headers = HeaderMap::from_iter([(RANGE, range), (IF_RANGE, header(wanted))]);
            assert_eq!(Part::asked(&headers, tag, 10), part, "{tag} {wanted}");
        }
    }
}
