//! What passes on an HTTP/1 connection, written down byte for byte.

use echoclock_shared::ledger::{self, Kind, What, cut};
use echoclock_shared::pass::PARAMETER as PASS;

use super::{Note, Recorder};
use crate::connection::Ended;
use crate::drain::Drain;
use crate::http1::{Head, How, Witness, status_of};
use crate::parameter::masked;

/// Writes a link's ledger from what its connection shows.
pub(super) struct OnTheWire {
    recorder: Recorder,
    drain: Drain,
    has_response: bool,
}

impl OnTheWire {
    pub(super) fn new(recorder: Recorder, drain: Drain) -> Self {
        Self { recorder, drain, has_response: false }
    }

    fn note(&self, size: u64, what: What, cut: bool) {
        self.recorder.note(Note { size, what, cut, computed: false });
    }
}

impl Witness for OnTheWire {
    fn request(&mut self, head: Head<'_>) {
        let start = String::from_utf8_lossy(head.start());
        let mut words = start.split(' ');
        let mut word = || words.next().unwrap_or_default();
        let (method, target, version) = (word(), word(), word());
        let (what, cut) = self.recorder.request(method, target, version, head.fields());
        self.note(head.0.len() as u64, what, cut);
    }

    fn received(&mut self, size: u64, data: &[u8]) {
        let (piece, cut) = self.recorder.piece(Kind::Body, data);
        self.note(size, What::Received(piece), cut);
    }

    fn response(&mut self, head: Head<'_>) {
        let status = status_of(head.start()).unwrap_or_default();
        self.has_response |= status >= 200;
        let (headers, cut) = self.recorder.headers(head.fields());
        self.note(head.0.len() as u64, What::Response { status, headers }, cut);
    }

    fn sent(&mut self, size: u64, data: &[u8]) {
        let (piece, cut) = self.recorder.piece(Kind::Body, data);
        self.note(size, What::Sent(piece), cut);
    }

    fn ended(&mut self, size: u64, how: How) {
        let reason = match how {
            // The head has told the length; and what a socket's end is, it tells itself.
            How::Sized | How::Upgraded => return,
            How::Complete => reached(&self.drain),
            How::Left if self.has_response => Ended::Left.reason(),
            How::Left => LEFT_UNANSWERED,
            How::Lost => Ended::Lost.reason(),
            How::Stalled => Ended::Stalled.reason(),
            How::Stopped => Ended::Stopped.reason(),
            How::Dropped => "the server ended the connection",
            How::Cut => Ended::Cut.reason(),
        };
        self.recorder.note(Note { size, ..Note::ended(reason) });
    }
}

impl Recorder {
    /// Returns what a request's head says, and whether there was more text.
    pub(super) fn request<'a>(
        &self,
        method: &str,
        target: &str,
        version: &str,
        headers: impl IntoIterator<Item = (&'a [u8], &'a [u8])>,
    ) -> (What, bool) {
        let (headers, headers_cut) = self.headers(headers);
        let target = masked(target, PASS);
        let (target, target_cut) = cut(&target, self.limits().text);
        self.text_cut(target_cut);
        let what = What::Request {
            method: cut(method, METHOD_MAX).0.to_owned(),
            target: target.to_owned(),
            version: version.to_owned(),
            headers,
        };
        (what, headers_cut || target_cut)
    }
}

/// Says why a response's end was reached.
pub(super) fn reached(drain: &Drain) -> &'static str {
    if drain.has_begun() { ledger::STOPPED } else { ledger::NO_MORE }
}

/// The client left before it was answered.
pub(super) const LEFT_UNANSWERED: &str = "the client left before the answer";

/// How much of a method is kept; those that are taken are shorter.
const METHOD_MAX: usize = 32;
