//! How many bytes something takes on an HTTP/1.1 connection.

use echoclock_shared::ledger::{MASKED, cut};
use http::header::{
    AUTHORIZATION, CONNECTION, CONTENT_LENGTH, COOKIE, DATE, HeaderMap, HeaderName,
    PROXY_AUTHORIZATION, TRANSFER_ENCODING,
};
use http::{Method, StatusCode, Version};

/// Returns the size of a request's head.
pub(super) fn request_head(method: &Method, target: &str, headers: &HeaderMap) -> u64 {
    let line = method.as_str().len() + " ".len() + target.len() + " HTTP/1.1\r\n".len();
    (line + lines(headers) + "\r\n".len()) as u64
}

/// How the body that follows a response's head is framed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Framing {
    /// The head tells its length, if there is a body at all.
    Sized,
    /// In chunks (RFC 9112, section 7.1).
    Chunks,
    /// It goes on to the connection's end, as HTTP/1.0 has it.
    UntilClose,
}

impl Framing {
    /// Returns what one block of the body takes.
    pub(super) fn block(self, bytes: usize) -> u64 {
        let frame = match self {
            Self::Sized | Self::UntilClose => 0,
            Self::Chunks => format!("{bytes:x}").len() + "\r\n\r\n".len(),
        };
        (frame + bytes) as u64
    }

    /// Returns what the body's end takes.
    pub(super) fn end(self) -> u64 {
        match self {
            Self::Sized | Self::UntilClose => 0,
            Self::Chunks => "0\r\n\r\n".len() as u64,
        }
    }
}

/// A response's head as it goes out.
#[derive(Debug)]
pub(super) struct ResponseHead {
    /// With what the HTTP side adds to it, but for the date's value.
    pub(super) headers: HeaderMap,
    /// How its body is framed.
    pub(super) framing: Framing,
    /// Its size.
    pub(super) size: u64,
}

impl ResponseHead {
    /// Completes a head as hyper does; `exact` is the body's length where it is known, `asked` the
    /// request's version and whether it wants the connection closed.
    pub(super) fn complete(
        status: StatusCode,
        mut headers: HeaderMap,
        exact: Option<u64>,
        asked: (Version, bool),
    ) -> Self {
        let (version, closes) = asked;
        let has_body = !status.is_informational() && status != StatusCode::NO_CONTENT;
        let framing = match exact {
            Some(length) => {
                if has_body {
                    headers.entry(CONTENT_LENGTH).or_insert(length.into());
                }
                Framing::Sized
            }
            None if version < Version::HTTP_11 => Framing::UntilClose,
            None => {
                headers.insert(TRANSFER_ENCODING, http::HeaderValue::from_static("chunked"));
                Framing::Chunks
            }
        };
        if status == StatusCode::NO_CONTENT {
            headers.remove(CONTENT_LENGTH);
        }
        if closes && !headers.contains_key(CONNECTION) {
            headers.insert(CONNECTION, http::HeaderValue::from_static("close"));
        }
        let reason = status.canonical_reason().unwrap_or("<none>");
        let date = if headers.contains_key(DATE) { 0 } else { DATE_LINE.len() };
        let line = "HTTP/1.1 200 ".len() + reason.len() + "\r\n".len();
        let size = (line + lines(&headers) + date + "\r\n".len()) as u64;
        Self { headers, framing, size }
    }
}

/// Returns the size of a WebSocket frame (RFC 6455, section 5.2); a client masks.
pub(super) fn frame(payload: usize, is_masked: bool) -> u64 {
    let length = match payload {
        0..=125 => 0,
        126..=0xffff => 2,
        _ => 8,
    };
    (2 + length + if is_masked { 4 } else { 0 } + payload) as u64
}

/// Writes headers down, without credentials and up to `max` bytes; tells whether there was more.
pub(super) fn written(headers: &HeaderMap, max: usize) -> (Vec<(String, String)>, bool) {
    let mut left = max;
    let mut written = vec![];
    for (name, value) in headers {
        let value = if CREDENTIALS.contains(name) {
            MASKED.into()
        } else {
            String::from_utf8_lossy(value.as_bytes())
        };
        if name.as_str().len() >= left {
            return (written, true);
        }
        left -= name.as_str().len();
        let (kept, was_cut) = cut(&value, left);
        written.push((name.to_string(), kept.to_owned()));
        if was_cut {
            return (written, true);
        }
        left -= kept.len();
    }
    (written, false)
}

fn lines(headers: &HeaderMap) -> usize {
    let line = |(name, value): (&HeaderName, &http::HeaderValue)| {
        name.as_str().len() + ": ".len() + value.len() + "\r\n".len()
    };
    headers.iter().map(line).sum()
}

/// Headers whose values are nobody's business.
const CREDENTIALS: [HeaderName; 3] = [COOKIE, AUTHORIZATION, PROXY_AUTHORIZATION];

/// Every date is as long as this one (RFC 9110, section 5.6.7).
const DATE_LINE: &str = "date: Sun, 06 Nov 1994 08:49:37 GMT\r\n";
