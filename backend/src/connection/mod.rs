//! A connection as the server holds it: what passes is looked at, a client that does not take what is
//! written ends it, and it is closed gently.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::runtime::Handle;
use tokio_rustls::rustls::ServerConfig;

use crate::hits::Hits;
use crate::http1::How;
use crate::limits::Limits;
use crate::places::{Guest, Seat};

mod accepted;
pub(crate) use accepted::Accepted;

mod tap;
pub(crate) use tap::{Exchange, Look, Tap};

mod presence;
pub(crate) use presence::Presence;

mod ending;
pub(crate) use ending::{Ended, Ending, until_cut};

mod options;

mod watched;
use watched::Watched;

mod ahead;

mod channel;
use channel::Channel;
pub(crate) use channel::Opened;

mod linger;
use linger::linger;

/// An accepted connection.
#[derive(Debug)]
pub(crate) struct Connection {
    /// Here until it is dropped.
    open: Option<(Channel, Seat)>,
    tap: Tap,
    /// Whether it carries HTTP, as far as anybody looks.
    is_http: bool,
    presence: Presence,
    /// Whether a request is being answered, so that nobody else looks whether its client is there.
    is_answering: bool,
    /// Whether nobody wants to see what goes out.
    is_unseen: bool,
    has_tls: bool,
    ending: Ending,
}

/// A request's extension: it has come over TLS that ends here.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OverTls;

/// The connection has to make room for others.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("it made room for others")]
pub(crate) struct MadeRoom;

impl Connection {
    /// Takes a connection over, with its share of the connections there may be; with settings of TLS
    /// there is to be TLS on it.
    pub(crate) fn new(
        accepted: Accepted,
        tls: Option<Arc<ServerConfig>>,
        seat: Seat,
        limits: &Limits,
        hits: Hits,
    ) -> Self {
        let (has_tls, ending) = (tls.is_some(), Ending::default());
        let watched = Watched::new(accepted, ending.clone(), limits, hits);
        Self {
            open: Some((Channel::new(watched, tls), seat)),
            tap: Tap::new(),
            is_http: true,
            presence: Presence::default(),
            is_answering: false,
            is_unseen: false,
            has_tls,
            ending,
        }
    }

    /// Whether there is to be TLS on it.
    pub(crate) fn has_tls(&self) -> bool {
        self.has_tls
    }

    /// Waits until the client can be heard: where there is to be TLS, until both ends have agreed.
    ///
    /// # Errors
    ///
    /// Where they can't, or the client has left.
    pub(crate) fn poll_open(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Opened>> {
        let opened = ready!(self.channel().poll_open(cx));
        if let Err(error) = &opened
            // Who makes no sense is there to be told so.
            && error.kind() != io::ErrorKind::InvalidData
        {
            self.ending.is(Ended::by(error));
        }
        Poll::Ready(opened)
    }

    /// Whether the system has taken all that was written.
    pub(crate) fn has_left(&self) -> bool {
        let (channel, _) = self.open.as_ref().expect(OPEN);
        channel.has_left()
    }

    /// Returns what looks at all that passes.
    pub(crate) fn tap(&self) -> Tap {
        self.tap.clone()
    }

    /// Returns what learns whether the client is there.
    pub(crate) fn presence(&self) -> Presence {
        self.presence.clone()
    }

    /// Returns what learns how it ends.
    pub(crate) fn ending(&self) -> Ending {
        self.ending.clone()
    }

    /// Returns what learns that it has to make room for others.
    pub(crate) fn guest(&self) -> Arc<Guest> {
        let (_, seat) = self.open.as_ref().expect(OPEN);
        seat.guest()
    }

    /// Says that what an upgrade has led to takes over, so that nobody looks at what passes.
    ///
    /// # Errors
    ///
    /// Where the connection was sent away before, and its place is another's.
    pub(crate) fn is_no_longer_http(&mut self) -> Result<(), MadeRoom> {
        self.is_http = false;
        self.is_answering = false;
        let guest = self.guest();
        guest.note(false);
        if guest.is_sent_away() { Err(MadeRoom) } else { Ok(()) }
    }

    /// Says that the connection ends after the answer that it is at, whatever was read ahead.
    pub(crate) fn reads_no_more(&mut self) {
        self.tap.reads_no_more();
    }

    /// Has whole chunks of an answer go out without being looked at, unless somebody wants to see
    /// them.
    pub(crate) fn begin_chunks(&mut self) {
        self.is_unseen = !self.tap.is_seen();
    }

    /// Has what goes out be looked at again: what ends an answer in chunks is not one of them.
    pub(crate) fn end_chunks(&mut self) {
        self.is_unseen = false;
    }

    fn channel(&mut self) -> Pin<&mut Channel> {
        let (channel, _) = self.open.as_mut().expect(OPEN);
        Pin::new(channel)
    }

    /// Looks whether the client has closed its side while it is being answered.
    ///
    /// The HTTP side does not read then, and could not tell one that has asked all that it wants
    /// from one that has left: only what is written from here on shows that.
    fn look_for_an_end(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        if !self.is_answering || self.presence.has_closed() {
            return Ok(());
        }
        match self.channel().poll_look(cx) {
            Poll::Ready(Ok(None)) => self.presence.close(),
            Poll::Ready(Ok(Some(_))) | Poll::Pending => {}
            Poll::Ready(Err(error)) => {
                self.ending.is(Ended::by(&error));
                return Err(error);
            }
        }
        Ok(())
    }
}

/// Why nobody finds a connection without what it is made of.
const OPEN: &str = "it is there until the drop";

/// Whether there is room for a gentle end.
fn may_linger(guest: &Guest) -> bool {
    !guest.is_sent_away() || guest.goes_gently()
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let room = buffer.remaining() > 0;
        let read = ready!(self.channel().poll_read(cx, buffer));
        let bytes = &buffer.filled()[before..];
        match &read {
            Err(error) => self.ending.is(Ended::by(error)),
            Ok(()) if room && bytes.is_empty() => self.ending.is(Ended::Left),
            Ok(()) if self.is_http => self.is_answering = self.tap.received(bytes),
            Ok(()) => {}
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
        let written = self.channel().poll_write(cx, bytes);
        if let Poll::Ready(Ok(written)) = &written
            && self.is_http
            && !self.is_unseen
        {
            self.is_answering = self.tap.sent([&bytes[..*written]]);
        }
        written
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = self.channel().poll_write_vectored(cx, slices);
        if let Poll::Ready(Ok(written)) = &written
            && !self.is_unseen
        {
            let mut left = *written;
            self.is_answering = self.tap.sent(slices.iter().map(|slice| {
                let (sent, _) = slice.split_at(slice.len().min(left));
                left -= sent.len();
                sent
            }));
        }
        written
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.look_for_an_end(cx)?;
        self.channel().poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.channel().poll_shutdown(cx)
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        let Some((channel, seat)) = self.open.take() else { return };
        let ended = self.ending.get();
        let how = ended.map_or(How::Dropped, How::from);
        let is_stalled = ended == Some(Ended::Stalled) || self.ending.is_blocked();
        if is_stalled || ended == Some(Ended::Cut) {
            // Whoever has ended it: what the system still keeps for a client that does not read would
            // outlive the connection's place. And where a response goes on to the connection's end,
            // any other end than this would be taken for its own.
            channel.watched().inspect(|watched| watched.reset_at_the_end());
            self.tap.closed(how);
            return;
        }
        // Nobody but the system judges the client from here on.
        channel.watched().inspect(|watched| watched.ends());
        // Without a runtime the process is ending, and the system closes what is left.
        match (ended, Handle::try_current()) {
            (None | Some(Ended::Stopped), Ok(runtime)) if may_linger(&seat.guest()) => {
                runtime.spawn(linger(channel, self.tap.clone(), how, seat));
            }
            (_, _) => self.tap.closed(how),
        }
    }
}
