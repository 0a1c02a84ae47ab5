//! Why a socket ends.

use std::fmt;
use std::io;

use echoclock_shared::close::CloseCode;
use echoclock_shared::ledger::{CUT, STOPPED};
use echoclock_shared::limits::CLOSE_REASON_MAX;

use super::rate::TooFast;
use crate::budget::NoRoom;
use crate::hits::Limit;
use crate::progress::Spent;

/// Why a socket ends.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum End {
    /// The client closed it.
    ByClient(ClientClose),
    /// The server closes it.
    ByServer(CloseCode, String),
    /// The server closes it because a limit was reached.
    AtLimit(Limit, CloseCode, String),
    /// The client is gone without a word, and this is what the system says of that.
    Left(String),
    /// The client did not read.
    Stalled,
    /// What was sent to it was not taken, which is all that the system knows.
    Unreached,
    /// The client gave no sign of life.
    Silent,
    /// The server breaks it off because it was asked to.
    Cut,
}

/// The largest message, in bytes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum MessageMax {
    /// As `--raw-max` has it.
    Raw(usize),
    /// The same on every server.
    Fixed(usize),
}

impl MessageMax {
    /// Returns how many bytes that is.
    pub(super) fn bytes(self) -> usize {
        let (Self::Raw(bytes) | Self::Fixed(bytes)) = self;
        bytes
    }
}

/// A client's close frame as it came.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct ClientClose {
    /// Its code, if it has one.
    pub(super) code: Option<u16>,
    /// Its reason.
    pub(super) reason: String,
}

/// What a client did wrong.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Fault {
    /// It broke a rule.
    Protocol(&'static str),
    /// A text was not UTF-8.
    NotText,
    /// A close frame's reason was not UTF-8.
    ReasonNotText,
    /// A message was too large.
    TooBig,
    /// The server has no memory for its message.
    NoRoom,
}

impl End {
    /// Returns the end for a client's fault (RFC 6455, section 7.4.1).
    pub(super) fn for_fault(fault: Fault, message_max: MessageMax) -> Self {
        let (code, reason) = match fault {
            Fault::Protocol(what) => (CloseCode::PROTOCOL, what.to_owned()),
            Fault::NotText => (CloseCode::NOT_TEXT, "a text message was not UTF-8".to_owned()),
            Fault::ReasonNotText => {
                (CloseCode::NOT_TEXT, "a close frame's reason was not UTF-8".to_owned())
            }
            Fault::TooBig => {
                let reason = format!("a message may have at most {} bytes", message_max.bytes());
                if let MessageMax::Raw(_) = message_max {
                    return Self::AtLimit(Limit::RawMax, CloseCode::TOO_BIG, reason);
                }
                (CloseCode::TOO_BIG, reason)
            }
            Fault::NoRoom => return NoRoom.into(),
        };
        Self::ByServer(code, reason)
    }

    /// Returns the end for a connection that failed.
    pub(super) fn gone(error: &io::Error) -> Self {
        if error.kind() != io::ErrorKind::TimedOut {
            return Self::Left(error.to_string());
        }
        if error.raw_os_error().is_none() { Self::Stalled } else { Self::Unreached }
    }

    /// The server stops, and perhaps starts again.
    pub(super) fn stopping(restarts: bool) -> Self {
        let code = if restarts { CloseCode::RESTART } else { CloseCode::GOING_AWAY };
        Self::ByServer(code, STOPPED.to_owned())
    }

    /// A message under way does not get on.
    pub(super) fn too_slow(spent: Spent) -> Self {
        let limit = Limit::of_wait(Limit::SocketSilence, spent);
        Self::AtLimit(limit, CloseCode::POLICY, "a message came too slowly".to_owned())
    }

    /// Returns which limit was reached, where one was that nobody else knows of.
    pub(super) fn limit(&self) -> Option<Limit> {
        match self {
            Self::AtLimit(limit, ..) => Some(*limit),
            Self::Silent => Some(Limit::SocketSilence),
            Self::ByClient(_)
            | Self::ByServer(..)
            | Self::Left(_)
            | Self::Stalled
            | Self::Unreached
            | Self::Cut => None,
        }
    }

    /// Returns the payload of the close frame that tells of the end, where anybody is there to be
    /// told.
    pub(super) fn close_frame(&self) -> Option<Vec<u8>> {
        let (code, reason) = match self {
            Self::ByServer(code, reason) | Self::AtLimit(_, code, reason) => (code.0, &**reason),
            Self::ByClient(close) => match close.answer() {
                Some(answer) => answer,
                None => return Some(vec![]),
            },
            Self::Left(_) | Self::Stalled | Self::Unreached | Self::Silent | Self::Cut => {
                return None;
            }
        };
        let reason = &reason[..reason.floor_char_boundary(CLOSE_REASON_MAX)];
        Some([&code.to_be_bytes(), reason.as_bytes()].concat())
    }
}

impl From<NoRoom> for Fault {
    fn from(_: NoRoom) -> Self {
        Self::NoRoom
    }
}

impl From<NoRoom> for End {
    fn from(no_room: NoRoom) -> Self {
        Self::ByServer(CloseCode::TRY_AGAIN, no_room.to_string())
    }
}

impl From<TooFast> for End {
    fn from(too_fast: TooFast) -> Self {
        let limit = match too_fast {
            TooFast::Messages(_) => Limit::SocketMessages,
            TooFast::Bytes(_) => Limit::SocketBytes,
        };
        Self::AtLimit(limit, CloseCode::POLICY, too_fast.to_string())
    }
}

impl ClientClose {
    /// Reads the payload of a close frame.
    pub(super) fn read(payload: &[u8]) -> Result<Self, Fault> {
        match payload.split_first_chunk() {
            Some((code, reason)) => Ok(Self {
                code: Some(u16::from_be_bytes(*code)),
                reason: std::str::from_utf8(reason).map_err(|_| Fault::ReasonNotText)?.to_owned(),
            }),
            None if payload.is_empty() => Ok(Self { code: None, reason: String::new() }),
            None => Err(Fault::Protocol("a close frame has half a code")),
        }
    }

    /// Returns what it is answered with: the same, unless its code may not be sent (RFC 6455,
    /// sections 5.5.1 and 7.4).
    fn answer(&self) -> Option<(u16, &str)> {
        let code = self.code?;
        let may_be_sent = matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999);
        Some(if may_be_sent {
            (code, &self.reason)
        } else {
            (CloseCode::PROTOCOL.0, "a close frame has a code that may not be sent")
        })
    }
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ByClient(close @ ClientClose { code: Some(code), reason }) => {
                write!(f, "closed by the client with {code} {reason:?}")?;
                match close.answer() {
                    Some((answer, _)) if answer != *code => {
                        write!(f, ", a code that may not be sent, and answered with {answer}")
                    }
                    Some(_) | None => Ok(()),
                }
            }
            Self::ByClient(ClientClose { code: None, .. }) => {
                f.write_str("closed by the client without a code")
            }
            Self::ByServer(code, reason) | Self::AtLimit(_, code, reason) => {
                write!(f, "closed by the server with {} {reason:?}", code.0)
            }
            Self::Left(how) => write!(f, "the client left without a close frame: {how}"),
            Self::Stalled => f.write_str("given up: the client did not read"),
            Self::Unreached => {
                f.write_str("given up: the client did not read, or could not be reached")
            }
            Self::Silent => f.write_str("given up: the client gave no sign of life"),
            Self::Cut => f.write_str(CUT),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(payload: &[u8]) -> Result<End, Fault> {
        ClientClose::read(payload).map(End::ByClient)
    }

    #[test]
    fn a_close_frame_is_answered_with_what_may_be_sent() {
        for (code, answered) in [
            (0_u16, 1002_u16),
            (999, 1002),
            (1000, 1000),
            (1003, 1003),
            (1004, 1002),
            (1005, 1002),
            (1006, 1002),
            (1007, 1007),
            (1014, 1014),
            (1015, 1002),
            (2999, 1002),
            (3000, 3000),
            (4999, 4999),
            (5000, 1002),
            (u16::MAX, 1002),
        ] {
            let end = close(&[&code.to_be_bytes()[..], b"why"].concat()).expect("right");
            let frame = end.close_frame().expect("an answer");
            assert_eq!(frame[..2], answered.to_be_bytes(), "{code}");
            assert_eq!(frame[2..] == *b"why", code == answered);
            let told = end.to_string();
            assert!(
                told.starts_with(&format!("closed by the client with {code} \"why\"")),
                "{told}"
            );
            assert_eq!(told.ends_with("answered with 1002"), code != answered, "{told}");
        }
        let end = close(b"").expect("right");
        assert_eq!(end.close_frame(), Some(vec![]));
        assert_eq!(end.to_string(), "closed by the client without a code");
        assert!(matches!(close(b"\x03"), Err(Fault::Protocol(_))));
        assert_eq!(close(b"\x03\xe8\xff"), Err(Fault::ReasonNotText));
    }

    #[test]
    fn a_reason_is_cut_to_what_a_frame_holds() {
        let end = End::ByServer(CloseCode::POLICY, "é".repeat(100));
        let frame = end.close_frame().expect("a frame");
        assert_eq!(frame.len(), 2 + 122);
        assert!(std::str::from_utf8(&frame[2..]).is_ok());
    }

    #[test]
    fn who_has_stalled_is_told_from_who_has_left() {
        let stalled = io::Error::new(io::ErrorKind::TimedOut, "the client stopped reading");
        assert_eq!(End::gone(&stalled), End::Stalled);
        #[cfg(target_os = "linux")]
        assert_eq!(End::gone(&io::Error::from_raw_os_error(110)), End::Unreached);
        let reset = io::Error::from(io::ErrorKind::ConnectionReset);
        assert!(matches!(End::gone(&reset), End::Left(_)));
        assert_eq!(End::Stalled.close_frame(), None);
    }
}
