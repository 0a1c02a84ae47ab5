//! A message's body: how it is framed, and which of its bytes are what it carries.

use super::Head;

/// A body that passes (RFC 9112, section 6).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Body {
    /// It is over.
    Over,
    /// Its head told how many bytes are left.
    Sized(u64),
    /// It comes in chunks.
    Chunked(Chunk),
    /// It goes on to the connection's end.
    UntilClose,
    /// It can't be followed; the HTTP side gives it up as well.
    Broken,
}

/// A place within a body in chunks (RFC 9112, section 7.1).
///
/// A line ends in a carriage return and a line feed, and in nothing else: the HTTP side takes it so,
/// and what one reader takes for a line's end and the other does not hides a request.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Chunk {
    /// In the line that tells a chunk's size: what it says so far, and whether that has ended.
    Size { value: Option<u64>, told: bool, returned: bool },
    /// In a chunk's data: how many bytes are left.
    Data(u64),
    /// In the line end behind a chunk's data.
    End { returned: bool },
    /// In the fields after the last chunk: whether the line has anything in it.
    Trailer { is_empty: bool, returned: bool },
}

/// What the next bytes are.
#[derive(Debug, Eq, PartialEq)]
pub(super) enum Part<'a> {
    /// What the body carries.
    Data(&'a [u8]),
    /// This many bytes of framing.
    Framing(usize),
    /// This many bytes of framing, the last of which ends a chunk.
    ChunkEnd(usize),
}

impl Body {
    /// Tells how a request's body is framed (RFC 9112, section 6.3).
    pub(super) fn of_request(head: Head<'_>) -> Self {
        match Self::framed_by(head) {
            Self::UntilClose => Self::Over,
            framed @ (Self::Over | Self::Sized(_) | Self::Chunked(_) | Self::Broken) => framed,
        }
    }

    /// Tells how the body of a response with this status is framed.
    pub(super) fn of_response(head: Head<'_>, status: u16, answers_head: bool) -> Self {
        if answers_head || matches!(status, 100..200 | 204 | 304) {
            Self::Over
        } else {
            Self::framed_by(head)
        }
    }

    fn framed_by(head: Head<'_>) -> Self {
        if head.values("transfer-encoding").next().is_some() {
            return Self::Chunked(Chunk::START);
        }
        let Some(length) = head.values("content-length").next() else { return Self::UntilClose };
        match std::str::from_utf8(length).map(str::parse) {
            Ok(Ok(0)) => Self::Over,
            Ok(Ok(length)) => Self::Sized(length),
            Ok(Err(_)) | Err(_) => Self::Broken,
        }
    }

    /// Takes the bytes at the front of a piece that belong together; nothing where the body is
    /// over, or broken. The piece is not empty.
    pub(super) fn next<'a>(&mut self, piece: &'a [u8]) -> Option<Part<'a>> {
        match self {
            Self::Over | Self::Broken => None,
            Self::UntilClose => Some(Part::Data(piece)),
            Self::Sized(left) => {
                let data = at_most(piece, *left);
                *left -= data.len() as u64;
                if *left == 0 {
                    *self = Self::Over;
                }
                Some(Part::Data(data))
            }
            Self::Chunked(chunk) => match chunk.next(piece) {
                Ok((part, true)) => {
                    *self = Self::Over;
                    Some(part)
                }
                Ok((part, false)) => Some(part),
                Err(Senseless) => {
                    *self = Self::Broken;
                    None
                }
            },
        }
    }
}

/// What should be a chunk's size is none.
#[derive(Debug)]
struct Senseless;

impl Chunk {
    const START: Self = Self::Size { value: None, told: false, returned: false };

    /// Takes what belongs together, and tells whether the body ends with it.
    fn next<'a>(&mut self, piece: &'a [u8]) -> Result<(Part<'a>, bool), Senseless> {
        if let Self::Data(left) = self {
            let data = at_most(piece, *left);
            *left -= data.len() as u64;
            if *left == 0 {
                *self = Self::End { returned: false };
            }
            return Ok((Part::Data(data), false));
        }
        for (before, byte) in piece.iter().enumerate() {
            let Some(line) = self.take(*byte)? else { continue };
            *self = match line {
                Line::Size(0) | Line::Field => Self::Trailer { is_empty: true, returned: false },
                Line::Size(size) => Self::Data(size),
                Line::ChunkEnd => {
                    *self = Self::START;
                    return Ok((Part::ChunkEnd(before + 1), false));
                }
                Line::Last => return Ok((Part::Framing(before + 1), true)),
            };
            return Ok((Part::Framing(before + 1), false));
        }
        Ok((Part::Framing(piece.len()), false))
    }

    /// Takes a byte of framing; tells the line that ends with it.
    fn take(&mut self, byte: u8) -> Result<Option<Line>, Senseless> {
        let returned = match self {
            Self::Size { returned, .. }
            | Self::End { returned }
            | Self::Trailer { returned, .. } => returned,
            Self::Data(_) => return Ok(None),
        };
        if *returned && byte != b'\n' {
            return Err(Senseless);
        }
        let ends = *returned;
        *returned = byte == b'\r';
        match self {
            Self::Size { value, .. } if ends => Ok(Some(Line::Size(value.ok_or(Senseless)?))),
            Self::End { .. } if ends => Ok(Some(Line::ChunkEnd)),
            Self::Trailer { is_empty: true, .. } if ends => Ok(Some(Line::Last)),
            Self::Trailer { .. } if ends => Ok(Some(Line::Field)),
            _ if byte == b'\r' => Ok(None),
            Self::Size { .. } if byte == b'\n' => Err(Senseless),
            Self::Size { value, told, .. } => {
                match char::from(byte).to_digit(16) {
                    Some(digit) if !*told => {
                        let before = value.unwrap_or(0).checked_mul(16).ok_or(Senseless)?;
                        *value = Some(before + u64::from(digit));
                    }
                    Some(_) | None => *told = true,
                }
                Ok(None)
            }
            Self::Trailer { is_empty, .. } => {
                *is_empty = false;
                Ok(None)
            }
            Self::End { .. } | Self::Data(_) => Err(Senseless),
        }
    }
}

/// A line of framing that has ended.
enum Line {
    /// It told a chunk's size.
    Size(u64),
    /// It stood behind a chunk's data.
    ChunkEnd,
    /// A field after the last chunk.
    Field,
    /// The empty one that ends the body.
    Last,
}

/// A part of a body, until its witness is told.
#[derive(Debug, Default)]
pub(super) struct Block {
    /// Its bytes, framing included.
    pub(super) size: u64,
    /// What it carries, at most [`SHOWN_MAX`].
    pub(super) data: Vec<u8>,
}

impl Block {
    /// Takes what belongs together from a piece, tells a block that is whole, and returns how much
    /// was taken. What nobody sees is only counted, and never told.
    pub(super) fn take(
        &mut self,
        body: &mut Body,
        piece: &[u8],
        is_seen: bool,
        tell: impl FnOnce(&mut Self),
    ) -> usize {
        match body.next(piece) {
            None => 0,
            Some(Part::Data(data)) => {
                self.push(data.len() as u64, if is_seen { data } else { &[] });
                data.len()
            }
            Some(Part::Framing(bytes)) => {
                self.push(bytes as u64, &[]);
                bytes
            }
            Some(Part::ChunkEnd(bytes)) => {
                self.push(bytes as u64, &[]);
                if !self.data.is_empty() {
                    tell(self);
                }
                bytes
            }
        }
    }

    /// Adds what has passed, of which the beginning is kept.
    pub(super) fn push(&mut self, size: u64, data: &[u8]) {
        self.size += size;
        let room = SHOWN_MAX.saturating_sub(self.data.len());
        self.data.extend_from_slice(&data[..data.len().min(room)]);
    }

    /// Returns what there is, and begins anew.
    pub(super) fn finish(&mut self) -> Self {
        std::mem::take(self)
    }
}

/// How much of a block is shown.
const SHOWN_MAX: usize = 8 * 1024;

fn at_most(piece: &[u8], most: u64) -> &[u8] {
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    &piece[..piece.len().min(most)]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes a body in these pieces; returns its data, its framing's length, and what was left.
    fn read(mut body: Body, pieces: [&[u8]; 3]) -> (Vec<u8>, usize, Vec<u8>, Body) {
        let (mut data, mut framing, mut rest) = (vec![], 0, vec![]);
        for mut piece in pieces {
            while !piece.is_empty() {
                let used = match body.next(piece) {
                    Some(Part::Data(bytes)) => {
                        data.extend_from_slice(bytes);
                        bytes.len()
                    }
                    Some(Part::Framing(bytes) | Part::ChunkEnd(bytes)) => {
                        framing += bytes;
                        bytes
                    }
                    None => {
                        rest.extend_from_slice(piece);
                        piece.len()
                    }
                };
                piece = &piece[used..];
            }
        }
        (data, framing, rest, body)
    }

    #[test]
    fn a_body_is_followed_wherever_it_is_cut() {
        let chunked = Body::Chunked(Chunk::START);
        for (body, bytes, data, framing) in [
            (Body::Sized(5), &b"hello"[..], &b"hello"[..], 0),
            (chunked, b"5\r\nhello\r\n0\r\n\r\n", b"hello", 10),
            (chunked, b"0005;a=b;c\r\nhello\r\n1\r\n!\r\n0\r\n\r\n", b"hello!", 24),
            (chunked, b"A \r\n0123456789\r\n0\r\nx: y\r\nz:\r\n\r\n", b"0123456789", 21),
            (chunked, b"0\r\n\r\n", b"", 5),
        ] {
            for first in 0..=bytes.len() {
                for second in first..=bytes.len() {
                    let last = [&bytes[second..], b"GET"].concat();
                    let pieces = [&bytes[..first], &bytes[first..second], &last];
                    let expected = (data.to_vec(), framing, b"GET".to_vec(), Body::Over);
                    assert_eq!(read(body, pieces), expected, "{bytes:?} at {first}, {second}");
                }
            }
        }
    }

    #[test]
    fn a_size_that_is_none_breaks_the_body() {
        for bytes in [
            &b"\r\n"[..],
            b"x\r\n",
            b"10000000000000000\r\n",
            // What is no line's end to one reader hides a request from the other.
            b"5\nhello\r\n",
            b"5\rhello",
            b"5\r\nhello\n",
            b"5\r\nhello!",
            b"0\r\na: b\rc\r\n",
        ] {
            let (_, _, _, body) = read(Body::Chunked(Chunk::START), [bytes, b"", b""]);
            assert_eq!(body, Body::Broken, "{bytes:?}");
        }
    }

    #[test]
    fn a_line_feed_alone_ends_no_trailer() {
        for bytes in [&b"0\r\n\nGET /x?y HTTP/1.1\r\nHost: a\r\n"[..], b"0\r\na: b\n\r\n"] {
            let (_, framing, rest, body) = read(Body::Chunked(Chunk::START), [bytes, b"", b""]);
            assert_eq!((framing, rest.len()), (bytes.len(), 0), "{bytes:?}");
            assert!(matches!(body, Body::Chunked(Chunk::Trailer { .. })), "{body:?}");
        }
    }

    #[test]
    fn the_head_tells_the_framing() {
        let chunked = Body::Chunked(Chunk::START);
        for (fields, request, response) in [
            ("", Body::Over, Body::UntilClose),
            ("Content-Length: 7\r\n", Body::Sized(7), Body::Sized(7)),
            ("content-length:0\r\n", Body::Over, Body::Over),
            ("Content-Length: seven\r\n", Body::Broken, Body::Broken),
            ("Content-Length: 7\r\nTransfer-Encoding: chunked\r\n", chunked, chunked),
        ] {
            let head = format!("x\r\n{fields}\r\n");
            let head = Head(head.as_bytes());
            assert_eq!(Body::of_request(head), request, "{fields}");
            assert_eq!(Body::of_response(head, 200, false), response, "{fields}");
            for (status, answers_head) in [(200, true), (204, false), (304, false), (100, false)] {
                assert_eq!(Body::of_response(head, status, answers_head), Body::Over);
            }
        }
    }
}
