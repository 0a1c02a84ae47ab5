//! A socket's frames as they pass, for a ledger.

use super::frames::{Frame, Frames};
use crate::ledger::{Recorder, Sender};

/// Writes down what passes.
#[derive(Debug)]
pub(super) struct Record {
    recorder: Recorder,
    from_client: Frames,
    from_server: Frames,
    /// How many frames are still written down, once the socket is over.
    left: Option<usize>,
}

impl Record {
    pub(super) fn new(recorder: Recorder) -> Self {
        let keep = recorder.shown_max();
        let frames = || Frames::new(keep);
        Self { recorder, from_client: frames(), from_server: frames(), left: None }
    }

    /// Looks at what came, with its mask.
    pub(super) fn received(&mut self, bytes: &[u8]) {
        let Self { recorder, from_client, left, .. } = self;
        from_client.pass(bytes, |frame| note(recorder, left, Sender::Client, &frame));
    }

    /// Looks at what was written.
    pub(super) fn sent(&mut self, bytes: &[u8]) {
        let Self { recorder, from_server, left, .. } = self;
        from_server.pass(bytes, |frame| note(recorder, left, Sender::Server, &frame));
    }

    /// Writes down why the socket is over. What a client goes on to say is written down as well, as far
    /// as it does not push that out.
    pub(super) fn ended(&mut self, reason: &str) {
        self.recorder.ended(reason);
        self.left = Some(AFTER_THE_END);
    }
}

fn note(recorder: &Recorder, left: &mut Option<usize>, sender: Sender, frame: &Frame) {
    match left {
        Some(0) => return,
        Some(left) => *left -= 1,
        None => {}
    }
    recorder.frame(sender, frame.kind, frame.size, &frame.payload, frame.is_cut);
}

impl Drop for Record {
    fn drop(&mut self) {
        let Self { recorder, from_client, from_server, left } = self;
        let sides = [(Sender::Client, from_client), (Sender::Server, from_server)];
        for (sender, frames) in sides {
            if let Some(frame) = frames.rest() {
                note(recorder, left, sender, &frame);
            }
        }
    }
}

/// How many frames are written down after the end.
const AFTER_THE_END: usize = 8;
