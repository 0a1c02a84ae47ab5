//! An endless answer, carried on once the HTTP side has written its head.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use tokio::io::{AsyncWrite, AsyncWriteExt};

use super::line::Line;
use crate::connection::Connection;
use crate::handover::{BreaksOff, Pieces};

/// Writes an answer to its end.
///
/// What the client sends meanwhile waits in the system's buffer, as it does while the HTTP side
/// answers.
///
/// # Errors
///
/// Where the client has left, or reads no more, or the answer breaks off.
pub(super) async fn carry(line: &mut Line, pieces: Pieces, is_chunked: bool) -> io::Result<()> {
    let connection = line.connection();
    let mut answer = Answer { pieces, is_chunked, queue: VecDeque::new(), end: None };
    if is_chunked {
        connection.begin_chunks();
    }
    poll_fn(|cx| answer.poll(connection, cx)).await?;
    if is_chunked {
        connection.end_chunks();
        connection.write_all(LAST_CHUNK).await?;
    }
    connection.flush().await
}

struct Answer {
    pieces: Pieces,
    is_chunked: bool,
    /// What is to be written: less than [`QUEUE_MAX`] and one piece.
    queue: VecDeque<Bytes>,
    /// How it ends, behind that.
    end: Option<Result<(), BreaksOff>>,
}

impl Answer {
    fn poll(&mut self, connection: &mut Connection, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut connection = Pin::new(connection);
        let mut is_waiting = false;
        loop {
            // Before more is asked for: where the server stops there is no more, and that would
            // be taken for the end of an answer of which the client does not even take this.
            while !self.queue.is_empty() {
                let written = ready!(self.write(connection.as_mut(), cx))?;
                if written == 0 {
                    return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
                }
                self.has_written(written);
            }
            if let Some(end) = self.end {
                return Poll::Ready(end.map_err(io::Error::other));
            }
            if is_waiting {
                ready!(connection.poll_flush(cx))?;
                return Poll::Pending;
            }
            is_waiting = self.fill(cx);
        }
    }

    fn write(
        &self,
        connection: Pin<&mut Connection>,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<usize>> {
        // It is one most of the time, which costs the system less to write.
        if let (Some(only), 1) = (self.queue.front(), self.queue.len()) {
            return connection.poll_write(cx, only);
        }
        let mut slices = [IoSlice::new(&[]); SLICES];
        let mut count = 0;
        for (slice, bytes) in slices.iter_mut().zip(&self.queue) {
            *slice = IoSlice::new(bytes);
            count += 1;
        }
        connection.poll_write_vectored(cx, &slices[..count])
    }

    /// Takes what there is, up to the bound; tells whether there is no more for now.
    fn fill(&mut self, cx: &mut Context<'_>) -> bool {
        let mut queued: usize = self.queue.iter().map(Bytes::len).sum();
        while queued < QUEUE_MAX && self.end.is_none() {
            let before = self.queue.len();
            match self.pieces.as_mut().poll_next(cx) {
                Poll::Pending => return true,
                Poll::Ready(Some(Ok(piece))) if self.is_chunked => {
                    self.queue.push_back(piece.framed());
                }
                Poll::Ready(Some(Ok(piece))) => piece.bare(|bytes| self.queue.push_back(bytes)),
                Poll::Ready(Some(Err(breaks_off))) => self.end = Some(Err(breaks_off)),
                Poll::Ready(None) => self.end = Some(Ok(())),
            }
            queued += self.queue.range(before..).map(Bytes::len).sum::<usize>();
        }
        false
    }

    fn has_written(&mut self, mut written: usize) {
        while let Some(first) = self.queue.front_mut() {
            if written < first.len() {
                first.advance(written);
                return;
            }
            written -= first.len();
            self.queue.pop_front();
        }
    }
}

/// What ends a body in chunks.
const LAST_CHUNK: &[u8] = b"0\r\n\r\n";

/// How many bytes wait to be written before more is asked for.
const QUEUE_MAX: usize = 8 * 1024;

/// How many pieces go out with one write.
const SLICES: usize = 16;

#[cfg(test)]
mod tests {
    use std::task::Waker;

    use futures_util::StreamExt;
    use futures_util::stream::{self, iter, pending};

    use super::*;
    use crate::handover::Piece;

    fn answer(pieces: impl stream::Stream<Item = Piece> + Send + 'static) -> Answer {
        let pieces = Box::pin(pieces.map(Ok));
        Answer { pieces, is_chunked: true, queue: VecDeque::new(), end: None }
    }

    #[test]
    fn what_is_written_in_part_goes_on_where_it_was() {
        let whole = b"3\r\nabc\r\n1\r\nd\r\n";
        for first in 0..whole.len() {
            for second in 0..whole.len() - first {
                let texts = ["abc", "d"].map(|text| Piece::Bytes(Bytes::from(text)));
                let mut answer = answer(iter(texts).chain(pending()));
                assert!(answer.fill(&mut Context::from_waker(Waker::noop())));
                answer.has_written(first);
                answer.has_written(second);
                let left: Vec<_> = answer.queue.iter().flatten().copied().collect();
                assert_eq!(left, whole[first + second..], "{first}, then {second}");
            }
        }
    }

    #[test]
    fn no_more_is_taken_than_may_wait() {
        let text = Bytes::from(vec![b'x'; 1_000]);
        let mut endless = answer(stream::repeat_with(move || Piece::Bytes(text.clone())));
        for _ in 0..3 {
            assert!(!endless.fill(&mut Context::from_waker(Waker::noop())));
            let queued: usize = endless.queue.iter().map(Bytes::len).sum();
            assert!((QUEUE_MAX..QUEUE_MAX + 1_100).contains(&queued), "{queued}");
        }
        let mut over = answer(stream::empty());
        assert!(!over.fill(&mut Context::from_waker(Waker::noop())));
        assert_eq!(over.end, Some(Ok(())));
    }
}
