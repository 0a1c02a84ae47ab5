//! What the server's ledger tells of a probe.

use crate::check::observed::{Observation, ServerSide};
use crate::ledger::{self, Entry, Kind, Ledger, What};

/// The server's half of a probe, read off its ledger.
#[derive(Clone, Copy, Debug)]
pub struct Server<'a>(pub &'a Ledger);

/// A request as it arrived.
#[derive(Clone, Copy, Debug)]
pub struct Arrived<'a> {
    /// When, in milliseconds since 1970 by the server's clock.
    pub at: u64,
    /// Such as `HTTP/1.1`.
    pub version: &'a str,
    /// Names and values.
    pub headers: &'a [(String, String)],
}

impl<'a> Server<'a> {
    /// Returns the server's half, where it has one.
    pub fn of(observation: &'a Observation) -> Option<Self> {
        match &observation.ledger {
            ServerSide::Ledger(ledger) => Some(Self(ledger)),
            ServerSide::Nothing | ServerSide::Unknown(_) => None,
        }
    }

    fn entries(self) -> impl DoubleEndedIterator<Item = &'a Entry> {
        self.0.entries.iter()
    }

    /// Returns the requests as they arrived.
    pub fn requests(self) -> impl DoubleEndedIterator<Item = Arrived<'a>> {
        self.entries().filter_map(|entry| match &entry.what {
            What::Request { version, headers, .. } => {
                Some(Arrived { at: entry.at.get(), version, headers })
            }
            What::Response { .. } | What::Received(_) | What::Sent(_) | What::Ended { .. } => None,
        })
    }

    /// Returns when each response's head was written, by the server's clock, its status and headers.
    pub fn responses(self) -> impl DoubleEndedIterator<Item = (u64, u16, &'a [(String, String)])> {
        self.entries().filter_map(|entry| match &entry.what {
            What::Response { status, headers } => Some((entry.at.get(), *status, &headers[..])),
            What::Request { .. } | What::Received(_) | What::Sent(_) | What::Ended { .. } => None,
        })
    }

    /// Returns when each item was said that the ledger still holds, by the server's clock.
    pub fn said(self) -> impl Iterator<Item = u64> {
        self.entries().filter_map(|entry| match &entry.what {
            What::Sent(piece) if is_item(&piece.raw, piece.hex) => Some(entry.at.get()),
            What::Request { .. }
            | What::Response { .. }
            | What::Received(_)
            | What::Sent(_)
            | What::Ended { .. } => None,
        })
    }

    /// Returns how the last request ended, and when.
    pub fn end(self) -> Option<(u64, &'a str)> {
        self.entries().rev().find_map(|entry| match &entry.what {
            What::Ended { reason } => Some((entry.at.get(), reason.as_str())),
            What::Request { .. } | What::Response { .. } | What::Received(_) | What::Sent(_) => {
                None
            }
        })
    }

    /// Returns when the server had said all that it had to say, by its clock.
    pub fn finished(self) -> Option<u64> {
        let close = self.frames(Sender::Server, Kind::Close).next().map(|(at, _)| at);
        let ended =
            self.end().filter(|(_, reason)| [ledger::NO_MORE, ledger::CUT].contains(reason));
        close.or(ended.map(|(at, _)| at))
    }

    /// Whether the server stopped meanwhile, for which no path is to blame.
    pub fn has_stopped(self) -> bool {
        self.end().is_some_and(|(_, reason)| reason.contains(ledger::STOPPED))
    }

    /// Returns the frames of a kind that one side said, as far as the ledger holds them: when, and what.
    pub fn frames(self, sender: Sender, kind: Kind) -> impl Iterator<Item = (u64, &'a str)> {
        self.entries().filter_map(move |entry| {
            let (by, piece) = match &entry.what {
                What::Received(piece) => (Sender::Client, piece),
                What::Sent(piece) => (Sender::Server, piece),
                What::Request { .. } | What::Response { .. } | What::Ended { .. } => return None,
            };
            let is_meant = by == sender && piece.kind == kind;
            is_meant.then(|| (entry.at.get(), piece.raw.as_str()))
        })
    }
}

/// Who said a frame.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Sender {
    /// The client.
    Client,
    /// The server.
    Server,
}

impl<'a> Arrived<'a> {
    /// Returns the values of a header.
    pub fn values(self, name: &str) -> impl Iterator<Item = &'a str> {
        named(self.headers, name)
    }

    /// Returns the first value of a header.
    pub fn header(self, name: &str) -> Option<&'a str> {
        self.values(name).next()
    }
}

/// Returns the values of a header, whose name may be written in any case.
pub fn named<'a>(headers: &'a [(String, String)], name: &str) -> impl Iterator<Item = &'a str> {
    let lines = headers.iter().filter(move |(known, _)| known.eq_ignore_ascii_case(name));
    lines.map(|(_, value)| value.as_str())
}

/// Whether a piece is one of a plan's items; of a binary message there are only digits.
fn is_item(raw: &str, is_hex: bool) -> bool {
    // `{"n":` begins each of them.
    if is_hex { raw.starts_with("7b226e223a") } else { raw.contains("{\"n\":") }
}
