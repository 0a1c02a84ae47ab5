//! Bodies that are written down as the server takes and gives them, over HTTP/2.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::body::{Body, Bytes, HttpBody};
use echoclock_shared::ledger::{Kind, What};
use http_body::{Frame, SizeHint};

use super::wire::Framing;
use super::witness::reached;
use super::{Note, Recorder};
use crate::connection::Ending;
use crate::drain::Drain;

/// A request's body.
pub(super) struct FromClient {
    body: Body,
    recorder: Recorder,
}

impl FromClient {
    pub(super) fn new(body: Body, recorder: Recorder) -> Self {
        Self { body, recorder }
    }
}

impl HttpBody for FromClient {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Polled>> {
        let polled = ready!(Pin::new(&mut self.body).poll_frame(cx));
        if let Some(bytes) = data(polled.as_ref()) {
            let (piece, cut) = self.recorder.piece(Kind::Body, bytes);
            let size = bytes.len() as u64;
            self.recorder.note(Note { size, what: What::Received(piece), cut, computed: true });
        }
        Poll::Ready(polled)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A response's body.
pub(super) struct ToClient {
    body: Body,
    /// Here until the end is written.
    recorder: Option<Recorder>,
    framing: Framing,
    drain: Drain,
    ending: Ending,
}

impl ToClient {
    pub(super) fn new(
        body: Body,
        recorder: Recorder,
        framing: Framing,
        drain: Drain,
        ending: Ending,
    ) -> Self {
        Self { body, recorder: Some(recorder), framing, drain, ending }
    }

    fn ends(&mut self, size: u64, reason: &str) {
        if let Some(recorder) = self.recorder.take() {
            recorder.note(Note { size, computed: size > 0, ..Note::ended(reason) });
        }
    }
}

impl HttpBody for ToClient {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Polled>> {
        let polled = ready!(Pin::new(&mut self.body).poll_frame(cx));
        let framing = self.framing;
        match (&polled, &self.recorder) {
            (None, _) => {
                let reason = reached(&self.drain);
                match framing {
                    // The head has told the length.
                    Framing::Sized => self.recorder = None,
                    Framing::Chunks => self.ends(framing.end(), reason),
                }
            }
            (Some(Err(error)), _) => {
                let reason = match self.ending.get() {
                    Some(ended) => ended.reason().to_owned(),
                    None => format!("broken off: {error}"),
                };
                self.ends(0, &reason);
            }
            (Some(Ok(_)), Some(recorder)) => {
                if let Some(bytes) = data(polled.as_ref()) {
                    let (piece, cut) = recorder.piece(Kind::Body, bytes);
                    let size = framing.block(bytes.len());
                    recorder.note(Note { size, what: What::Sent(piece), cut, computed: true });
                }
            }
            (Some(Ok(_)), None) => {}
        }
        Poll::Ready(polled)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for ToClient {
    fn drop(&mut self) {
        // What has told its length may not be asked whether there is more.
        if self.body.size_hint().exact() != Some(0) {
            self.ends(0, self.ending.clone().reason());
        }
    }
}

type Polled = Result<Frame<Bytes>, axum::Error>;

/// Returns the bytes of a frame that has some: an empty one is not written.
fn data(polled: Option<&Polled>) -> Option<&Bytes> {
    let Some(Ok(frame)) = polled else { return None };
    frame.data_ref().filter(|bytes| !bytes.is_empty())
}
