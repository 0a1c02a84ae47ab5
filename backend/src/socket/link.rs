//! What carries a socket's bytes.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::task::coop::{self, RestoreOnPending};

use crate::connection::{Connection, Ended, MadeRoom};
use crate::conversation::Line;
use crate::hits::Hits;
use crate::http2::CONNECTION_WINDOW;
use crate::in_use::Use;
use crate::limits::Limits;
use crate::waiting::Waiting;

/// What carries a socket's bytes, and gives up a client that does not take them.
#[derive(Debug)]
pub(super) struct Link {
    /// What the HTTP side had read already.
    early: Bytes,
    carrier: Carrier,
}

#[derive(Debug)]
enum Carrier {
    /// A connection of its own; what the HTTP side had around it is given back.
    Connection(Connection),
    /// A stream of a connection of HTTP/2.
    Stream(Tunnel),
}

#[derive(Debug)]
struct Tunnel {
    stream: TokioIo<Upgraded>,
    /// Whether all that was written has left.
    has_left: bool,
    /// How fast the client takes what is written.
    taking: Waiting,
    /// The connection's use, which learns when its bytes are not read for the first time.
    unread: Option<Arc<Use>>,
}

/// A turn of a task, given back unless it is used.
#[derive(Debug)]
pub(super) struct Turn(Option<RestoreOnPending>);

impl Turn {
    /// Says that it was used.
    pub(super) fn made_progress(&self) {
        if let Self(Some(turn)) = self {
            turn.made_progress();
        }
    }
}

impl Link {
    /// Takes over what carried a request.
    ///
    /// # Errors
    ///
    /// Where it has to make room for others.
    pub(super) fn new(
        upgraded: Upgraded,
        in_use: Option<Arc<Use>>,
        limits: &Limits,
        hits: Hits,
    ) -> Result<Self, MadeRoom> {
        match upgraded.downcast::<TokioIo<Line>>() {
            Ok(parts) => {
                let (mut connection, unread) = parts.io.into_inner().into_parts();
                connection.is_no_longer_http()?;
                let early = [parts.read_buf, unread].concat().into();
                let mut link = Self { early, carrier: Carrier::Connection(connection) };
                link.give_back();
                Ok(link)
            }
            Err(upgraded) => {
                let taking = Waiting::new(limits.taking(), hits);
                let stream = TokioIo::new(upgraded);
                let tunnel = Tunnel { stream, has_left: true, taking, unread: in_use };
                Ok(Self { early: Bytes::new(), carrier: Carrier::Stream(tunnel) })
            }
        }
    }

    /// Gives the HTTP side's buffer back, where it is read to its end.
    fn give_back(&mut self) {
        if self.early.is_empty() {
            self.early = Bytes::new();
        }
    }

    /// Waits for the task's turn where what carries the bytes does not: a stream has them ready for as
    /// long as its connection brings some.
    pub(super) fn poll_turn(&self, cx: &mut Context<'_>) -> Poll<Turn> {
        Poll::Ready(Turn(match &self.carrier {
            Carrier::Connection(_) => None,
            Carrier::Stream(_) => Some(ready!(coop::poll_proceed(cx))),
        }))
    }

    /// Reads as much as there is room for.
    pub(super) fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        bytes: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        if !self.early.is_empty() {
            let early = self.early.split_to(self.early.len().min(bytes.len()));
            bytes[..early.len()].copy_from_slice(&early);
            self.give_back();
            return Poll::Ready(Ok(early.len()));
        }
        let mut buffer = ReadBuf::new(bytes);
        ready!(match &mut self.carrier {
            Carrier::Connection(connection) => Pin::new(connection).poll_read(cx, &mut buffer),
            Carrier::Stream(tunnel) => Pin::new(&mut tunnel.stream).poll_read(cx, &mut buffer),
        })?;
        Poll::Ready(Ok(buffer.filled().len()))
    }

    /// Writes what can be written.
    pub(super) fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match &mut self.carrier {
            Carrier::Connection(connection) => Pin::new(connection).poll_write(cx, bytes),
            Carrier::Stream(tunnel) => {
                tunnel.has_left = false;
                let piece = &bytes[..bytes.len().min(STREAM_PIECE)];
                let written = Pin::new(&mut tunnel.stream).poll_write(cx, piece);
                tunnel.watch(cx, written)
            }
        }
    }

    /// Whether all that was written has left, as far as that is known.
    pub(super) fn has_left(&self) -> bool {
        match &self.carrier {
            Carrier::Connection(connection) => connection.has_left(),
            Carrier::Stream(tunnel) => tunnel.has_left,
        }
    }

    /// Waits until what was written has left.
    pub(super) fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.carrier {
            Carrier::Connection(connection) => Pin::new(connection).poll_flush(cx),
            Carrier::Stream(tunnel) => {
                let flushed = Pin::new(&mut tunnel.stream).poll_flush(cx).map_ok(|()| 0);
                ready!(tunnel.watch(cx, flushed))?;
                tunnel.has_left = true;
                Poll::Ready(Ok(()))
            }
        }
    }

    /// Says that it breaks off where it is dropped next.
    pub(super) fn is_cut(&self) {
        match &self.carrier {
            Carrier::Connection(connection) => connection.ending().is(Ended::Cut),
            // Nobody takes the end of a stream for that of a socket, which has a frame for it.
            Carrier::Stream(_) => {}
        }
    }

    /// Ends the server's side.
    pub(super) fn poll_shutdown(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.carrier {
            Carrier::Connection(connection) => Pin::new(connection).poll_shutdown(cx),
            Carrier::Stream(tunnel) => Pin::new(&mut tunnel.stream).poll_shutdown(cx),
        }
    }
}

impl Tunnel {
    /// Passes a write's outcome on, and fails it once the client has taken too little for too long.
    fn watch(
        &mut self,
        cx: &mut Context<'_>,
        written: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        match &written {
            Poll::Ready(Ok(bytes)) => self.taking.passed(*bytes),
            Poll::Ready(Err(_)) => {}
            Poll::Pending => {
                // Nothing is read meanwhile.
                if let Some(in_use) = self.unread.take() {
                    in_use.keeps(CONNECTION_WINDOW as usize);
                }
                ready!(self.taking.poll(cx));
                let error = io::Error::new(io::ErrorKind::TimedOut, "the client stopped reading");
                return Poll::Ready(Err(error));
            }
        }
        written
    }
}

/// How much is written to a stream at a time. It takes any piece at once, up to four of them, and
/// keeps them until the client has read them: small ones keep little, and tell sooner that even a
/// slow client gets on.
const STREAM_PIECE: usize = 4 * 1024;
