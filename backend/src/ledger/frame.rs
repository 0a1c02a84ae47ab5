//! A WebSocket's frames as they are written down.

use std::borrow::Cow;

use echoclock_shared::ledger::{Kind, What};

use super::{Note, Recorder};

/// Who sends a frame.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Sender {
    /// The client.
    Client,
    /// The server.
    Server,
}

impl Recorder {
    /// Writes down a frame; `size` counts its header, `payload` is what is known of what it says.
    pub(crate) fn frame(
        &self,
        sender: Sender,
        kind: Kind,
        size: u64,
        payload: &[u8],
        is_cut: bool,
    ) {
        let (piece, cut) = self.piece(kind, &shown(kind, payload));
        let what = match sender {
            Sender::Client => What::Received(piece),
            Sender::Server => What::Sent(piece),
        };
        self.note(Note { size, what, cut: cut || is_cut, computed: false });
    }

    /// Writes down why a socket is over.
    pub(crate) fn ended(&self, reason: &str) {
        self.note(Note::ended(reason));
    }
}

/// Returns what is shown of a payload: of a close frame its code and its reason.
fn shown(kind: Kind, payload: &[u8]) -> Cow<'_, [u8]> {
    match payload.split_first_chunk() {
        Some((code, reason)) if kind == Kind::Close => {
            let code = u16::from_be_bytes(*code).to_string().into_bytes();
            let space: &[u8] = if reason.is_empty() { b"" } else { b" " };
            Cow::Owned([&code, space, reason].concat())
        }
        Some(_) | None => Cow::Borrowed(payload),
    }
}
