//! A connection's HTTP side, and what else has it end.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::server::conn::{http1, http2};
use hyper_util::rt::TokioIo;
use tokio::time::{Sleep, sleep};
use tokio_util::sync::CancellationToken;

use super::line::{Flushed, Line, Speaks};
use super::{Over, Patience, Service, Talk};
use crate::handover::{Framing, Handover, Pieces};
use crate::http2::{Parting, Streams};
use crate::in_use::InUse;
use crate::places::Guest;

/// What holds a connection for a while.
pub(super) trait Held {
    /// What comes of it.
    type End;

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<Self::End, String>>;

    /// Has it end after what is under way.
    fn finish(&mut self);
}

/// Polls it to its end, unless its client is silent for too long, or it has to make room; once
/// `finish` is cancelled it ends after what is under way.
///
/// Where it has to make room, nothing more is begun, what is under way has [`LEAVE_WITHIN`], and
/// what comes of it is over as well: its place has been given back.
pub(super) async fn drive<H: Held>(
    mut held: H,
    patience: &mut Patience,
    finish: &CancellationToken,
    guest: &Guest,
) -> Result<H::End, String> {
    let mut finished = pin!(finish.cancelled());
    let mut sent_away = pin!(guest.sent_away());
    let mut leaves: Option<Pin<Box<Sleep>>> = None;
    let mut finishing = false;
    let made_room = || "it made room for others".to_owned();
    poll_fn(|cx| {
        loop {
            if leaves.is_none() && sent_away.as_mut().poll(cx).is_ready() {
                if guest.goes_at_once() || patience.rests(patience.look()) {
                    return Poll::Ready(Err(made_room()));
                }
                guest.go_gently();
                leaves = Some(Box::pin(sleep(LEAVE_WITHIN)));
                if !finishing {
                    finishing = true;
                    held.finish();
                }
            }
            let end = held.poll(cx);
            let look = patience.look();
            // Also at the end: what it has become by an upgrade does not rest.
            guest.note(patience.rests(look));
            if let Poll::Ready(end) = end {
                let end = if guest.is_sent_away() { Err(made_room()) } else { end };
                return Poll::Ready(end);
            }
            if leaves.as_mut().is_some_and(|leaves| leaves.as_mut().poll(cx).is_ready()) {
                return Poll::Ready(Err(made_room()));
            }
            let is_to_finish = match patience.poll(look, cx) {
                Poll::Ready(Over::AtOnce) => {
                    return Poll::Ready(Err("the client said nothing for too long".to_owned()));
                }
                Poll::Ready(Over::AfterThis) => true,
                Poll::Pending => !finishing && finished.as_mut().poll(cx).is_ready(),
            };
            if finishing || !is_to_finish {
                return Poll::Pending;
            }
            finishing = true;
            held.finish();
        }
    })
    .await
}

/// How long what is under way may take to end where its connection was sent away.
const LEAVE_WITHIN: Duration = Duration::from_secs(2);

/// A connection of which it is not known yet what it speaks.
pub(super) struct Opening<'a>(pub(super) Option<&'a mut Line>);

impl Held for Opening<'_> {
    /// Nothing where it is to end.
    type End = Option<Speaks>;

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<Self::End, String>> {
        let Self(Some(line)) = self else { return Poll::Ready(Ok(None)) };
        line.poll_speaks(cx).map(|spoken| spoken.map(Some).map_err(|error| error.to_string()))
    }

    fn finish(&mut self) {
        self.0 = None;
    }
}

/// A connection of HTTP/1.
pub(super) struct Http1<S: Service> {
    /// Here until an answer is left.
    pub(super) held: Option<http1::UpgradeableConnection<TokioIo<Line>, S>>,
    pub(super) talk: Arc<Talk>,
    pub(super) flushed: Flushed,
    pub(super) handover: Handover,
}

/// An answer that the HTTP side has begun and that is to be carried on.
pub(super) struct Left {
    pub(super) line: Line,
    pub(super) pieces: Pieces,
    pub(super) framing: Framing,
}

impl<S: Service> Held for Http1<S> {
    /// Nothing where there are no more requests.
    type End = Option<Left>;

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<Self::End, String>> {
        let Some(held) = &mut self.held else { return Poll::Ready(Ok(None)) };
        if let Poll::Ready(end) = Pin::new(held).poll(cx) {
            if let Err(error) = &end {
                self.talk.gave_up(error);
            }
            return Poll::Ready(end.map(|()| None).map_err(|error| error.to_string()));
        }
        if !self.flushed.is() {
            return Poll::Pending;
        }
        let Some((pieces, framing)) = self.handover.take() else { return Poll::Pending };
        let parts = self.held.take().and_then(http1::UpgradeableConnection::into_parts);
        Poll::Ready(Ok(parts.map(|parts| {
            let mut line = parts.io.into_inner();
            let goes_on = framing.goes_on && line.unread(&parts.read_buf);
            if !goes_on {
                line.reads_no_more();
            }
            Left { line, pieces, framing: Framing { goes_on, ..framing } }
        })))
    }

    fn finish(&mut self) {
        if let Some(held) = &mut self.held {
            Pin::new(held).graceful_shutdown();
        }
    }
}

/// A connection of HTTP/2.
pub(super) struct Http2<S: Service> {
    pub(super) held: Pin<Box<http2::Connection<TokioIo<Line>, S, Streams>>>,
    pub(super) in_use: InUse,
    pub(super) begin_parting: Box<dyn Fn() -> Parting + Send>,
    /// Once it was told to end.
    pub(super) parting: Option<Parting>,
}

impl<S: Service> Held for Http2<S> {
    type End = ();

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), String>> {
        if let Poll::Ready(end) = self.held.as_mut().poll(cx) {
            return Poll::Ready(end.map_err(|error| error.to_string()));
        }
        if let Some(parting) = &mut self.parting
            && self.in_use.is_idle(cx.waker())
            && Parting::poll(parting, cx).is_ready()
        {
            return Poll::Ready(Err("the client did not read on".to_owned()));
        }
        Poll::Pending
    }

    fn finish(&mut self) {
        self.parting = Some((self.begin_parting)());
        self.held.as_mut().graceful_shutdown();
    }
}
