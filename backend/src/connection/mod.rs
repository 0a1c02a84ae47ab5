//! A TCP connection as the server holds it: what passes is looked at, writes that block end it,
//! and it is closed gently.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::runtime::Handle;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Sleep, sleep};

use crate::http1::How;

mod tap;
pub(crate) use tap::{Exchange, Tap};

mod presence;
pub(crate) use presence::Presence;

mod linger;
use linger::linger;

/// An accepted connection.
#[derive(Debug)]
pub(crate) struct Connection {
    /// Here until it is dropped.
    open: Option<(TcpStream, OwnedSemaphorePermit)>,
    tap: Tap,
    presence: Presence,
    /// Whether a request is being answered, so that nobody else looks whether its client is there.
    is_answering: bool,
    write_timeout: Duration,
    /// Runs while a write is blocked.
    stalled: Option<Pin<Box<Sleep>>>,
    /// How the client has ended it, if it has.
    ended: Option<How>,
}

impl Connection {
    /// Takes a connection over, with its share of the connections there may be.
    pub(crate) fn new(
        stream: TcpStream,
        permit: OwnedSemaphorePermit,
        write_timeout: Duration,
    ) -> Self {
        if let Err(error) = set_options(&stream, write_timeout) {
            tracing::debug!(%error, "a connection's options could not be set");
        }
        Self {
            open: Some((stream, permit)),
            tap: Tap::new(),
            presence: Presence::default(),
            is_answering: false,
            write_timeout,
            stalled: None,
            ended: None,
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

    fn stream(&mut self) -> Pin<&mut TcpStream> {
        let (stream, _) = self.open.as_mut().expect("the stream is there until the drop");
        Pin::new(stream)
    }

    /// Passes a write's outcome on, and fails the write once it has been blocked too long.
    fn watch_stall(
        &mut self,
        cx: &mut Context<'_>,
        written: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        if let Poll::Ready(written) = &written {
            self.stalled = None;
            if written.is_err() {
                self.ended = Some(How::Left);
            }
        }
        if written.is_ready() {
            return written;
        }
        let write_timeout = self.write_timeout;
        let stalled = self.stalled.get_or_insert_with(|| Box::pin(sleep(write_timeout)));
        ready!(stalled.as_mut().poll(cx));
        self.ended = Some(How::Stalled);
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
                self.ended = Some(How::Left);
                return Err(error);
            }
        }
        Ok(())
    }
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
        if read.is_err() || (room && bytes.is_empty()) {
            self.ended = Some(How::Left);
        } else {
            self.is_answering = self.tap.received(bytes);
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
        if let Poll::Ready(Ok(written)) = &written {
            self.is_answering = self.tap.sent([&bytes[..*written]]);
        }
        self.watch_stall(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = self.stream().poll_write_vectored(cx, slices);
        if let Poll::Ready(Ok(written)) = &written {
            let mut left = *written;
            self.is_answering = self.tap.sent(slices.iter().map(|slice| {
                let (sent, _) = slice.split_at(slice.len().min(left));
                left -= sent.len();
                sent
            }));
        }
        self.watch_stall(cx, written)
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
        let Some((stream, permit)) = self.open.take() else { return };
        // Without a runtime the process is ending, and the system closes what is left.
        match (self.ended, Handle::try_current()) {
            (None, Ok(runtime)) => {
                runtime.spawn(linger(stream, self.tap.clone(), permit));
            }
            (ended, _) => self.tap.closed(ended.unwrap_or(How::Dropped)),
        }
    }
}

fn set_options(stream: &TcpStream, write_timeout: Duration) -> io::Result<()> {
    // Messages are small and each is waited for.
    stream.set_nodelay(true)?;
    let socket = socket2::SockRef::from(stream);
    let keepalive =
        socket2::TcpKeepalive::new().with_time(KEEPALIVE_AFTER).with_interval(KEEPALIVE_AFTER / 3);
    socket.set_tcp_keepalive(&keepalive)?;
    // Where the client vanished, small writes fit into the system's buffer for hours.
    #[cfg(target_os = "linux")]
    socket.set_tcp_user_timeout(Some(write_timeout))?;
    #[cfg(not(target_os = "linux"))]
    let _ = write_timeout;
    Ok(())
}

/// How long a silent connection is trusted before the system asks the other end.
const KEEPALIVE_AFTER: Duration = Duration::from_secs(30);
