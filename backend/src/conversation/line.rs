//! A connection as the HTTP side has it: what was read ahead is read again, and it is known whether
//! all that was to be written has been.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::connection::{Connection, Opened};

/// A connection between two who read from it.
#[derive(Debug)]
pub(crate) struct Line {
    connection: Connection,
    /// What the last one has read and made nothing of.
    unread: Bytes,
    is_flushed: Flushed,
}

/// Whether a connection's HTTP side has nothing left to write; a cheap handle.
#[derive(Clone, Debug, Default)]
pub(super) struct Flushed(Arc<AtomicBool>);

impl Flushed {
    /// Whether a flush was the last that happened, and no write has begun since.
    pub(super) fn is(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    fn set(&self, is_flushed: bool) {
        self.0.store(is_flushed, Ordering::Relaxed);
    }
}

/// What a connection speaks, by how it begins.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Speaks {
    /// HTTP/1, or something that it makes nothing of.
    Http1,
    /// HTTP/2.
    Http2,
    /// Something without TLS where there is to be TLS.
    NoTls,
}

impl Line {
    pub(super) fn new(connection: Connection) -> Self {
        Self { connection, unread: Bytes::new(), is_flushed: Flushed::default() }
    }

    /// Returns the connection, of which nothing is kept here.
    pub(super) fn connection(&mut self) -> &mut Connection {
        &mut self.connection
    }

    /// Returns the connection, and what was read from it and is still to be read.
    pub(crate) fn into_parts(self) -> (Connection, Bytes) {
        (self.connection, self.unread)
    }

    pub(super) fn flushed(&self) -> Flushed {
        self.is_flushed.clone()
    }

    /// Has bytes that were read be read again, before what else there is, and tells whether it
    /// will be so. They are kept for as long as an endless answer lasts, whose connection is to be
    /// small: many of them are not kept.
    pub(super) fn unread(&mut self, bytes: &[u8]) -> bool {
        let keeps = bytes.len() + self.unread.len() <= UNREAD_MAX;
        if keeps && !bytes.is_empty() {
            // As a copy, since they may be a piece of a large buffer.
            self.unread = [bytes, &self.unread].concat().into();
        }
        keeps
    }

    /// Forgets what is still to be read, since the connection ends after what is being answered.
    pub(super) fn reads_no_more(&mut self) {
        self.unread = Bytes::new();
        self.connection.reads_no_more();
    }

    /// Reads until it is known what the connection speaks (RFC 9113, section 3.4).
    pub(super) fn poll_speaks(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Speaks>> {
        match ready!(self.connection.poll_open(cx))? {
            Opened::AsItShould => {}
            Opened::WithoutTls => return Poll::Ready(Ok(Speaks::NoTls)),
        }
        loop {
            if !HTTP2_PREFACE.starts_with(&self.unread) {
                let is_http2 = self.unread.starts_with(HTTP2_PREFACE);
                return Poll::Ready(Ok(if is_http2 { Speaks::Http2 } else { Speaks::Http1 }));
            }
            if self.unread.len() == HTTP2_PREFACE.len() {
                return Poll::Ready(Ok(Speaks::Http2));
            }
            let mut ahead = [0; READ_AHEAD];
            let mut ahead = ReadBuf::new(&mut ahead);
            ready!(Pin::new(&mut self.connection).poll_read(cx, &mut ahead))?;
            if ahead.filled().is_empty() {
                return Poll::Ready(Ok(Speaks::Http1));
            }
            self.unread = [&self.unread, ahead.filled()].concat().into();
        }
    }
}

impl AsyncRead for Line {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.unread.is_empty() {
            return Pin::new(&mut self.connection).poll_read(cx, buffer);
        }
        let some = self.unread.len().min(buffer.remaining());
        buffer.put_slice(&self.unread[..some]);
        self.unread.advance(some);
        if self.unread.is_empty() {
            self.unread = Bytes::new();
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Line {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.is_flushed.set(false);
        Pin::new(&mut self.connection).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.is_flushed.set(false);
        Pin::new(&mut self.connection).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.connection.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.connection).poll_flush(cx))?;
        self.is_flushed.set(true);
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.connection).poll_shutdown(cx)
    }
}

const HTTP2_PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// How much is read at first: most requests are shorter.
const READ_AHEAD: usize = 1024;

/// How much of what was read ahead is kept behind an endless answer: a few requests.
const UNREAD_MAX: usize = READ_AHEAD;
