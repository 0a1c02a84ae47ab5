//! A TCP connection as the server holds it: writes that block end it, and it is closed gently.
//!
//! Closing a socket that has unread bytes resets the connection, and a reset can destroy what
//! was sent and not yet read: a close frame, or the answer to an upload that was refused. So a
//! dropped connection says that nothing more comes, and reads on until the client has closed
//! its side too, for a bounded while.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::runtime::Handle;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Sleep, sleep, timeout};

/// An accepted connection.
#[derive(Debug)]
pub(crate) struct Connection {
    /// Here until it is dropped.
    open: Option<(TcpStream, OwnedSemaphorePermit)>,
    write_timeout: Duration,
    /// Runs while a write is blocked.
    stalled: Option<Pin<Box<Sleep>>>,
    /// Whether the client has closed its side, or the connection failed.
    ended: bool,
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
        Self { open: Some((stream, permit)), write_timeout, stalled: None, ended: false }
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
        if written.is_ready() {
            self.stalled = None;
            return written;
        }
        let write_timeout = self.write_timeout;
        let stalled = self.stalled.get_or_insert_with(|| Box::pin(sleep(write_timeout)));
        ready!(stalled.as_mut().poll(cx));
        self.ended = true;
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the client stopped reading")))
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
        self.ended |= read.is_err() || (room && buffer.filled().len() == before);
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
        self.watch_stall(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = self.stream().poll_write_vectored(cx, slices);
        self.watch_stall(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
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
        if !self.ended
            && let Ok(runtime) = Handle::try_current()
        {
            runtime.spawn(linger(stream, permit));
        }
    }
}

/// Ends the server's side, then reads until the client has ended its own.
async fn linger(mut stream: TcpStream, _permit: OwnedSemaphorePermit) {
    // An error here and below means that the connection is gone, which is what is wanted.
    let _ = timeout(LINGER_FOR, async {
        poll_fn(|cx| Pin::new(&mut stream).poll_shutdown(cx)).await?;
        loop {
            timeout(LINGER_IDLE, stream.readable()).await??;
            match stream.try_read(&mut [0; DISCARDED_AT_ONCE]) {
                Ok(0) => return Ok::<_, io::Error>(()),
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
    })
    .await;
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

/// How long a client may go on sending after the server has closed.
const LINGER_FOR: Duration = Duration::from_secs(10);

/// How long it may be silent before it closes its own side.
const LINGER_IDLE: Duration = Duration::from_secs(2);

const DISCARDED_AT_ONCE: usize = 16 * 1024;
