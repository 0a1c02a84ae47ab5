//! Header fields that are lists: several lines of a name are one list (RFC 9110, section 5.3).

use http::{HeaderMap, HeaderName};

/// Returns the list's elements, in their order, without the space around them; a line that is no
/// text has none.
pub(crate) fn elements<'a>(
    headers: &'a HeaderMap,
    name: &HeaderName,
) -> impl Iterator<Item = &'a str> {
    let lines = headers.get_all(name).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).map(str::trim).filter(|element| !element.is_empty())
}

/// Whether the list has this word in it, in upper or lower case.
pub(crate) fn has(headers: &HeaderMap, name: &HeaderName, word: &str) -> bool {
    elements(headers, name).any(|element| element.eq_ignore_ascii_case(word))
}

/// Reads an element such as `gzip;q=0.5`: its name, and its weight in thousandths (RFC 9110, section
/// 12.4.2); one that can't be read counts as 0.
pub(crate) fn weighted(element: &str) -> (&str, u16) {
    let mut parts = element.split(';').map(str::trim);
    let name = parts.next().unwrap_or_default();
    let weight = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
    let quality = match weight {
        None => 1_000,
        Some(weight) => match weight.parse::<f32>() {
            Ok(weight) if (0.0..=1.0).contains(&weight) => (weight * 1_000.0).round() as u16,
            Ok(_) | Err(_) => 0,
        },
    };
    (name, quality)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use http::header::CONNECTION;

    use super::*;

    #[test]
    fn lines_of_a_name_are_one_list() {
        for (lines, list) in [
            (&["close"][..], &["close"][..]),
            (&["keep-alive", "Upgrade"], &["keep-alive", "Upgrade"]),
            (&[" a ,, b", "", "c"], &["a", "b", "c"]),
            (&[], &[]),
        ] {
            let lines = lines.iter().map(|line| (CONNECTION, HeaderValue::from_static(line)));
            let mut headers = HeaderMap::new();
            headers.extend(lines);
            assert_eq!(elements(&headers, &CONNECTION).collect::<Vec<_>>(), list);
        }
        let headers = [(CONNECTION, HeaderValue::from_static("x, Close"))].into_iter().collect();
        assert!(has(&headers, &CONNECTION, "close") && !has(&headers, &CONNECTION, "clo"));
    }
}
