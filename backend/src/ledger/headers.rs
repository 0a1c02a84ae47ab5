//! Which headers are shown with their values.

use std::collections::HashSet;

use echoclock_shared::ledger::{cut, hidden, is_harmless};
use http::HeaderName;

/// The headers whose values are shown besides the harmless ones; of others there are only the name and
/// the length.
#[derive(Debug)]
pub(super) struct Shown(HashSet<HeaderName>);

impl Shown {
    /// Shows these besides those that are known to be harmless.
    pub(super) fn with(more: impl IntoIterator<Item = HeaderName>) -> Self {
        Self(more.into_iter().collect())
    }

    fn shows(&self, name: &[u8]) -> bool {
        let name = HeaderName::from_bytes(name);
        name.is_ok_and(|name| is_harmless(name.as_str()) || self.0.contains(&name))
    }

    /// Writes headers down, up to `max` bytes; tells whether there was more.
    pub(super) fn written<'a>(
        &self,
        headers: impl IntoIterator<Item = (&'a [u8], &'a [u8])>,
        max: usize,
    ) -> (Vec<(String, String)>, bool) {
        let mut left = max;
        let mut written = vec![];
        for (name, value) in headers {
            let value = if self.shows(name) {
                String::from_utf8_lossy(value)
            } else {
                hidden(value).into()
            };
            let name = String::from_utf8_lossy(name);
            if name.len() >= left {
                return (written, true);
            }
            left -= name.len();
            let (kept, was_cut) = cut(&value, left);
            written.push((name.into_owned(), kept.to_owned()));
            if was_cut {
                return (written, true);
            }
            left -= kept.len();
        }
        (written, false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_known_to_be_harmless_is_shown() {
        let more = HeaderName::from_static("x-mine");
        let shown = Shown::with([more]);
        let headers: [(&[u8], &[u8]); 8] = [
            (b"Host", b"a"),
            (b"COOKIE", b"a=secret"),
            (b"Authorization", b"secret"),
            (b"X-Origin-Verify", b"s"),
            (b"Sec-WebSocket-Protocol", b"bearer.token"),
            (b"X-Nobody-Knows", b""),
            (b"x-mine", b"mine \xff"),
            (b"no name", b"x"),
        ];
        let told: Vec<_> = headers
            .iter()
            .zip([
                "a",
                "(8 bytes, not shown)",
                "(6 bytes, not shown)",
                "(1 byte, not shown)",
                "(12 bytes, not shown)",
                "(0 bytes, not shown)",
                "mine \u{fffd}",
                "(1 byte, not shown)",
            ])
            .map(|((name, _), told)| {
                (String::from_utf8(name.to_vec()).expect("text"), told.to_owned())
            })
            .collect();
        assert_eq!(shown.written(headers, 1000), (told, false));
    }

    #[test]
    fn long_heads_are_cut() {
        let shown = Shown::with([]);
        let headers: [(&[u8], &[u8]); 2] = [(b"host", b"abc"), (b"via", b"de")];
        for (max, names, cut) in [(12, 2, false), (11, 2, true), (10, 1, true), (4, 0, true)] {
            let (written, was_cut) = shown.written(headers, max);
            assert_eq!((written.len(), was_cut), (names, cut), "{max}");
        }
    }
}
