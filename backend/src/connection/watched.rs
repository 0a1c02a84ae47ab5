//! A connection that a client ends which does not take what is written.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::accepted::Accepted;
use super::ending::{Ended, Ending};
use super::options::{Vigilance, reset_at_the_end, set_options};
use crate::hits::Hits;
use crate::limits::Limits;
use crate::waiting::Waiting;

/// What the system has accepted, watched for how fast the client takes what is written to it.
#[derive(Debug)]
pub(super) struct Watched {
    accepted: Accepted,
    /// How fast the client takes what is written.
    taking: Waiting,
    vigilance: Vigilance,
    ending: Ending,
}

impl Watched {
    pub(super) fn new(accepted: Accepted, ending: Ending, limits: &Limits, hits: Hits) -> Self {
        if let Err(error) = set_options(&accepted) {
            tracing::debug!(%error, "a connection's options could not be set");
        }
        let taking = Waiting::new(limits.taking(), hits);
        Self { accepted, taking, vigilance: Vigilance::default(), ending }
    }

    /// Has the system forget what it keeps for the client when the connection is closed.
    pub(super) fn reset_at_the_end(&self) {
        reset_at_the_end(&self.accepted);
    }

    /// Leaves the client to the system, which judges it alone from here on.
    pub(super) fn ends(&self) {
        self.vigilance.ends(&self.accepted);
    }

    /// Passes a write's outcome on, and fails the write once the client has taken too little for
    /// too long.
    ///
    /// All that can be seen is what the system takes, which it does when the client's system has
    /// taken what came before; so it is told to keep little back that it has not sent.
    fn watch(
        &mut self,
        cx: &mut Context<'_>,
        written: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        match &written {
            Poll::Ready(Ok(bytes)) => {
                self.vigilance.passed(&self.accepted);
                self.taking.passed(*bytes);
                self.ending.wrote(*bytes);
                self.ending.set_blocked(false);
                return written;
            }
            Poll::Ready(Err(error)) => {
                self.ending.is(Ended::by(error));
                return written;
            }
            Poll::Pending => {}
        }
        self.vigilance.waits(&self.accepted);
        self.ending.set_blocked(true);
        ready!(self.taking.poll(cx));
        self.ending.is(Ended::Stalled);
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the client stopped reading")))
    }
}

impl AsyncRead for Watched {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.accepted).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Watched {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.accepted).poll_write(cx, bytes);
        self.watch(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.accepted).poll_write_vectored(cx, slices);
        self.watch(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.accepted.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.accepted).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.accepted).poll_shutdown(cx)
    }
}
