//! How a socket is closed: what the client is told, and how long it may take.

use std::future::poll_fn;
use std::task::{Context, Poll, ready};

use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;

use super::super::end::{End, Fault};
use super::super::head;
use super::super::reader::Input;
use super::{BUFFER, Inner, Socket};
use crate::counts::OpenSocket;
use crate::hits::Limit;
use crate::link::LinkId;

impl Socket {
    /// Closes the socket as its end needs, and waits a bounded while for the client's part.
    pub(crate) async fn close(self, end: End) {
        let Self(mut inner) = self;
        let link = inner.open.as_ref().map_or(LinkId::UNKNOWN, OpenSocket::link);
        let (close_timeout, cut) = (inner.close_timeout, inner.drain.until_cut());
        let frame = end.close_frame();
        let mut told = end.to_string();
        let (mut is_told, mut is_late) = (false, false);
        if let Some(frame) = &frame {
            let until = Instant::now() + close_timeout;
            // It is small, and what is small goes on always.
            let _ = inner.queue.frame(head::CLOSE, frame);
            inner.look_at_the_rest();
            let written = poll_fn(|cx| inner.poll_all_written(cx));
            let written = in_time(until, &cut, written).await;
            is_told = matches!(written, Ok(Ok(())));
            match written {
                Ok(Ok(())) => {}
                Ok(Err(gone)) => told = format!("{told}, after which {gone}"),
                Err(late) => {
                    is_late = late == Late::Here;
                    told = format!("{told}, which the client, stalled, did not read");
                }
            }
            if is_told && matches!(end, End::ByServer(..) | End::AtLimit(..)) {
                let answered = poll_fn(|cx| inner.poll_the_end(cx, true));
                let answered = in_time(until, &cut, answered).await;
                is_late = answered == Err(Late::Here);
                tracing::debug!(%link, answered = answered.is_ok(), "closing handshake");
            }
        }
        if end == End::Cut {
            inner.link.is_cut();
        }
        if let Some(record) = &mut inner.record {
            record.ended(&told);
        }
        if let Some(open) = inner.open.take() {
            let late = is_late.then_some(Limit::CloseTimeout);
            end.limit().into_iter().chain(late).for_each(|limit| open.hit(limit));
            open.ended(&told);
        }
        if !is_told {
            return;
        }
        // What a client goes on to say passes as well, up to a bound.
        let until = Instant::now() + close_timeout;
        let rest = async {
            if poll_fn(|cx| inner.link.poll_shutdown(cx)).await.is_ok() {
                poll_fn(|cx| inner.poll_the_end(cx, false)).await;
            }
        };
        let closed = in_time(until, &cut, rest).await.is_ok();
        tracing::debug!(%link, closed, "the client's side");
    }
}

/// Who has not waited for a client's part.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Late {
    /// The socket: its time was over.
    Here,
    /// The server, which stops.
    Cut,
}

/// Waits until then, or until the server waits for nothing.
async fn in_time<T>(
    until: Instant,
    cut: &CancellationToken,
    part: impl Future<Output = T>,
) -> Result<T, Late> {
    tokio::select! {
        biased;
        done = timeout_at(until, part) => done.map_err(|_| Late::Here),
        () = cut.cancelled() => Err(Late::Cut),
    }
}

impl Inner {
    /// Looks for the client's close frame in what has come already.
    fn look_at_the_rest(&mut self) {
        BUFFER.with_borrow_mut(|buffer| {
            let end = self.rest_into(buffer);
            self.look_at(&mut buffer[..end]);
        });
    }

    /// Reads on until the client has ended the socket, or its side of the connection, or goes on for
    /// too long.
    fn poll_the_end(&mut self, cx: &mut Context<'_>, a_close_frame_will_do: bool) -> Poll<()> {
        while !(a_close_frame_will_do && self.reader.is_over()) {
            let read = BUFFER.with_borrow_mut(|buffer| {
                let read = ready!(self.poll_read(cx, buffer)).unwrap_or_default();
                if !read.is_empty() {
                    self.look_at(&mut buffer[..read.end]);
                }
                Poll::Ready(read.len())
            });
            let read = ready!(read);
            self.after_the_end += read;
            if read == 0 || self.after_the_end > AFTER_THE_END_MAX {
                break;
            }
        }
        Poll::Ready(())
    }

    fn look_at(&mut self, bytes: &mut [u8]) {
        self.rest.clear();
        let mut input = Input::new(bytes);
        self.see_the_end(&mut input);
        self.rest.push_anyway(input.rest());
    }

    /// Looks for nothing but the client's close frame.
    pub(super) fn see_the_end(&mut self, input: &mut Input<'_>) {
        self.reader.only_the_end(None);
        loop {
            match self.reader.next(input) {
                Ok(Some(_)) => {}
                Ok(None) => return,
                Err(_) => self.reader.only_the_end(Some(Fault::Protocol("after the end"))),
            }
        }
    }
}

/// How much a client may go on to say after the end, in bytes: a message much too large, which it sends
/// whole before it looks for an answer.
const AFTER_THE_END_MAX: usize = 64 * 1024 * 1024;
