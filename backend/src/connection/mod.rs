//! A TCP connection as the server holds it: what passes is looked at, a client that does not take
//! what is written ends it, and it is closed gently.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::runtime::Handle;

use crate::hits::Hits;
use crate::http1::How;
use crate::limits::Limits;
use crate::places::{Guest, Seat};
use crate::waiting::Waiting;

mod tap;
pub(crate) use tap::{Exchange, Look, Tap};

mod presence;
pub(crate) use presence::Presence;

mod ending;
pub(crate) use ending::{Ended, Ending, until_cut};

mod options;
use options::{Vigilance, reset_at_the_end, set_options};

mod linger;
use linger::linger;

/// An accepted connection.
#[derive(Debug)]
pub(crate) struct Connection {
    /// Here until it is dropped.
    open: Option<(TcpStream, Seat)>,
    tap: Tap,
    /// Whether it carries HTTP, as far as anybody looks.
    is_http: bool,
    presence: Presence,
    /// Whether a request is being answered, so that nobody else looks whether its client is there.
    is_answering: bool,
    /// Whether nobody wants to see what goes out.
    is_unseen: bool,
    /// How fast the client takes what is written.
    taking: Waiting,
    vigilance: Vigilance,
    ending: Ending,
}

/// The connection has to make room for others.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("it made room for others")]
pub(crate) struct MadeRoom;

impl Connection {
    /// Takes a connection over, with its share of the connections there may be.
    pub(crate) fn new(stream: TcpStream, seat: Seat, limits: &Limits, hits: Hits) -> Self {
        if let Err(error) = set_options(&stream) {
            tracing::debug!(%error, "a connection's options could not be set");
        }
        Self {
            open: Some((stream, seat)),
            tap: Tap::new(),
            is_http: true,
            presence: Presence::default(),
            is_answering: false,
            is_unseen: false,
            taking: Waiting::new(limits.taking(), hits),
            vigilance: Vigilance::default(),
            ending: Ending::default(),
        }
    }

    /// Returns what looks at all that passes.
    pub(crate) fn tap(&self) -> Tap {
        self.tap.clone()
    }

    /// Returns what learns whether the client is there.
    pub(crate) fn presence(&self) -> Presence {
        self.presence.clone()
    }

    /// Returns what learns how it ends.
    pub(crate) fn ending(&self) -> Ending {
        self.ending.clone()
    }

    /// Returns what learns that it has to make room for others.
    pub(crate) fn guest(&self) -> Arc<Guest> {
        let (_, seat) = self.open.as_ref().expect("the stream is there until the drop");
        seat.guest()
    }

    /// Says that what an upgrade has led to takes over, so that nobody looks at what passes.
    ///
    /// # Errors
    ///
    /// Where the connection was sent away before, and its place is another's.
    pub(crate) fn is_no_longer_http(&mut self) -> Result<(), MadeRoom> {
        self.is_http = false;
        self.is_answering = false;
        let guest = self.guest();
        guest.note(false);
        if guest.is_sent_away() { Err(MadeRoom) } else { Ok(()) }
    }

    /// Says that the connection ends after the answer that it is at, whatever was read ahead.
    pub(crate) fn reads_no_more(&mut self) {
        self.tap.reads_no_more();
    }

    /// Has whole chunks of an answer go out without being looked at, unless somebody wants to see
    /// them.
    pub(crate) fn begin_chunks(&mut self) {
        self.is_unseen = !self.tap.is_seen();
    }

    /// Has what goes out be looked at again: what ends an answer in chunks is not one of them.
    pub(crate) fn end_chunks(&mut self) {
        self.is_unseen = false;
    }

    fn stream(&mut self) -> Pin<&mut TcpStream> {
        let (stream, _) = self.open.as_mut().expect("the stream is there until the drop");
        Pin::new(stream)
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
        let (stream, _) = self.open.as_ref().expect("the stream is there until the drop");
        match &written {
            Poll::Ready(Ok(bytes)) => {
                self.vigilance.passed(stream);
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
        self.vigilance.waits(stream);
        self.ending.set_blocked(true);
        ready!(self.taking.poll(cx));
        self.ending.is(Ended::Stalled);
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the client stopped reading")))
    }

    /// Looks whether the client has closed its side while it is being answered.
    ///
    /// The HTTP side does not read then, and could not tell one that has asked all that it wants
    /// from one that has left: only what is written from here on shows that.
    fn look_for_an_end(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        if !self.is_answering || self.presence.has_closed() {
            return Ok(());
        }
        let (stream, _) = self.open.as_ref().expect("the stream is there until the drop");
        let mut byte = [0];
        match stream.poll_peek(cx, &mut ReadBuf::new(&mut byte)) {
            Poll::Ready(Ok(0)) => self.presence.close(),
            Poll::Ready(Ok(_)) | Poll::Pending => {}
            Poll::Ready(Err(error)) => {
                self.ending.is(Ended::by(&error));
                return Err(error);
            }
        }
        Ok(())
    }
}

/// Whether there is room for a gentle end.
fn may_linger(guest: &Guest) -> bool {
    !guest.is_sent_away() || guest.goes_gently()
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let room = buffer.remaining() > 0;
        let read = ready!(self.stream().poll_read(cx, buffer));
        let bytes = &buffer.filled()[before..];
        match &read {
            Err(error) => self.ending.is(Ended::by(error)),
            Ok(()) if room && bytes.is_empty() => self.ending.is(Ended::Left),
            Ok(()) if self.is_http => self.is_answering = self.tap.received(bytes),
            Ok(()) => {}
        }
        Poll::Ready(read)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = self.stream().poll_write(cx, bytes);
        if let Poll::Ready(Ok(written)) = &written
            && self.is_http
            && !self.is_unseen
        {
            self.is_answering = self.tap.sent([&bytes[..*written]]);
        }
        self.watch(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = self.stream().poll_write_vectored(cx, slices);
        if let Poll::Ready(Ok(written)) = &written
            && !self.is_unseen
        {
            let mut left = *written;
            self.is_answering = self.tap.sent(slices.iter().map(|slice| {
                let (sent, _) = slice.split_at(slice.len().min(left));
                left -= sent.len();
                sent
            }));
        }
        self.watch(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.look_for_an_end(cx)?;
        self.stream().poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream().poll_shutdown(cx)
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        let Some((stream, seat)) = self.open.take() else { return };
        let ended = self.ending.get();
        let how = ended.map_or(How::Dropped, How::from);
        let is_stalled = ended == Some(Ended::Stalled) || self.ending.is_blocked();
        if is_stalled || ended == Some(Ended::Cut) {
            // Whoever has ended it: what the system still keeps for a client that does not read would
            // outlive the connection's place. And where a response goes on to the connection's end,
            // any other end than this would be taken for its own.
            reset_at_the_end(&stream);
            self.tap.closed(how);
            return;
        }
        // Nobody but the system judges the client from here on.
        self.vigilance.ends(&stream);
        // Without a runtime the process is ending, and the system closes what is left.
        match (ended, Handle::try_current()) {
            (None | Some(Ended::Stopped), Ok(runtime)) if may_linger(&seat.guest()) => {
                runtime.spawn(linger(stream, self.tap.clone(), how, seat));
            }
            (_, _) => self.tap.closed(how),
        }
    }
}
