//! How many bytes something would take on an HTTP/1.1 connection, where it goes over HTTP/2.

use http::header::{CONTENT_LENGTH, DATE, HeaderMap, HeaderName, TRANSFER_ENCODING};
use http::{Method, StatusCode};

use crate::form;

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
}

impl Framing {
    /// Returns what one block of the body takes.
    pub(super) fn block(self, bytes: usize) -> u64 {
        let frame = match self {
            Self::Sized => 0,
            Self::Chunks => format!("{bytes:x}").len() + "\r\n\r\n".len(),
        };
        (frame + bytes) as u64
    }

    /// Returns what the body's end takes.
    pub(super) fn end(self) -> u64 {
        match self {
            Self::Sized => 0,
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
    /// Completes a head as it would be; `exact` is the body's length where it is known.
    pub(super) fn complete(status: StatusCode, mut headers: HeaderMap, exact: Option<u64>) -> Self {
        let names_a_length = form::names_a_length(status);
        let framing = match exact {
            Some(length) => {
                if names_a_length {
                    headers.entry(CONTENT_LENGTH).or_insert(length.into());
                }
                Framing::Sized
            }
            None => {
                headers.insert(TRANSFER_ENCODING, http::HeaderValue::from_static("chunked"));
                Framing::Chunks
            }
        };
        if !names_a_length {
            headers.remove(CONTENT_LENGTH);
        }
        let reason = status.canonical_reason().unwrap_or("<none>");
        let date = if headers.contains_key(DATE) { 0 } else { DATE_LINE.len() };
        let line = "HTTP/1.1 200 ".len() + reason.len() + "\r\n".len();
        let size = (line + lines(&headers) + date + "\r\n".len()) as u64;
        Self { headers, framing, size }
    }
}

fn lines(headers: &HeaderMap) -> usize {
    let line = |(name, value): (&HeaderName, &http::HeaderValue)| {
        name.as_str().len() + ": ".len() + value.len() + "\r\n".len()
    };
    headers.iter().map(line).sum()
}

/// Every date is as long as this one (RFC 9110, section 5.6.7).
const DATE_LINE: &str = "date: Sun, 06 Nov 1994 08:49:37 GMT\r\n";
