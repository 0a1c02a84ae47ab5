//! Bytes that can be looked at before they are read.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Something whose next byte can be looked at.
#[derive(Debug)]
pub(super) struct Ahead<S> {
    pub(super) stream: S,
    /// The byte that was looked at and is still to be read.
    byte: Option<u8>,
    /// What has failed behind it.
    failure: Option<io::Error>,
}

impl<S: AsyncRead + Unpin> Ahead<S> {
    pub(super) fn new(stream: S) -> Self {
        Self { stream, byte: None, failure: None }
    }

    /// Looks at the next byte; nothing at the end.
    pub(super) fn poll_look(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Option<u8>>> {
        if let Some(failure) = self.failure.take() {
            return Poll::Ready(Err(failure));
        }
        if self.byte.is_none() {
            let mut byte = [0];
            let mut buffer = ReadBuf::new(&mut byte);
            ready!(Pin::new(&mut self.stream).poll_read(cx, &mut buffer))?;
            self.byte = buffer.filled().first().copied();
        }
        Poll::Ready(Ok(self.byte))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Ahead<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if buffer.remaining() > 0
            && let Some(byte) = self.byte.take()
        {
            buffer.put_slice(&[byte]);
            // With all that is behind it: whoever looks each time would have one byte read at a time.
            if let Poll::Ready(Err(failure)) = Pin::new(&mut self.stream).poll_read(cx, buffer) {
                self.failure = Some(failure);
            }
            return Poll::Ready(Ok(()));
        }
        if let Some(failure) = self.failure.take() {
            return Poll::Ready(Err(failure));
        }
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Ahead<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    use super::*;

    #[tokio::test]
    async fn what_was_looked_at_is_read_all_the_same() {
        let (mut client, server) = duplex(64);
        let mut server = Ahead::new(server);
        client.write_all(b"abc").await.expect("there is room");
        for _ in 0..2 {
            assert_eq!(poll_fn(|cx| server.poll_look(cx)).await.expect("a byte"), Some(b'a'));
        }
        let mut read = [0; 2];
        // At once.
        assert_eq!(server.read(&mut read).await.expect("two bytes"), 2);
        assert_eq!(&read, b"ab");
        assert_eq!(poll_fn(|cx| server.poll_look(cx)).await.expect("a byte"), Some(b'c'));
        drop(client);
        let mut rest = vec![];
        server.read_to_end(&mut rest).await.expect("the rest");
        assert_eq!(rest, b"c");
        assert_eq!(poll_fn(|cx| server.poll_look(cx)).await.expect("the end"), None);
    }
}
