//! A response's body, given to HTTP/2 piece by piece.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use axum::body::{Body, Bytes, HttpBody};
use http_body::{Frame, SizeHint};

use super::{SMALL, Stream};
use crate::budget::{Budget, NoRoom};
use crate::connection::Ended;
use crate::in_use::Use;

/// A response's body, as long as which its connection is used.
///
/// HTTP/2 takes whatever it is given and keeps it until there is room in the client's window, and a
/// stream whose end it has been given is nobody's any longer. So it is given pieces, and the end only
/// where everything before it has found room.
pub(super) struct Sending {
    body: Body,
    stream: Stream,
    budget: Budget,
    /// What was looked at.
    ahead: Option<Option<Polled>>,
    /// What came out of the body and was not given away.
    rest: Bytes,
    /// How much there is still to give, where that is known.
    left: Option<u64>,
    /// Whether the end follows at once.
    is_short: bool,
    _in_use: Arc<Use>,
}

impl Sending {
    /// Begins with a body of which it is perhaps known how long it is.
    pub(super) fn new(
        body: Body,
        left: Option<u64>,
        stream: Stream,
        budget: Budget,
        in_use: Arc<Use>,
    ) -> Self {
        let is_short = left.is_some_and(|left| left <= SMALL as u64);
        Self {
            body,
            stream,
            budget,
            ahead: None,
            rest: Bytes::new(),
            left,
            is_short,
            _in_use: in_use,
        }
    }

    /// Looks at what there is of the body at once, if there is something.
    ///
    /// # Errors
    ///
    /// Where there is no memory for it.
    pub(super) fn look(&mut self, cx: &mut Context<'_>) -> Result<(), NoRoom> {
        if let Poll::Ready(polled) = Pin::new(&mut self.body).poll_frame(cx) {
            self.ahead = Some(match polled {
                Some(Ok(frame)) if frame.is_data() => {
                    let data = frame.into_data().unwrap_or_default();
                    Some(Ok(Frame::data(counted(data, &self.budget)?)))
                }
                other => other,
            });
        }
        Ok(())
    }

    /// Gives a piece of what there is away.
    fn piece(&mut self) -> Bytes {
        let mut size = self.rest.len().min(self.stream.piece_max());
        let is_last = self.left == Some(self.rest.len() as u64);
        if is_last && size == self.rest.len() && size > 1 && !self.is_short {
            size -= 1;
        }
        let piece = self.rest.split_to(size);
        self.left = self.left.map(|left| left.saturating_sub(size as u64));
        self.stream.hands_over(size);
        piece
    }
}

impl HttpBody for Sending {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Polled>> {
        self.stream.asked();
        if self.rest.is_empty() {
            let polled = match self.ahead.take() {
                Some(polled) => polled,
                None => ready!(Pin::new(&mut self.body).poll_frame(cx)),
            };
            let frame = match polled {
                Some(Ok(frame)) if frame.data_ref().is_some_and(|data| !data.is_empty()) => frame,
                other => return Poll::Ready(other),
            };
            let data = frame.into_data().unwrap_or_default();
            self.rest = counted(data, &self.budget).map_err(|no_room| {
                self.stream.ending().is(Ended::NoRoom);
                axum::Error::new(no_room)
            })?;
        }
        let piece = self.piece();
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        let is_all_given = self.ahead.is_none() && self.rest.is_empty();
        is_all_given && (self.left == Some(0) || self.body.is_end_stream())
    }

    fn size_hint(&self) -> SizeHint {
        match self.left {
            Some(left) => SizeHint::with_exact(left),
            None => SizeHint::default(),
        }
    }
}

type Polled = Result<Frame<Bytes>, axum::Error>;

/// Has bytes be counted for as long as any of them is kept, unless others keep them anyway.
fn counted(bytes: Bytes, budget: &Budget) -> Result<Bytes, NoRoom> {
    if bytes.len() <= SMALL || !bytes.is_unique() {
        return Ok(bytes);
    }
    let mut share = budget.share();
    share.resize(bytes.len())?;
    Ok(share.hold(bytes))
}
