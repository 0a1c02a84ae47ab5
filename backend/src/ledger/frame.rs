//! A WebSocket's frames as they are written down.

use std::borrow::Cow;

use axum::extract::ws::Message;
use echoclock_shared::ledger::{Kind, Piece, What};

use super::{Recorder, wire};

/// Who sends a frame.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Sender {
    /// The client.
    Client,
    /// The server.
    Server,
}

impl Recorder {
    /// Writes down a frame, and the answer that the protocol gives by itself.
    pub(crate) fn frame(&self, sender: Sender, message: &Message) {
        let (kind, payload, shown) = parts(message);
        let (piece, cut) = Piece::of(kind, &shown, self.limits().text);
        let what = match sender {
            Sender::Client => What::Received(piece),
            Sender::Server => What::Sent(piece),
        };
        let size = wire::frame(payload, sender == Sender::Client);
        self.note(size, (what, cut));
        if let (Sender::Client, Message::Ping(bytes)) = (sender, message) {
            self.frame(Sender::Server, &Message::Pong(bytes.clone()));
        }
    }

    /// Writes down why a socket is over.
    pub(crate) fn ended(&self, reason: &str) {
        self.note(0, (What::Ended { reason: reason.to_owned() }, false));
    }
}

/// Returns what kind of frame it is, its payload's length, and what is shown of it.
fn parts(message: &Message) -> (Kind, usize, Cow<'_, [u8]>) {
    match message {
        Message::Text(text) => (Kind::Text, text.len(), Cow::Borrowed(text.as_bytes())),
        Message::Binary(bytes) => (Kind::Binary, bytes.len(), Cow::Borrowed(bytes)),
        Message::Ping(bytes) => (Kind::Ping, bytes.len(), Cow::Borrowed(bytes)),
        Message::Pong(bytes) => (Kind::Pong, bytes.len(), Cow::Borrowed(bytes)),
        Message::Close(None) => (Kind::Close, 0, Cow::Borrowed(&[])),
        Message::Close(Some(frame)) => {
            let reason = frame.reason.as_str();
            let shown = format!("{} {reason}", frame.code);
            (Kind::Close, 2 + reason.len(), Cow::Owned(shown.trim_end().as_bytes().to_vec()))
        }
    }
}
