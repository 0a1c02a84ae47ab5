//! An answer that does not end by itself, as it is carried once its head is on its way.
//!
//! Over HTTP/1 nothing else can pass on its connection, so the connection carries it on without the
//! HTTP side, whose buffers alone are many times as large as all that a follower needs.

use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use axum::body::{Bytes, HttpBody};
use futures_util::Stream;
use http_body::Frame;

use crate::feed::{Run, chunk};

/// What goes out next.
#[derive(Debug)]
pub(crate) enum Piece {
    /// These bytes; there are some.
    Bytes(Bytes),
    /// These items, a chunk each.
    Run(Run),
}

impl Piece {
    /// Returns how many bytes it has, without what frames it.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Bytes(bytes) => bytes.len(),
            Self::Run(run) => run.size(),
        }
    }

    /// Returns the bytes of each chunk.
    fn chunks(&self) -> impl Iterator<Item = Bytes> {
        let (bytes, run) = match self {
            Self::Bytes(bytes) => (Some(bytes.clone()), None),
            Self::Run(run) => (None, Some(run.items())),
        };
        bytes.into_iter().chain(run.into_iter().flatten())
    }

    /// Returns its bytes as they pass where chunks are framed.
    pub(crate) fn framed(&self) -> Bytes {
        match self {
            Self::Bytes(bytes) => chunk(bytes),
            Self::Run(run) => run.in_a_row(),
        }
    }

    /// Returns its bytes as they pass where nothing is framed.
    pub(crate) fn bare(&self, put: impl FnMut(Bytes)) {
        self.chunks().for_each(put);
    }
}

/// An answer breaks off here, and does not end as it should.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the answer breaks off")]
pub(crate) struct BreaksOff;

/// All that goes out, piece by piece.
pub(crate) type Pieces = Pin<Box<dyn Stream<Item = Result<Piece, BreaksOff>> + Send>>;

/// Where an answer is left for its connection: an extension of a request, where the connection can
/// carry on the answer; a cheap handle.
#[derive(Clone, Default)]
pub(crate) struct Handover(Arc<Mutex<Left>>);

#[derive(Default)]
struct Left {
    framing: Framing,
    pieces: Option<Pieces>,
}

/// How an answer goes out.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Framing {
    /// Whether in chunks; otherwise it ends with the connection.
    pub(crate) is_chunked: bool,
    /// Whether the connection goes on after it.
    pub(crate) goes_on: bool,
}

impl Handover {
    /// Says how the answer goes out that may be left next.
    pub(crate) fn set_framing(&self, framing: Framing) {
        self.left().framing = framing;
    }

    fn leave(&self, pieces: Pieces) {
        self.left().pieces = Some(pieces);
    }

    /// Takes what was left.
    pub(crate) fn take(&self) -> Option<(Pieces, Framing)> {
        let mut left = self.left();
        let pieces = left.pieces.take()?;
        Some((pieces, left.framing))
    }

    fn left(&self) -> MutexGuard<'_, Left> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Handover {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Handover")
    }
}

/// The answer as a body of the HTTP side: up to its end, or up to where it first has to wait and is
/// left for the connection.
pub(crate) struct Endless {
    /// Here until it is over or left.
    pieces: Option<Pieces>,
    /// Chunks of the last piece that are still to go out, the next one last.
    ready: Vec<Bytes>,
    handover: Option<Handover>,
}

impl Endless {
    pub(crate) fn new(pieces: Pieces, handover: Option<Handover>) -> Self {
        Self { pieces: Some(pieces), ready: vec![], handover }
    }
}

impl HttpBody for Endless {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let this = &mut *self;
        loop {
            if let Some(chunk) = this.ready.pop() {
                return Poll::Ready(Some(Ok(Frame::data(chunk))));
            }
            let Some(pieces) = &mut this.pieces else {
                return if this.handover.is_some() { Poll::Pending } else { Poll::Ready(None) };
            };
            let next = pieces.as_mut().poll_next(cx);
            if let (Poll::Pending, Some(handover)) = (&next, &this.handover) {
                this.pieces.take().into_iter().for_each(|pieces| handover.leave(pieces));
            }
            match ready!(next) {
                Some(Ok(piece)) => {
                    this.ready.extend(piece.chunks());
                    this.ready.reverse();
                }
                Some(Err(breaks_off)) => {
                    (this.pieces, this.handover) = (None, None);
                    return Poll::Ready(Some(Err(axum::Error::new(breaks_off))));
                }
                None => {
                    (this.pieces, this.handover) = (None, None);
                }
            }
        }
    }
}
