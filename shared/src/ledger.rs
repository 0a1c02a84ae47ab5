//! What the server saw of one link and sent over it, and when.
//!
//! A page cannot see a WebSocket's handshake, nor the bytes of an `EventSource` or an iframe. So a
//! link that is opened with `?link=ID` has a ledger, which whoever knows the id can read for a
//! while. The client makes the id up and keeps it to itself; requests with the same id, such as
//! polls, are one link's.

use std::fmt::{self, Write};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::time::UnixMillis;

mod harmless;
pub use harmless::is_harmless;

/// The query parameter that asks for a ledger.
pub const PARAMETER: &str = "link";

/// What a client calls its link: 16 to 64 letters, digits, `-` and `_`.
///
/// It is all that protects the ledger, so it should be a throw of many dice.
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct LedgerId(String);

impl LedgerId {
    /// Writes 128 random bits as 32 hexadecimal digits.
    pub fn from_random(bits: u128) -> Self {
        Self(format!("{bits:032x}"))
    }

    /// Returns the id as it stands in an address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for LedgerId {
    type Err = NotALedgerId;

    fn from_str(text: &str) -> Result<Self, NotALedgerId> {
        Self::try_from(text.to_owned())
    }
}

impl TryFrom<String> for LedgerId {
    type Error = NotALedgerId;

    fn try_from(text: String) -> Result<Self, NotALedgerId> {
        let is_taken = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        let fits = (ID_MIN..=ID_MAX).contains(&text.len()) && text.bytes().all(is_taken);
        if fits { Ok(Self(text)) } else { Err(NotALedgerId) }
    }
}

impl From<LedgerId> for String {
    fn from(id: LedgerId) -> Self {
        id.0
    }
}

impl fmt::Display for LedgerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The text can't name a ledger.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("not {ID_MIN} to {ID_MAX} letters, digits, - and _")]
pub struct NotALedgerId;

/// The answer of `GET /api/links/ID`.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Ledger {
    /// Whose ledger it is.
    pub link: LedgerId,
    /// The server's time.
    pub now: UnixMillis,
    /// When the first request came.
    pub opened: UnixMillis,
    /// All that passed, whether its entry is kept or not.
    pub totals: Totals,
    /// How many entries are not kept: those between the opening and the newest.
    pub dropped: u64,
    /// What passed, oldest first.
    pub entries: Vec<Entry>,
}

/// Sums over a link, in bytes.
///
/// Counted is what passes on the connection over HTTP/1: heads, bodies with their framing, interim
/// responses, and WebSocket frames with their headers, pings and closes included. Not counted are
/// what is below (TCP, TLS), and what the browser asks on its own account (a preflight). Over
/// HTTP/2, which compresses heads and frames bodies in its own way, heads and bodies are computed as
/// HTTP/1.1 would have written them, and their entries say so; frames are counted as they pass.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Totals {
    /// How many requests there were.
    pub requests: u64,
    /// From the client to the server.
    pub received: u64,
    /// From the server to the client.
    pub sent: u64,
}

/// Something that passed on a link.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Entry {
    /// Its number on this link, from 1; a hole is where entries were dropped.
    pub n: u64,
    /// When the server saw it, or handed it to the connection.
    pub at: UnixMillis,
    /// To which of the link's requests it belongs, from 1.
    pub request: u64,
    /// Its bytes, counted as in [`Totals`].
    pub size: u64,
    /// Whether there was more text than is kept.
    #[serde(default, skip_serializing_if = "is_false")]
    pub cut: bool,
    /// Whether its size was computed, because it can't be seen where it passes.
    #[serde(default, skip_serializing_if = "is_false")]
    pub computed: bool,
    /// What it was.
    #[serde(flatten)]
    pub what: What,
}

/// What passed.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum What {
    /// A request's head, as it arrived after whatever proxies did to it.
    Request {
        /// Such as `GET`.
        method: String,
        /// Path and query.
        target: String,
        /// Such as `HTTP/1.1`.
        version: String,
        /// Names and values as they stand there; [`hidden`] stands for values that may be secret.
        headers: Vec<(String, String)>,
    },
    /// A response's head.
    Response {
        /// The status code.
        status: u16,
        /// Names and values, likewise.
        headers: Vec<(String, String)>,
    },
    /// From the client.
    Received(Piece),
    /// To the client.
    Sent(Piece),
    /// The request is over; an answer whose head tells its length ends without saying so.
    Ended {
        /// Why.
        reason: String,
    },
}

/// The reason of [`What::Ended`] where all of an answer has gone out.
pub const NO_MORE: &str = "there is no more";

/// The reason where the server stopped before there was no more.
pub const STOPPED: &str = "the server stops";

/// The reason where the client left, as far as the server could see.
pub const LEFT: &str = "the client left";

/// The reason where the server broke off on purpose, as a probe asked it to.
pub const CUT: &str = "cut off, as was asked";

/// A part of a body, or a WebSocket frame.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Piece {
    /// Of what kind.
    pub kind: Kind,
    /// What it says; hexadecimal where it is no text.
    pub raw: String,
    /// Whether `raw` is hexadecimal.
    #[serde(default, skip_serializing_if = "is_false")]
    pub hex: bool,
}

/// How something is framed.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A part of a body, as large as it was written.
    Body,
    /// A text message, or the first frame of one.
    Text,
    /// A binary message, or the first frame of one.
    Binary,
    /// A further frame of a message that comes in several (RFC 6455, section 5.4).
    Continuation,
    /// A WebSocket's ping.
    Ping,
    /// Its answer.
    Pong,
    /// A close frame, as its code and its reason.
    Close,
    /// A frame of an opcode that means nothing (RFC 6455, section 5.2).
    Reserved,
}

impl Piece {
    /// Keeps up to `max` bytes of what was said; tells whether there was more.
    pub fn of(kind: Kind, bytes: &[u8], max: usize) -> (Self, bool) {
        match std::str::from_utf8(bytes) {
            Ok(text) if kind != Kind::Binary => {
                let (raw, cut) = cut(text, max);
                (Self { kind, raw: raw.to_owned(), hex: false }, cut)
            }
            Ok(_) | Err(_) => {
                let kept = &bytes[..bytes.len().min(max / 2)];
                let raw = kept.iter().fold(String::new(), |mut raw, byte| {
                    // Writing to a string does not fail.
                    let _ = write!(raw, "{byte:02x}");
                    raw
                });
                (Self { kind, raw, hex: true }, kept.len() < bytes.len())
            }
        }
    }
}

/// Cuts a text to `max` bytes, at a character's end; tells whether there was more.
pub fn cut(text: &str, max: usize) -> (&str, bool) {
    let kept = &text[..text.floor_char_boundary(max)];
    (kept, kept.len() < text.len())
}

/// Writes what stands for a header's value that is not known to be harmless: proxies add secrets
/// of their own, which the client may not see.
pub fn hidden(value: &[u8]) -> String {
    match value.len() {
        1 => "(1 byte, not shown)".to_owned(),
        bytes => format!("({bytes} bytes, not shown)"),
    }
}

pub(crate) fn is_false(value: &bool) -> bool {
    !value
}

const ID_MIN: usize = 16;
const ID_MAX: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_long_and_plain() {
        let long = "x".repeat(65);
        for (text, is_one) in [
            ("0123456789abcdef", true),
            ("0123456789_-ABCD", true),
            (&long[1..], true),
            (&long, false),
            ("0123456789abcde", false),
            ("", false),
            ("0123456789abcde/", false),
            ("0123456789abcdé", false),
        ] {
            assert_eq!(text.parse::<LedgerId>().is_ok(), is_one, "{text}");
        }
        assert_eq!(LedgerId::from_random(1).as_str().len(), 32);
        let json = format!("{long:?}");
        assert!(serde_json::from_str::<LedgerId>(&json).is_err());
    }

    #[test]
    fn what_is_no_text_is_kept_as_hexadecimal() {
        for (kind, bytes, max, raw, hex, more) in [
            (Kind::Text, "héllo".as_bytes(), 6, "héllo", false, false),
            (Kind::Text, "héllo".as_bytes(), 2, "h", false, true),
            (Kind::Body, &[0xc3], 6, "c3", true, false),
            (Kind::Binary, b"ab\n", 6, "61620a", true, false),
            (Kind::Binary, b"ab\n", 5, "6162", true, true),
            (Kind::Close, b"", 6, "", false, false),
        ] {
            let piece = Piece { kind, raw: raw.to_owned(), hex };
            assert_eq!(Piece::of(kind, bytes, max), (piece, more), "{bytes:?}");
        }
    }
}
