//! Where a message's head ends, and what it says of the body that follows.

use memchr::memchr;

/// Collects a head from the pieces in which it passes.
#[derive(Debug)]
pub(super) struct HeadReader {
    /// What came before, at most [`HEAD_MAX`].
    kept: Vec<u8>,
    /// How many bytes the line has so far that is being read.
    line: usize,
    /// Whether all of them are a carriage return.
    is_blank: bool,
    /// Whether the first line is there, before which empty ones mean nothing (RFC 9112, section
    /// 2.2).
    has_start: bool,
    is_whole: bool,
}

/// What one piece did for a head.
#[derive(Debug)]
pub(super) enum Progress<'a> {
    /// There is more to come.
    Partial,
    /// The head is whole: its bytes, and how many of the piece belonged to it.
    Whole(Head<'a>, usize),
    /// It is longer than is followed.
    TooLong,
}

impl HeadReader {
    /// Waits for a head's first byte.
    pub(super) const NEW: Self =
        Self { kept: vec![], line: 0, is_blank: false, has_start: false, is_whole: false };

    /// Whether a part of a head is there; empty lines before it mean nothing.
    pub(super) fn has_begun(&self) -> bool {
        !self.is_whole && (self.has_start || self.line > usize::from(self.is_blank))
    }

    /// Takes the bytes of the head from a piece; after one that is whole the next one begins.
    pub(super) fn take<'a>(&'a mut self, piece: &'a [u8]) -> Progress<'a> {
        if self.is_whole {
            *self = Self::NEW;
        }
        let mut at = 0;
        while let Some(found) = memchr(b'\n', &piece[at..]) {
            let is_empty = match self.line + found {
                0 => true,
                1 if self.line == 1 => self.is_blank,
                1 => piece[at] == b'\r',
                _ => false,
            };
            at += found + 1;
            self.line = 0;
            if !is_empty {
                self.has_start = true;
            } else if self.has_start {
                self.is_whole = true;
                if self.kept.is_empty() {
                    return Progress::Whole(Head(&piece[..at]), at);
                }
                self.kept.extend_from_slice(&piece[..at]);
                return Progress::Whole(Head(&self.kept), at);
            }
        }
        let rest = &piece[at..];
        self.is_blank = (self.line == 0 && rest == b"\r") || (rest.is_empty() && self.is_blank);
        self.line += rest.len();
        if self.kept.len() + piece.len() > HEAD_MAX {
            return Progress::TooLong;
        }
        self.kept.extend_from_slice(piece);
        Progress::Partial
    }
}

/// A head's bytes, with the empty line that ends it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Head<'a>(pub(crate) &'a [u8]);

impl<'a> Head<'a> {
    /// Returns its first line.
    pub(crate) fn start(self) -> &'a [u8] {
        self.lines().next().unwrap_or_default()
    }

    /// Returns its fields, in their order, names as they were written, values without the space
    /// around them.
    pub(crate) fn fields(self) -> impl Iterator<Item = (&'a [u8], &'a [u8])> {
        self.lines().skip(1).filter_map(|line| {
            let (name, value) = line.split_at(memchr(b':', line)?);
            Some((name, value[1..].trim_ascii()))
        })
    }

    /// Returns the field's values, in their order; `name` is in lower case.
    pub(super) fn values(self, name: &str) -> impl Iterator<Item = &'a [u8]> {
        let is_it = move |field: &(&[u8], &[u8])| field.0.eq_ignore_ascii_case(name.as_bytes());
        self.fields().filter(is_it).map(|(_, value)| value)
    }

    fn lines(self) -> impl Iterator<Item = &'a [u8]> {
        let without_return = |line: &'a [u8]| line.strip_suffix(b"\r").unwrap_or(line);
        let lines = self.0.split(|byte| *byte == b'\n').map(without_return);
        lines.filter(|line| !line.is_empty())
    }
}

/// Returns the status code of a response's first line.
pub(crate) fn status_of(start: &[u8]) -> Option<u16> {
    let code = start.split(|byte| *byte == b' ').nth(1)?;
    std::str::from_utf8(code).ok()?.parse().ok()
}

/// The longest head that is followed; the HTTP side refuses such a request.
pub(crate) const HEAD_MAX: usize = 64 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: [&[u8]; 6] = [
        b"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET / HTTP/1.1\nHost: a\n\n",
        b"\r\n\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\n\r\n",
        b"GET / HTTP/1.1\r\nx: \r\r\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
    ];

    #[test]
    fn a_head_ends_at_its_empty_line_wherever_it_is_cut() {
        for whole in WHOLE {
            for first in 0..whole.len() {
                for second in first..whole.len() {
                    let mut reader = HeadReader::NEW;
                    for part in [&whole[..first], &whole[first..second]] {
                        assert!(matches!(reader.take(part), Progress::Partial), "{part:?}");
                    }
                    let last = [&whole[second..], b"more"].concat();
                    let Progress::Whole(head, used) = reader.take(&last) else {
                        panic!("{whole:?} cut at {first} and {second}")
                    };
                    assert_eq!((head.0, used), (whole, whole.len() - second));
                }
            }
        }
    }

    #[test]
    fn one_head_follows_another() {
        let mut reader = HeadReader::NEW;
        assert!(!reader.has_begun());
        for _ in 0..2 {
            assert!(matches!(reader.take(b"GET"), Progress::Partial));
            assert!(reader.has_begun());
            assert!(matches!(reader.take(b" / HTTP/1.1\n\n"), Progress::Whole(_, 13)));
            assert!(!reader.has_begun());
        }
        for nothing in [&b""[..], b"\r\n", b"\n", b"\r"] {
            assert!(matches!(reader.take(nothing), Progress::Partial));
            assert!(!reader.has_begun(), "{nothing:?}");
        }
        assert!(matches!(reader.take(b"\nG"), Progress::Partial));
        assert!(reader.has_begun());
    }

    #[test]
    fn a_head_that_does_not_end_is_given_up() {
        let mut reader = HeadReader::NEW;
        let line = [b'x'; 1024];
        let taken = (0..=HEAD_MAX / line.len()).map(|_| match reader.take(&line) {
            Progress::Partial => 1,
            Progress::TooLong => 0,
            Progress::Whole(..) => panic!("it has no end"),
        });
        assert_eq!(taken.sum::<usize>(), HEAD_MAX / line.len());
    }

    #[test]
    fn fields_are_read_as_they_stand() {
        let head = Head(b"\r\nGET /a HTTP/1.1\r\nHost:x\r\nA: b\r\na:  c \t\r\nempty:\r\n\r\n");
        assert_eq!(head.start(), b"GET /a HTTP/1.1");
        let fields: Vec<(&[u8], &[u8])> =
            vec![(b"Host", b"x"), (b"A", b"b"), (b"a", b"c"), (b"empty", b"")];
        assert_eq!(head.fields().collect::<Vec<_>>(), fields);
        assert_eq!(head.values("a").collect::<Vec<_>>(), [b"b", b"c"]);
        assert_eq!(status_of(b"HTTP/1.1 204 No Content"), Some(204));
        assert_eq!(status_of(b"HTTP/1.1"), None);
    }
}
