//! How a WebSocket is closed: codes and reasons (RFC 6455, sections 5.5.1 and 7.4).

use std::error::Error;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::limits::CLOSE_REASON_MAX;
use crate::{say, words};

/// A close code as it is on the wire or, for 1005, 1006 and 1015, as an end reports its absence.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct CloseCode(pub u16);

impl CloseCode {
    /// The purpose is fulfilled.
    pub const NORMAL: Self = Self(1000);
    /// The server stops, or the browser leaves the page.
    pub const GOING_AWAY: Self = Self(1001);
    /// A rule of the protocol was broken.
    pub const PROTOCOL: Self = Self(1002);
    /// A kind of data that this endpoint does not take.
    pub const UNSUPPORTED: Self = Self(1003);
    /// No code was in the close frame.
    pub const NONE: Self = Self(1005);
    /// The connection ended without a close frame.
    pub const ABNORMAL: Self = Self(1006);
    /// A text was not UTF-8.
    pub const NOT_TEXT: Self = Self(1007);
    /// A policy was broken.
    pub const POLICY: Self = Self(1008);
    /// A message was too big.
    pub const TOO_BIG: Self = Self(1009);
    /// Something failed within the server.
    pub const INTERNAL: Self = Self(1011);
    /// The server starts again.
    pub const RESTART: Self = Self(1012);
    /// Try again later.
    pub const TRY_AGAIN: Self = Self(1013);

    /// Whether a page may send this code: 1000 and 3000–4999 only (WebSockets standard, `close()`).
    pub const fn may_be_sent_by_page(self) -> bool {
        matches!(self.0, 1000 | 3000..=4999)
    }

    /// Returns what the code means, in a few words that follow "closed:".
    pub fn meaning(self) -> &'static str {
        match self.0 {
            1000 => words!("normal, the purpose is fulfilled"),
            1001 => words!("going away, the server stops or the page is left"),
            1002 => words!("protocol error, the other end broke the rules of WebSocket"),
            1003 => words!("unsupported data, this kind of message is not taken here"),
            1005 => words!("no code given"),
            1006 => words!("abnormal, the connection ended without a close frame"),
            1007 => words!("invalid data, a text message was not UTF-8"),
            1008 => words!("policy, the other end does not allow this"),
            1009 => words!("too big, a message was larger than the limit"),
            1010 => words!("extension missing, the client needed one that was not agreed"),
            1011 => words!("internal error, the server could not go on"),
            1012 => words!("service restart"),
            1013 => words!("try again later, the server is too busy"),
            1014 => words!("bad gateway, a proxy got no valid answer"),
            1015 => words!("TLS failed, no secure connection could be made"),
            3000..=3999 => words!("a code that a library or framework registered"),
            4000..=4999 => words!("a code of the application's own"),
            _ => words!("a code without a meaning"),
        }
    }
}

/// Checks a close reason's length.
///
/// # Errors
///
/// Where it is over [`CLOSE_REASON_MAX`] bytes of UTF-8.
pub fn check_reason(reason: &str) -> Result<(), ReasonTooLong> {
    if reason.len() > CLOSE_REASON_MAX {
        Err(ReasonTooLong { bytes: reason.len() })
    } else {
        Ok(())
    }
}

/// The reason does not fit into a close frame.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ReasonTooLong {
    /// How long it is.
    pub bytes: usize,
}

impl fmt::Display for ReasonTooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&say!(
            "the reason has {bytes} bytes, and {most} is the most",
            bytes = self.bytes,
            most = CLOSE_REASON_MAX
        ))
    }
}

impl Error for ReasonTooLong {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_may_send_1000_and_its_own_codes() {
        for (code, may) in [
            (999, false),
            (1000, true),
            (1001, false),
            (2999, false),
            (3000, true),
            (4999, true),
            (5000, false),
        ] {
            assert_eq!(CloseCode(code).may_be_sent_by_page(), may, "{code}");
        }
    }

    #[test]
    fn a_reason_fits_into_a_control_frame() {
        assert_eq!(check_reason(&"é".repeat(61)), Ok(()));
        assert_eq!(check_reason(&"é".repeat(62)), Err(ReasonTooLong { bytes: 124 }));
    }
}
