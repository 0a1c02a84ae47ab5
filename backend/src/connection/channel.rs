//! What a connection's bytes pass through: TLS, where there is to be TLS.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::server::{FallibleAccept, TlsStream};

use super::ahead::Ahead;
use super::watched::Watched;

/// The bytes of a connection as both ends mean them.
///
/// How fast the client takes what is written is watched below TLS, where it shows; what TLS keeps of it
/// is at most [`KEPT_MAX`].
#[derive(Debug)]
pub(super) struct Channel(State);

enum State {
    Plain(Ahead<Watched>),
    /// There is to be TLS, and nothing has come yet.
    Silent(Ahead<Watched>, Arc<ServerConfig>),
    Greeting(Box<FallibleAccept<Ahead<Watched>>>),
    Tls(Box<Ahead<TlsStream<Ahead<Watched>>>>),
    /// A greeting has failed in a way that leaves nothing, or is about to become something else.
    Over,
}

/// What a connection has turned out to be.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Opened {
    /// It is as it should be.
    AsItShould,
    /// It is without TLS where there is to be TLS.
    WithoutTls,
}

impl Channel {
    /// Begins with what was accepted; with settings of TLS there is to be TLS.
    pub(super) fn new(watched: Watched, tls: Option<Arc<ServerConfig>>) -> Self {
        let watched = Ahead::new(watched);
        Self(match tls {
            None => State::Plain(watched),
            Some(tls) => State::Silent(watched, tls),
        })
    }

    /// Greets the client, where there is to be TLS: reading and writing make sense from there on.
    ///
    /// # Errors
    ///
    /// Where the client has left, or there is no understanding; it was told so.
    pub(super) fn poll_open(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Opened>> {
        loop {
            match &mut self.0 {
                State::Plain(_) | State::Tls(_) | State::Over => {
                    return Poll::Ready(Ok(Opened::AsItShould));
                }
                State::Silent(watched, _) => {
                    let first = ready!(watched.poll_look(cx))?;
                    let State::Silent(watched, tls) = self.take() else { unreachable!() };
                    if first.is_some_and(|byte| byte != HANDSHAKE) {
                        self.0 = State::Plain(watched);
                        return Poll::Ready(Ok(Opened::WithoutTls));
                    }
                    let greeting = TlsAcceptor::from(tls).accept_with(watched, |session| {
                        session.set_buffer_limit(Some(KEPT_MAX));
                    });
                    self.0 = State::Greeting(Box::new(greeting.into_fallible()));
                }
                State::Greeting(greeting) => match ready!(Pin::new(greeting).poll(cx)) {
                    Ok(stream) => self.0 = State::Tls(Box::new(Ahead::new(stream))),
                    Err((error, watched)) => {
                        self.0 = State::Plain(watched);
                        return Poll::Ready(Err(error));
                    }
                },
            }
        }
    }

    fn take(&mut self) -> State {
        std::mem::replace(&mut self.0, State::Over)
    }

    /// Returns what was accepted; nothing amid a greeting.
    pub(super) fn watched(&self) -> Option<&Watched> {
        match &self.0 {
            State::Plain(watched) | State::Silent(watched, _) => Some(&watched.stream),
            State::Tls(stream) => Some(&stream.stream.get_ref().0.stream),
            State::Greeting(_) | State::Over => None,
        }
    }

    /// Looks at the next byte; nothing at the end.
    pub(super) fn poll_look(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Option<u8>>> {
        match &mut self.0 {
            State::Plain(watched) => watched.poll_look(cx),
            State::Tls(stream) => match ready!(stream.poll_look(cx)) {
                Err(error) if is_an_end(&error) => Poll::Ready(Ok(None)),
                looked => Poll::Ready(looked),
            },
            State::Silent(..) | State::Greeting(_) | State::Over => Poll::Ready(not_open()),
        }
    }

    /// Whether all that was written has been taken by the system.
    pub(super) fn has_left(&self) -> bool {
        match &self.0 {
            State::Tls(stream) => !stream.stream.get_ref().1.wants_write(),
            State::Plain(_) | State::Silent(..) | State::Greeting(_) | State::Over => true,
        }
    }
}

/// Does the same with whatever carries the bytes, once something does.
macro_rules! with {
    ($channel:expr, $stream:ident => $done:expr) => {
        match &mut $channel.0 {
            State::Plain($stream) => $done,
            State::Tls(stream) => {
                let $stream = &mut **stream;
                $done
            }
            State::Silent(..) | State::Greeting(_) | State::Over => Poll::Ready(not_open()),
        }
    };
}

/// Whether a failure is the end of a connection without TLS's own word for it, as most browsers leave.
/// Where a message is cut off by that, HTTP itself knows.
fn is_an_end(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::UnexpectedEof
}

fn not_open<T>() -> io::Result<T> {
    Err(io::Error::new(io::ErrorKind::NotConnected, "TLS has not begun"))
}

impl AsyncRead for Channel {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match &mut self.0 {
            State::Plain(watched) => Pin::new(watched).poll_read(cx, buffer),
            State::Tls(stream) => match ready!(Pin::new(&mut **stream).poll_read(cx, buffer)) {
                Err(error) if is_an_end(&error) => Poll::Ready(Ok(())),
                read => Poll::Ready(read),
            },
            State::Silent(..) | State::Greeting(_) | State::Over => Poll::Ready(not_open()),
        }
    }
}

impl AsyncWrite for Channel {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        with!(self, stream => Pin::new(stream).poll_write(cx, bytes))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        with!(self, stream => Pin::new(stream).poll_write_vectored(cx, slices))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        with!(self, stream => Pin::new(stream).poll_flush(cx))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        with!(self, stream => Pin::new(stream).poll_shutdown(cx))
    }
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Plain(_) => "Plain",
            Self::Silent(..) => "Silent",
            Self::Greeting(_) => "Greeting",
            Self::Tls(_) => "Tls",
            Self::Over => "Over",
        })
    }
}

/// How a connection of TLS begins: with a record of this kind (RFC 8446, section 5.1).
const HANDSHAKE: u8 = 22;

/// How much TLS keeps, in bytes, of what is written: one record (RFC 8446, section 5.1).
const KEPT_MAX: usize = 16 * 1024;
