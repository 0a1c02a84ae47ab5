//! An open WebSocket: reads what has come, has it answered, writes what is ready, and waits.
//!
//! All sockets of a thread read into one buffer, so that an idle one keeps none. What is whole in it
//! is answered at once, and the answers leave with one write. While something waits to be written,
//! nothing is read: the client that does not read is held back by its own connection.

use std::cell::RefCell;
use std::future::poll_fn;
use std::ops::Range;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::time::Instant;

use super::end::{End, MessageMax};
use super::head::{self, Written};
use super::held::{Held, SMALL};
use super::link::Link;
use super::queue::Queue;
use super::rate::Allowance;
use super::reader::{Body, Input, Kind, Reader, Step};
use super::record::Record;
use super::waits::{Due, Waits};
use crate::alarm::Alarm;
use crate::budget::{Budget, NoRoom};
use crate::counts::OpenSocket;
use crate::drain::Drained;
use crate::hits::Limit;
use crate::limits::Limits;

mod saying;

mod closing;

/// An open WebSocket.
#[derive(Debug)]
pub(crate) struct Socket(Box<Inner>);

#[derive(Debug)]
struct Inner {
    link: Link,
    reader: Reader,
    /// What has come and was not looked at: a part of a header or of a control frame, or more where
    /// the socket is behind.
    rest: Held,
    /// Whether that holds whole frames, for whose answers there was no room.
    is_behind: bool,
    queue: Queue,
    message_max: MessageMax,
    waits: Waits,
    allowance: Allowance,
    alarm: Alarm,
    drain: Drained,
    close_timeout: Duration,
    /// Until the end is told.
    open: Option<OpenSocket>,
    record: Option<Record>,
    /// How much came after the end.
    after_the_end: usize,
}

/// What a socket is made of.
pub(super) struct Parts<'a> {
    pub(super) link: Link,
    pub(super) message_max: MessageMax,
    pub(super) limits: &'a Limits,
    pub(super) budget: &'a Budget,
    pub(super) drain: Drained,
    pub(super) open: OpenSocket,
    pub(super) record: Option<Record>,
}

/// What a client sent.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Message<'a> {
    /// A text, which is UTF-8.
    Text(&'a [u8]),
    /// Any bytes, into which nobody looks.
    Binary,
}

/// What is answered.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    /// The message itself.
    TheSame,
    /// A text.
    Text(String),
}

impl Socket {
    pub(super) fn new(parts: Parts<'_>) -> Self {
        let Parts { link, message_max, limits, budget, drain, open, record } = parts;
        let now = Instant::now();
        let waits = Waits::new(limits, now);
        Self(Box::new(Inner {
            link,
            reader: Reader::new(message_max.bytes(), budget),
            rest: Held::new(budget),
            is_behind: false,
            queue: Queue::new(budget.clone()),
            message_max,
            allowance: Allowance::new(limits.socket),
            alarm: Alarm::new(waits.next().0),
            waits,
            drain,
            close_timeout: limits.close_timeout,
            open: Some(open),
            record,
            after_the_end: 0,
        }))
    }

    /// Has all that comes answered, until the socket ends. May be dropped and called again.
    pub(crate) async fn listen(
        &mut self,
        mut hear: impl FnMut(Message<'_>) -> Result<Answer, End>,
    ) -> End {
        poll_fn(|cx| self.0.poll_listen(cx, &mut hear)).await
    }
}

impl Inner {
    fn poll_listen(
        &mut self,
        cx: &mut Context<'_>,
        hear: &mut impl FnMut(Message<'_>) -> Result<Answer, End>,
    ) -> Poll<End> {
        loop {
            if let Err(end) = ready!(self.poll_written(cx)) {
                return Poll::Ready(end);
            }
            if Pin::new(&mut self.drain).poll(cx).is_ready() {
                return Poll::Ready(End::stopping(self.drain.manner().restarts));
            }
            let turn = match self.poll_turn(cx, hear) {
                Poll::Ready(turn) => turn,
                Poll::Pending => ready!(self.poll_waits(cx)),
            };
            if let Err(end) = turn {
                return Poll::Ready(end);
            }
        }
    }

    /// Reads once, unless the socket is behind, has what has come answered, and writes the answers
    /// as far as that goes.
    fn poll_turn(
        &mut self,
        cx: &mut Context<'_>,
        hear: &mut impl FnMut(Message<'_>) -> Result<Answer, End>,
    ) -> Poll<Result<(), End>> {
        let turn = ready!(self.link.poll_turn(cx));
        BUFFER.with_borrow_mut(|buffer| {
            let read = if self.is_behind {
                self.is_behind = false;
                self.rest_into(buffer)..self.rest.len()
            } else {
                match ready!(self.poll_read(cx, buffer)) {
                    Ok(read) => read,
                    Err(left) => return Poll::Ready(Err(left)),
                }
            };
            turn.made_progress();
            let now = Instant::now();
            let before = self.open.as_ref().map(OpenSocket::received).unwrap_or_default();
            self.rest.clear();
            let mut input = Input::new(&mut buffer[..read.end]);
            let mut same = 0..0;
            let mut heard = self.allowance.bytes(read.len(), now).map_err(End::from);
            if heard.is_ok() {
                heard = self.hear(&mut input, &mut same, now, hear);
            }
            if heard.is_err() {
                self.see_the_end(&mut input);
            }
            let written = self.write_first(cx, &input.bytes[same]);
            if let Some(open) = &self.open {
                open.answered(before, now);
            }
            // No more than one read brings.
            self.rest.push_anyway(input.rest());
            let is_under_way = self.reader.is_under_way() || !self.rest.is_empty();
            self.waits.received(self.reader.passed(), is_under_way, now);
            Poll::Ready(heard.and(written))
        })
    }

    /// Has what has come answered, as long as there is room for the answers.
    fn hear(
        &mut self,
        input: &mut Input<'_>,
        same: &mut Range<usize>,
        now: Instant,
        hear: &mut impl FnMut(Message<'_>) -> Result<Answer, End>,
    ) -> Result<(), End> {
        loop {
            if self.queue.left() >= SMALL {
                self.is_behind = !input.rest().is_empty();
                return Ok(());
            }
            let step = match self.reader.next(input) {
                Ok(Some(step)) => step,
                Ok(None) => return Ok(()),
                Err(fault) => {
                    self.reader.only_the_end(Some(fault));
                    return Err(End::for_fault(fault, self.message_max));
                }
            };
            if let Step::Close(close) = step {
                return Err(End::ByClient(close));
            }
            self.allowance.message(now)?;
            match step {
                Step::Message(kind, body) => {
                    let payload = match &body {
                        Body::Here(range) => &input.bytes[range.clone()],
                        Body::Kept(held) => held,
                    };
                    if let Some(open) = &mut self.open {
                        open.count(payload.len());
                    }
                    let (message, opcode) = match kind {
                        Kind::Text => (Message::Text(payload), head::TEXT),
                        Kind::Binary => (Message::Binary, head::BINARY),
                    };
                    match (hear(message)?, body) {
                        (Answer::TheSame, Body::Here(range)) => {
                            self.in_place(input.bytes, same, opcode, range)?;
                        }
                        (answer, body) => {
                            self.queue.answers(&input.bytes[std::mem::take(same)]);
                            match (answer, body) {
                                (Answer::Text(text), _) => {
                                    self.queue.frame(head::TEXT, text.as_bytes())?;
                                }
                                (_, Body::Kept(held)) => self.queue.kept(opcode, held)?,
                                (_, Body::Here(_)) => {}
                            }
                        }
                    }
                }
                Step::Ping(range) => self.in_place(input.bytes, same, head::PONG, range)?,
                Step::Part | Step::Other | Step::Close(_) => {}
            }
        }
    }

    /// Answers with a payload that came, in its own place: a client's header is longer than the
    /// server's, so the answer never reaches beyond the question.
    fn in_place(
        &mut self,
        bytes: &mut [u8],
        same: &mut Range<usize>,
        opcode: u8,
        payload: Range<usize>,
    ) -> Result<(), NoRoom> {
        if self.queue.left() > 0 {
            return self.queue.frame(opcode, &bytes[payload]);
        }
        let header = Written::new(opcode, payload.len());
        let header = header.bytes();
        if same.start == same.end {
            *same = payload.start - header.len()..payload.start - header.len();
        }
        let begin = same.end + header.len();
        same.end = begin + payload.len();
        if begin != payload.start {
            bytes.copy_within(payload, begin);
        }
        bytes[begin - header.len()..begin].copy_from_slice(header);
        Ok(())
    }

    /// Writes answers that stand in the buffer; what is left over joins the queue.
    fn write_first(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Result<(), End> {
        if bytes.is_empty() {
            return Ok(());
        }
        let mut written = 0;
        if self.queue.left() == 0 {
            match self.link.poll_write(cx, bytes) {
                Poll::Ready(Ok(bytes)) => written = bytes,
                Poll::Ready(Err(error)) => return Err(End::gone(&error)),
                Poll::Pending => {}
            }
            if let Some(record) = &mut self.record {
                record.sent(&bytes[..written]);
            }
        }
        self.queue.answers(&bytes[written..]);
        Ok(())
    }

    /// Puts what was left before the bytes that are to be read; returns how much that is.
    fn rest_into(&self, buffer: &mut [u8]) -> usize {
        buffer[..self.rest.len()].copy_from_slice(&self.rest);
        self.rest.len()
    }

    /// Reads more behind what is left; returns where it is.
    fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<Result<Range<usize>, End>> {
        let begin = self.rest_into(buffer);
        let end = match ready!(self.link.poll_read(cx, &mut buffer[begin..])) {
            Ok(0) => return Poll::Ready(Err(End::Left("its side ended".to_owned()))),
            Ok(read) => begin + read,
            Err(error) => return Poll::Ready(Err(End::gone(&error))),
        };
        if let Some(record) = &mut self.record {
            record.received(&buffer[begin..end]);
        }
        Poll::Ready(Ok(begin..end))
    }

    /// Waits until all that was said is written, or the socket has to end: what carries it gives up who
    /// does not read.
    fn poll_written(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), End>> {
        if self.queue.left() == 0 && self.link.has_left() {
            return Poll::Ready(Ok(()));
        }
        let written = self.poll_all_written(cx);
        if written.is_pending() {
            self.waits.blocked(Instant::now());
            ready!(Pin::new(&mut self.drain).poll(cx));
            return Poll::Ready(Err(End::stopping(self.drain.manner().restarts)));
        }
        if self.waits.is_blocked() {
            let is_under_way = self.reader.is_under_way() || !self.rest.is_empty();
            self.waits.goes_on(is_under_way, Instant::now());
        }
        written
    }

    /// Writes all that was said, whatever it takes.
    fn poll_all_written(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), End>> {
        while let Some(bytes) = self.queue.front() {
            let written = match ready!(self.link.poll_write(cx, bytes)) {
                Ok(written) => written,
                Err(error) => return Poll::Ready(Err(End::gone(&error))),
            };
            if let Some(record) = &mut self.record {
                record.sent(&bytes[..written]);
            }
            self.queue.wrote(written);
        }
        ready!(self.link.poll_flush(cx)).map_err(|error| End::gone(&error))?;
        Poll::Ready(Ok(()))
    }

    /// Waits for what does not come from the client; returns where there is something to write.
    fn poll_waits(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), End>> {
        if Pin::new(&mut self.drain).poll(cx).is_ready() {
            return Poll::Ready(Err(End::stopping(self.drain.manner().restarts)));
        }
        let (at, due) = self.waits.next();
        ready!(self.alarm.poll_until(cx, at));
        Poll::Ready(match due {
            Due::Ping => {
                if let Some(open) = &self.open {
                    open.hit(Limit::SocketPingEvery);
                }
                self.waits.asked(Instant::now());
                self.queue.frame(head::PING, &[]).map_err(End::from)
            }
            Due::Silent => Err(End::Silent),
            Due::Slow => Err(End::too_slow(self.waits.spent())),
        })
    }
}

thread_local! {
    /// Where all sockets of a thread read, one at a time.
    static BUFFER: RefCell<Box<[u8]>> = RefCell::new(vec![0; BUFFER_SIZE].into());
}

/// How much is read at a time.
const BUFFER_SIZE: usize = 64 * 1024;

#[cfg(test)]
mod tests;
