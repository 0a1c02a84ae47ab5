//! A socket's frames as they pass, for a ledger.

use super::frames::{Frame, Frames};
use crate::ledger::{Recorder, Sender};

/// Writes down what passes.
#[derive(Debug)]
pub(super) struct Record {
    recorder: Recorder,
    from_client: Frames,
    from_server: Frames,
}

impl Record {
    pub(super) fn new(recorder: Recorder) -> Self {
        let keep = recorder.shown_max();
        Self { recorder, from_client: Frames::new(keep), from_server: Frames::new(keep) }
    }

    /// Looks at what came, with its mask.
    pub(super) fn received(&mut self, bytes: &[u8]) {
        self.from_client.pass(bytes, |frame| note(&self.recorder, Sender::Client, &frame));
    }

    /// Looks at what was written.
    pub(super) fn sent(&mut self, bytes: &[u8]) {
        self.from_server.pass(bytes, |frame| note(&self.recorder, Sender::Server, &frame));
    }

    /// Writes down why the socket is over. What a client goes on to say is written down as well.
    pub(super) fn ended(&self, reason: &str) {
        self.recorder.ended(reason);
    }
}

fn note(recorder: &Recorder, sender: Sender, frame: &Frame) {
    recorder.frame(sender, frame.kind, frame.size, &frame.payload, frame.is_cut);
}

impl Drop for Record {
    fn drop(&mut self) {
        let sides =
            [(Sender::Client, &mut self.from_client), (Sender::Server, &mut self.from_server)];
        for (sender, frames) in sides {
            if let Some(frame) = frames.rest() {
                note(&self.recorder, sender, &frame);
            }
        }
    }
}
