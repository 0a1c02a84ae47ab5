//! What passes on one connection, exchange by exchange.

use std::collections::VecDeque;
use std::fmt;
use std::time::Duration;

use tokio::time::Instant;

use super::body::{Block, Body};
use super::exchange::{Exchange, How, Witness};
use super::head::{HeadReader, Progress, status_of};
use crate::hits::Limit;

/// How long the next step of a connection may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Waits {
    /// From a head's first byte to its last, and to the first byte on a new connection.
    pub(crate) head: Duration,
    /// From a response to the next request.
    pub(crate) idle: Duration,
    /// From byte to byte of a request whose response is over.
    pub(crate) rest: Duration,
}

/// Follows both directions of a connection.
///
/// Where it can't go on, it knows of no exchange any more.
#[derive(Debug)]
pub(crate) struct Tracker {
    mode: Mode,
    inbound: Side,
    outbound: Side,
    /// Those that are not over, oldest first; at most [`PIPELINE_MAX`].
    exchanges: VecDeque<Exchange>,
    /// How many requests have come.
    requests: u64,
    /// When the connection began to wait for what it waits for.
    since: Instant,
}

/// What a connection speaks.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Mode {
    /// HTTP/1, as far as is known.
    Http1,
    /// HTTP/2.
    Http2,
    /// HTTP/1 with more requests at once than are followed: it is to end after the first ones.
    TooMany,
    /// Something else: what an upgrade has led to, or what makes no sense.
    Other,
}

/// What passes in one direction.
enum Side {
    Head(HeadReader),
    Body(Body, Block),
}

impl Tracker {
    /// Begins with a connection that was accepted at this instant.
    pub(crate) fn new(now: Instant) -> Self {
        Self {
            mode: Mode::Http1,
            inbound: Side::NEXT,
            outbound: Side::NEXT,
            exchanges: VecDeque::new(),
            requests: 0,
            since: now,
        }
    }

    /// Returns what the connection speaks.
    pub(crate) fn mode(&self) -> Mode {
        self.mode
    }

    /// Whether a request waits for its response, or for the rest of it.
    pub(crate) fn is_answering(&self) -> bool {
        self.exchanges.iter().any(|exchange| !exchange.is_answered())
    }

    /// Whether anybody wants to see what goes out.
    pub(crate) fn is_seen(&self) -> bool {
        let mut open = self.exchanges.iter().filter(|exchange| !exchange.is_answered());
        open.next().is_some_and(Exchange::is_seen)
    }

    /// Returns when the connection has waited too long for its client, and by which limit; nothing where
    /// it does not wait for it.
    pub(crate) fn deadline(&self, waits: &Waits) -> Option<(Instant, Limit)> {
        let (wait, limit) = match (self.mode, &self.inbound) {
            (Mode::Http2 | Mode::TooMany, _) => return None,
            _ if self.is_answering() => return None,
            // The HTTP side can make nothing of it either, and ends it.
            (Mode::Other, _) | (_, Side::Body(..)) => (waits.rest, Limit::BodyIdleTimeout),
            (_, Side::Head(reader)) if reader.has_begun() || self.requests == 0 => {
                (waits.head, Limit::HeaderTimeout)
            }
            (_, Side::Head(_)) => (waits.idle, Limit::IdleTimeout),
        };
        Some((self.since + wait, limit))
    }

    /// Has a witness see an exchange, counted from 1, and what has passed of it already.
    ///
    /// # Errors
    ///
    /// Returns the witness where the exchange is not followed.
    pub(crate) fn claim(
        &mut self,
        number: u64,
        witness: Box<dyn Witness>,
    ) -> Result<(), Box<dyn Witness>> {
        match self.exchanges.iter_mut().find(|it| it.number() == number) {
            Some(exchange) => exchange.claim(witness),
            None => Err(witness),
        }
    }

    /// Learns that nobody will claim an exchange.
    pub(crate) fn leave(&mut self, number: u64) {
        if let Some(exchange) = self.exchanges.iter_mut().find(|it| it.number() == number) {
            exchange.leave();
        }
    }

    /// Looks at bytes that came from the client.
    pub(crate) fn received(&mut self, mut piece: &[u8], now: impl Fn() -> Instant) {
        while !piece.is_empty() && self.mode == Mode::Http1 {
            let used = match &mut self.inbound {
                Side::Head(reader) => {
                    if !reader.has_begun() {
                        self.since = now();
                    }
                    match reader.take(piece) {
                        Progress::Partial => return,
                        Progress::TooLong => return self.give_up(Mode::Other),
                        Progress::Whole(head, _) if head.start() == HTTP2_PREFACE => {
                            return self.give_up(Mode::Http2);
                        }
                        Progress::Whole(_, _) if self.exchanges.len() == PIPELINE_MAX => {
                            return self.give_up(Mode::TooMany);
                        }
                        Progress::Whole(head, used) => {
                            self.requests += 1;
                            self.exchanges.push_back(Exchange::new(self.requests, head));
                            self.inbound = Side::Body(Body::of_request(head), Block::default());
                            used
                        }
                    }
                }
                Side::Body(body, block) => {
                    self.since = now();
                    let is_seen = self.exchanges.back().is_some_and(Exchange::is_seen);
                    block.take(body, piece, is_seen, |block| {
                        if let Some(exchange) = self.exchanges.back_mut() {
                            exchange.received(block);
                        }
                    })
                }
            };
            piece = &piece[used..];
            self.end_request();
        }
        if let (Side::Body(_, block), Some(exchange)) =
            (&mut self.inbound, self.exchanges.back_mut())
            && !block.data.is_empty()
        {
            exchange.received(block);
        }
    }

    fn end_request(&mut self) {
        let Side::Body(body, block) = &mut self.inbound else { return };
        match body {
            Body::Broken => self.give_up(Mode::Other),
            Body::Over => {
                if let Some(exchange) = self.exchanges.back_mut() {
                    exchange.received(block);
                    exchange.is_received = true;
                }
                self.inbound = Side::NEXT;
                self.forget_what_is_over();
            }
            Body::Sized(_) | Body::Chunked(_) | Body::UntilClose => {}
        }
    }

    /// Looks at bytes that went to the client, all with one write.
    pub(crate) fn sent<'a>(
        &mut self,
        pieces: impl IntoIterator<Item = &'a [u8]>,
        now: impl Fn() -> Instant,
    ) {
        for piece in pieces {
            self.sent_piece(piece, &now);
        }
        if let Side::Body(_, block) = &mut self.outbound
            && !block.data.is_empty()
            && let Some(exchange) = answered(&mut self.exchanges)
        {
            exchange.sent(block);
        }
    }

    fn sent_piece(&mut self, mut piece: &[u8], now: &impl Fn() -> Instant) {
        while !piece.is_empty() && self.mode == Mode::Http1 {
            let Some(exchange) = answered(&mut self.exchanges) else {
                // Such as a refusal of what was no request.
                return self.give_up(Mode::Other);
            };
            let used = match &mut self.outbound {
                Side::Head(reader) => match reader.take(piece) {
                    Progress::Partial => return,
                    Progress::TooLong => return self.give_up(Mode::Other),
                    Progress::Whole(head, used) => {
                        let status = status_of(head.start()).unwrap_or_default();
                        exchange.response(head, status);
                        match status {
                            101 => {
                                exchange.end(0, How::Upgraded);
                                return self.give_up(Mode::Other);
                            }
                            100..200 => self.outbound = Side::NEXT,
                            _ => {
                                let body = Body::of_response(head, status, exchange.is_head());
                                self.outbound = Side::Body(body, Block::default());
                            }
                        }
                        used
                    }
                },
                Side::Body(body, block) => {
                    let is_seen = exchange.is_seen();
                    block.take(body, piece, is_seen, |block| exchange.sent(block))
                }
            };
            piece = &piece[used..];
            self.end_response(now);
        }
    }

    fn end_response(&mut self, now: &impl Fn() -> Instant) {
        let Side::Body(body, block) = &mut self.outbound else { return };
        match body {
            Body::Broken => self.give_up(Mode::Other),
            Body::Over => {
                if let Some(exchange) = answered(&mut self.exchanges) {
                    if !block.data.is_empty() {
                        exchange.sent(block);
                    }
                    // A response whose head told its length ends without more.
                    let how = if block.size > 0 { How::Complete } else { How::Sized };
                    exchange.end(block.size, how);
                }
                self.outbound = Side::NEXT;
                self.since = now();
                self.forget_what_is_over();
            }
            Body::Sized(_) | Body::Chunked(_) | Body::UntilClose => {}
        }
    }

    /// Learns that no more requests are read than the one that is being answered: what has come
    /// behind it is forgotten.
    pub(crate) fn reads_no_more(&mut self) {
        let answered = self.exchanges.iter().position(|exchange| !exchange.is_answered());
        let behind = answered.map_or(self.exchanges.len(), |answered| answered + 1);
        if behind < self.exchanges.len() || matches!(self.inbound, Side::Head(_)) {
            self.exchanges.truncate(behind);
            self.exchanges.shrink_to_fit();
            self.inbound = Side::NEXT;
        }
    }

    /// Learns that nothing more passes, because of the client or of the server.
    pub(crate) fn closed(&mut self, how: How) {
        let framing = match &mut self.outbound {
            Side::Body(_, block) => std::mem::take(&mut block.size),
            Side::Head(_) => 0,
        };
        if let (Side::Body(_, block), Some(exchange)) =
            (&mut self.inbound, self.exchanges.back_mut())
        {
            exchange.received(block);
        }
        let is_until_close = matches!(&self.outbound, Side::Body(Body::UntilClose, _));
        let mut open = self.exchanges.drain(..).filter(|it| !it.is_answered());
        if let Some(mut first) = open.next() {
            let is_complete = is_until_close && how == How::Dropped;
            first.end(framing, if is_complete { How::Complete } else { how });
        }
        for mut exchange in open {
            exchange.end(0, how);
        }
        self.mode = Mode::Other;
    }

    fn forget_what_is_over(&mut self) {
        while self.exchanges.front().is_some_and(Exchange::is_over) {
            self.exchanges.pop_front();
        }
    }

    fn give_up(&mut self, mode: Mode) {
        self.mode = mode;
        if mode != Mode::TooMany {
            self.exchanges.clear();
        }
    }
}

/// Returns the exchange that what goes out belongs to.
fn answered(exchanges: &mut VecDeque<Exchange>) -> Option<&mut Exchange> {
    exchanges.iter_mut().find(|exchange| !exchange.is_answered())
}

impl Side {
    /// Waits for the next message.
    const NEXT: Self = Self::Head(HeadReader::NEW);
}

impl fmt::Debug for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Head(_) => f.write_str("Head"),
            Self::Body(body, _) => body.fmt(f),
        }
    }
}

/// What HTTP/2 begins with (RFC 9113, section 3.4), as far as it looks like a request.
const HTTP2_PREFACE: &[u8] = b"PRI * HTTP/2.0";

/// How many requests may wait at once on a connection.
const PIPELINE_MAX: usize = 64;

#[cfg(test)]
mod tests;
