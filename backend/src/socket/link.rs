//! What carries a socket's bytes.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::connection::{Connection, MadeRoom};
use crate::conversation::Line;

/// What carries a socket's bytes.
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
    /// A stream of a connection of HTTP/2, and whether all that was written has left.
    Stream(TokioIo<Upgraded>, bool),
}

impl Link {
    /// Takes over what carried a request.
    ///
    /// # Errors
    ///
    /// Where it has to make room for others.
    pub(super) fn new(upgraded: Upgraded) -> Result<Self, MadeRoom> {
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
                let carrier = Carrier::Stream(TokioIo::new(upgraded), true);
                Ok(Self { early: Bytes::new(), carrier })
            }
        }
    }

    /// Gives the HTTP side's buffer back, where it is read to its end.
    fn give_back(&mut self) {
        if self.early.is_empty() {
            self.early = Bytes::new();
        }
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
            Carrier::Stream(stream, _) => Pin::new(stream).poll_read(cx, &mut buffer),
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
            Carrier::Stream(stream, has_left) => {
                *has_left = false;
                Pin::new(stream).poll_write(cx, &bytes[..bytes.len().min(STREAM_PIECE)])
            }
        }
    }

    /// Whether all that was written has left, as far as that is known.
    pub(super) fn has_left(&self) -> bool {
        match &self.carrier {
            Carrier::Connection(_) => true,
            Carrier::Stream(_, has_left) => *has_left,
        }
    }

    /// Waits until what was written has left.
    pub(super) fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.carrier {
            Carrier::Connection(_) => Poll::Ready(Ok(())),
            Carrier::Stream(stream, has_left) => {
                ready!(Pin::new(stream).poll_flush(cx))?;
                *has_left = true;
                Poll::Ready(Ok(()))
            }
        }
    }

    /// Ends the server's side.
    pub(super) fn poll_shutdown(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.carrier {
            Carrier::Connection(connection) => Pin::new(connection).poll_shutdown(cx),
            Carrier::Stream(stream, _) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}

/// How much is written to a stream at a time. It takes any piece at once, up to four of them, and
/// keeps them until the client has read them: small ones keep little, and tell sooner that even a
/// slow client gets on.
const STREAM_PIECE: usize = 4 * 1024;
