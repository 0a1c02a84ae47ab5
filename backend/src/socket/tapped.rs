//! The bytes of a WebSocket, looked at as they pass.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use echoclock_shared::ledger::Kind;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};

use super::frames::{Frame, Frames};
use crate::ledger::{Recorder, Sender};

/// A connection that carries a WebSocket's frames.
///
/// The protocol above answers pings and closes by itself, and puts a code of its own in the place of
/// one that may not be sent; here is what really passed.
#[derive(Debug)]
pub(super) struct Tapped<T> {
    connection: T,
    from_client: Frames,
    /// Followed only for a ledger.
    from_server: Option<Frames>,
    recorder: Option<Recorder>,
    closed_with: Option<ClientClose>,
}

/// A client's close frame as it came.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct ClientClose {
    /// Its code, if it has one.
    pub(super) code: Option<u16>,
    /// Its reason.
    pub(super) reason: String,
}

impl<T> Tapped<T> {
    pub(super) fn new(connection: T, recorder: Option<Recorder>) -> Self {
        let keep = recorder.as_ref().map_or(0, Recorder::shown_max);
        Self {
            connection,
            from_client: Frames::new(keep),
            from_server: recorder.is_some().then(|| Frames::new(keep)),
            recorder,
            closed_with: None,
        }
    }

    /// Returns the client's close frame, once it has come.
    pub(super) fn closed_with(&self) -> Option<&ClientClose> {
        self.closed_with.as_ref()
    }

    fn received(&mut self, bytes: &[u8]) {
        self.from_client.pass(bytes, |frame| {
            if frame.kind == Kind::Close && self.closed_with.is_none() {
                self.closed_with = Some(ClientClose::read(&frame.payload));
            }
            note(self.recorder.as_ref(), Sender::Client, &frame);
        });
    }

    fn sent(&mut self, bytes: &[u8]) {
        if let Some(frames) = &mut self.from_server {
            frames.pass(bytes, |frame| note(self.recorder.as_ref(), Sender::Server, &frame));
        }
    }
}

fn note(recorder: Option<&Recorder>, sender: Sender, frame: &Frame) {
    if let Some(recorder) = recorder {
        recorder.frame(sender, frame.kind, frame.size, &frame.payload, frame.is_cut);
    }
}

impl ClientClose {
    fn read(payload: &[u8]) -> Self {
        match payload.split_first_chunk() {
            Some((code, reason)) => Self {
                code: Some(u16::from_be_bytes(*code)),
                reason: String::from_utf8_lossy(reason).into_owned(),
            },
            None => Self { code: None, reason: String::new() },
        }
    }
}

impl<T: AsyncRead + AsyncWrite + Unpin> Tapped<T> {
    /// Ends the server's side, and reads until the client has ended its own.
    pub(super) async fn discard_the_rest(mut self) {
        let mut discarded = [0; DISCARDED_AT_ONCE];
        if self.shutdown().await.is_ok() {
            while let Ok(1..) = self.read(&mut discarded).await {}
        }
    }
}

impl<T> Drop for Tapped<T> {
    fn drop(&mut self) {
        let sides = [
            (Sender::Client, Some(&mut self.from_client)),
            (Sender::Server, self.from_server.as_mut()),
        ];
        for (sender, frames) in sides {
            if let Some(frame) = frames.and_then(Frames::rest) {
                note(self.recorder.as_ref(), sender, &frame);
            }
        }
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Tapped<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.connection).poll_read(cx, buffer))?;
        self.received(&buffer.filled()[before..]);
        Poll::Ready(Ok(()))
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Tapped<T> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = ready!(Pin::new(&mut self.connection).poll_write(cx, bytes))?;
        self.sent(&bytes[..written]);
        Poll::Ready(Ok(written))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.connection).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.connection).poll_shutdown(cx)
    }
}

const DISCARDED_AT_ONCE: usize = 1024;
