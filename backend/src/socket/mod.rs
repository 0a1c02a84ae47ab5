//! A WebSocket as the server holds it: every wait has an end, and every end a close frame.

use std::convert::Infallible;
use std::fmt;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::response::Response;
use bytes::Bytes;
use echoclock_shared::close::CloseCode;
use echoclock_shared::limits::CLOSE_REASON_MAX;
use futures_util::{SinkExt, StreamExt};
use http::request::Parts;
use http::{HeaderMap, HeaderValue};
use hyper::ext::Protocol;
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{self, Utf8Bytes};

use crate::client::Client;
use crate::counts::OpenSocket;
use crate::drain::Drain;
use crate::error::Refusal;
use crate::in_use::Use;
use crate::ledger::Recorder;
use crate::limits::Limits;
use crate::peer::Peer;
use crate::state::AppState;

mod handshake;
use handshake::Handshake;

mod frames;

mod tapped;
use tapped::{ClientClose, Tapped};

/// What a client sent.
#[derive(Debug)]
pub(crate) enum Message {
    /// A text message.
    Text(Utf8Bytes),
    /// A binary message.
    Binary(Bytes),
}

/// Why a socket ends.
#[derive(Debug)]
pub(crate) enum End {
    /// The client closed it, with what it sent, and with what the protocol answered.
    ByClient(ClientClose, Option<u16>),
    /// The connection is gone: the client left without a word, or stopped reading.
    Lost(String),
    /// The server closes it.
    ByServer(CloseCode, String),
}

/// A request that may open a socket.
pub(crate) struct Opening {
    peer: Peer,
    client: Client,
    headers: HeaderMap,
    handshake: Result<Handshake, Refusal>,
    upgrade: Option<OnUpgrade>,
    recorder: Option<Recorder>,
    /// Over HTTP/2 the connection is used for as long as the socket lives.
    in_use: Option<Arc<Use>>,
}

impl<S: Send + Sync> FromRequestParts<S> for Opening {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let protocol = parts.extensions.get::<Protocol>();
        Ok(Self {
            handshake: Handshake::judge(&parts.method, parts.version, &parts.headers, protocol),
            peer: Peer::from_request_parts(parts, state).await?,
            client: Client::from_request_parts(parts, state).await?,
            recorder: parts.extensions.get().cloned(),
            in_use: parts.extensions.get().cloned(),
            upgrade: parts.extensions.remove(),
            headers: std::mem::take(&mut parts.headers),
        })
    }
}

/// Which of the subprotocols that a client offers is selected.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Subprotocol {
    /// None.
    No,
    /// This one, where it is offered.
    Known(&'static str),
    /// The first one.
    First,
    /// This one, which has to be offered.
    Asked(String),
}

/// How an endpoint takes sockets.
pub(crate) struct Endpoint {
    /// For the log.
    pub(crate) name: String,
    /// The largest message, in bytes.
    pub(crate) message_max: usize,
    /// Which subprotocol is selected.
    pub(crate) subprotocol: Subprotocol,
}

impl Endpoint {
    /// Answers a WebSocket's opening, and has `converse` go on from there.
    ///
    /// # Errors
    ///
    /// Where the request opens no WebSocket, the server drains, or there are as many as may be.
    pub(crate) fn open<F>(
        self,
        state: AppState,
        opening: Opening,
        converse: impl FnOnce(Socket, AppState) -> F + Send + 'static,
    ) -> Result<Response, Refusal>
    where
        F: Future<Output = ()> + Send + 'static,
    {
        state.drain.refuse_new()?;
        let Opening { peer, client, headers, handshake, upgrade, recorder, in_use } = opening;
        let handshake = handshake?;
        let upgrade = upgrade.ok_or_else(|| Refusal::NotASocket {
            detail: "this connection can't become a WebSocket".to_owned(),
        })?;
        let selected = self.subprotocol.select(&headers)?;
        let place = state.counts.socket_place(client)?;
        let Self { name, message_max, .. } = self;
        tokio::spawn(async move {
            let _in_use = in_use;
            let connection = match upgrade.await {
                Ok(connection) => Tapped::new(TokioIo::new(connection), recorder.clone()),
                Err(error) => {
                    tracing::info!(%peer, %error, "socket not opened: {name}");
                    if let Some(recorder) = recorder {
                        recorder.ended(&format!("not opened: {error}"));
                    }
                    return;
                }
            };
            let config = Some(config(message_max));
            let socket = WebSocketStream::from_raw_socket(connection, Role::Server, config).await;
            let open = place.open(name, peer);
            let socket = Socket {
                socket,
                message_max,
                limits: state.limits,
                drain: state.drain.clone(),
                heard: Instant::now(),
                pinged: Instant::now(),
                open,
                recorder,
            };
            converse(socket, state).await;
        });
        Ok(handshake.answer(selected))
    }
}

impl Subprotocol {
    /// Selects one of those that a client offers (RFC 6455, section 4.2.2).
    fn select(&self, headers: &HeaderMap) -> Result<Option<HeaderValue>, Refusal> {
        let mut offered = handshake::offered(headers);
        let selected = match self {
            Self::No => None,
            Self::Known(name) => offered.find(|offered| offered == name),
            Self::First => offered.next(),
            Self::Asked(name) => match offered.find(|offered| offered == name) {
                Some(name) => Some(name),
                None => {
                    let fault = "is not among the subprotocols that the client offers";
                    return Err(Refusal::parameter(PROTOCOL, fault));
                }
            },
        };
        let value = |name| HeaderValue::from_str(name).expect("it was a part of such a value");
        Ok(selected.map(value))
    }
}

fn config(message_max: usize) -> WebSocketConfig {
    WebSocketConfig::default()
        .max_message_size(Some(message_max))
        .max_frame_size(Some(message_max))
        .read_buffer_size(BUFFER)
        .write_buffer_size(BUFFER)
}

/// An open WebSocket.
#[derive(Debug)]
pub(crate) struct Socket {
    socket: WebSocketStream<Tapped<TokioIo<Upgraded>>>,
    message_max: usize,
    limits: Limits,
    drain: Drain,
    /// When the last frame came.
    heard: Instant,
    /// When the client was last asked for a sign of life.
    pinged: Instant,
    open: OpenSocket,
    recorder: Option<Recorder>,
}

impl Socket {
    /// Waits for a message.
    ///
    /// # Errors
    ///
    /// Where the socket ends.
    pub(crate) async fn next(&mut self) -> Result<Message, End> {
        loop {
            let silent_at = self.heard + self.limits.socket_silence;
            let ping_at = self.heard.max(self.pinged) + self.limits.socket_ping_every;
            tokio::select! {
                biased;
                () = self.drain.begun() => {
                    return Err(End::ByServer(CloseCode::GOING_AWAY, "the server stops".to_owned()));
                }
                received = self.socket.next() => {
                    self.heard = Instant::now();
                    if let Some(message) = self.received(received)? {
                        self.open.count();
                        return Ok(message);
                    }
                }
                () = sleep_until(ping_at.min(silent_at)) => {
                    if silent_at <= ping_at {
                        return Err(End::Lost("silent for too long".to_owned()));
                    }
                    self.pinged = Instant::now();
                    self.send_frame(tungstenite::Message::Ping(Bytes::new())).await?;
                }
            }
        }
    }

    /// Sends a message.
    ///
    /// # Errors
    ///
    /// Where the connection is gone, or the client does not read.
    pub(crate) async fn send(&mut self, message: Message) -> Result<(), End> {
        self.send_frame(match message {
            Message::Text(text) => tungstenite::Message::Text(text),
            Message::Binary(bytes) => tungstenite::Message::Binary(bytes),
        })
        .await
    }

    /// Closes the socket as its end needs, and waits a bounded while for the client's part.
    pub(crate) async fn close(mut self, end: End) {
        let close_timeout = self.limits.close_timeout;
        let closing = async {
            if let End::ByServer(code, reason) = &end {
                let frame = CloseFrame { code: code.0.into(), reason: reason.as_str().into() };
                self.send_frame(tungstenite::Message::Close(Some(frame))).await?;
            }
            // Reading on sends the answer to the client's close frame, or waits for its answer.
            while let Some(Ok(_)) = self.socket.next().await {}
            Ok::<_, End>(())
        };
        let closed = timeout(close_timeout, closing).await;
        tracing::debug!(answered = closed.is_ok(), "closing handshake");
        let Self { socket, open, recorder, .. } = self;
        if let Some(recorder) = recorder {
            recorder.ended(&end.to_string());
        }
        open.ended(&end);
        // What a client goes on to say passes as well, and is written down.
        let rest = timeout(close_timeout, socket.into_inner().discard_the_rest()).await;
        tracing::debug!(closed = rest.is_ok(), "the client's side");
    }

    fn received(
        &self,
        received: Option<Result<tungstenite::Message, tungstenite::Error>>,
    ) -> Result<Option<Message>, End> {
        match received {
            Some(Ok(tungstenite::Message::Text(text))) => Ok(Some(Message::Text(text))),
            Some(Ok(tungstenite::Message::Binary(bytes))) => Ok(Some(Message::Binary(bytes))),
            // The protocol answers a ping by itself.
            Some(Ok(tungstenite::Message::Ping(_) | tungstenite::Message::Pong(_))) => Ok(None),
            Some(Ok(tungstenite::Message::Close(answer))) => Err(self.closed_by_client(answer)),
            Some(Ok(tungstenite::Message::Frame(_))) => unreachable!("frames are put together"),
            Some(Err(error)) => Err(self.fault(&error)),
            None => Err(End::Lost("the client left".to_owned())),
        }
    }

    /// Tells a close frame as it came, where the protocol has put another one in its place.
    fn closed_by_client(&self, answer: Option<CloseFrame>) -> End {
        let answer = answer.map(|frame| u16::from(frame.code));
        let sent = self.socket.get_ref().closed_with().cloned();
        End::ByClient(sent.unwrap_or(ClientClose { code: answer, reason: String::new() }), answer)
    }

    /// Returns the close code for what the client did wrong (RFC 6455, section 7.4.1).
    fn fault(&self, error: &tungstenite::Error) -> End {
        match error {
            tungstenite::Error::Capacity(_) => {
                let reason = format!("a message may have at most {} bytes", self.message_max);
                End::ByServer(CloseCode::TOO_BIG, reason)
            }
            tungstenite::Error::Utf8(_) => {
                End::ByServer(CloseCode(1007), "a text message was not UTF-8".to_owned())
            }
            tungstenite::Error::Protocol(
                error @ tungstenite::error::ProtocolError::ResetWithoutClosingHandshake,
            ) => End::Lost(error.to_string()),
            tungstenite::Error::Protocol(error) => {
                let mut reason = error.to_string();
                reason.truncate(reason.floor_char_boundary(CLOSE_REASON_MAX));
                End::ByServer(CloseCode(1002), reason)
            }
            tungstenite::Error::ConnectionClosed
            | tungstenite::Error::AlreadyClosed
            | tungstenite::Error::Io(_)
            | tungstenite::Error::Tls(_)
            | tungstenite::Error::WriteBufferFull(_)
            | tungstenite::Error::AttackAttempt
            | tungstenite::Error::Url(_)
            | tungstenite::Error::Http(_)
            | tungstenite::Error::HttpFormat(_) => End::Lost(error.to_string()),
        }
    }

    async fn send_frame(&mut self, message: tungstenite::Message) -> Result<(), End> {
        self.socket.send(message).await.map_err(|error| End::Lost(error.to_string()))
    }
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ByClient(ClientClose { code: Some(code), reason }, answer) => {
                write!(f, "closed by the client with {code} {reason:?}")?;
                match answer {
                    Some(answer) if answer != code => {
                        write!(f, ", a code that may not be sent, and answered with {answer}")
                    }
                    Some(_) | None => Ok(()),
                }
            }
            Self::ByClient(ClientClose { code: None, .. }, _) => {
                f.write_str("closed by the client without a code")
            }
            Self::Lost(how) => write!(f, "lost: {how}"),
            Self::ByServer(code, reason) => {
                write!(f, "closed by the server with {} {reason:?}", code.0)
            }
        }
    }
}

/// The read buffer and the write buffer of a socket: what an idle one costs. A larger message
/// makes them grow.
const BUFFER: usize = 8 * 1024;

/// The query parameter that asks for a subprotocol.
pub(crate) const PROTOCOL: &str = "protocol";
