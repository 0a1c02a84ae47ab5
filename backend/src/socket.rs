//! A WebSocket as the server holds it: every wait has an end, and every end a close frame.

use std::convert::Infallible;
use std::fmt;

use axum::extract::FromRequestParts;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{self, CloseFrame, Utf8Bytes, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use bytes::Bytes;
use echoclock_shared::close::CloseCode;
use echoclock_shared::limits::CLOSE_REASON_MAX;
use http::Method;
use http::request::Parts;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_tungstenite::tungstenite;

use crate::counts::OpenSocket;
use crate::drain::Drain;
use crate::error::Refusal;
use crate::ledger::{Recorder, Sender};
use crate::limits::Limits;
use crate::peer::Peer;
use crate::state::AppState;

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
    /// The client closed it.
    ByClient(Option<CloseFrame>),
    /// The connection is gone: the client left without a word, or stopped reading.
    Lost(String),
    /// The server closes it.
    ByServer(CloseCode, String),
}

/// A request that may open a socket.
pub(crate) struct Opening {
    peer: Peer,
    method: Method,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
    recorder: Option<Recorder>,
}

impl<S: Send + Sync> FromRequestParts<S> for Opening {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        Ok(Self {
            peer: Peer::from_request_parts(parts, state).await?,
            method: parts.method.clone(),
            recorder: parts.extensions.get().cloned(),
            upgrade: WebSocketUpgrade::from_request_parts(parts, state).await,
        })
    }
}

/// How an endpoint takes sockets.
pub(crate) struct Endpoint {
    /// For the log.
    pub(crate) name: String,
    /// The largest message, in bytes.
    pub(crate) message_max: usize,
    /// The subprotocol that is selected where a client offers it.
    pub(crate) subprotocol: Option<&'static str>,
}

impl Endpoint {
    /// Answers a WebSocket's opening, and has `converse` go on from there.
    ///
    /// # Errors
    ///
    /// Where the request opens no WebSocket, or the server drains.
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
        let Opening { peer, method, upgrade, recorder } = opening;
        let upgrade = upgrade.map_err(|rejection| match method {
            Method::GET | Method::HEAD | Method::CONNECT => Refusal::NotASocket {
                detail: format!("this is a WebSocket's address: {}", rejection.body_text()),
            },
            _ => Refusal::Method { method: method.to_string(), allowed: Some("GET, CONNECT") },
        })?;
        let (name, failed) = (self.name.clone(), recorder.clone());
        let upgrade = upgrade
            .protocols(self.subprotocol)
            .max_message_size(self.message_max)
            .max_frame_size(self.message_max)
            .read_buffer_size(BUFFER)
            .write_buffer_size(BUFFER)
            .on_failed_upgrade(move |error| {
                tracing::info!(%peer, %error, "socket not opened: {name}");
                if let Some(recorder) = failed {
                    recorder.ended(&format!("not opened: {error}"));
                }
            });
        Ok(upgrade.on_upgrade(move |socket| {
            let open = state.counts.open_socket(self.name, peer);
            let socket = Socket {
                socket,
                message_max: self.message_max,
                limits: state.limits,
                drain: state.drain.clone(),
                heard: Instant::now(),
                pinged: Instant::now(),
                open,
                recorder,
            };
            converse(socket, state)
        }))
    }
}

/// An open WebSocket.
#[derive(Debug)]
pub(crate) struct Socket {
    socket: WebSocket,
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
                received = self.socket.recv() => {
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
                    self.send_frame(ws::Message::Ping(Bytes::new())).await?;
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
            Message::Text(text) => ws::Message::Text(text),
            Message::Binary(bytes) => ws::Message::Binary(bytes),
        })
        .await
    }

    /// Closes the socket as its end needs, and waits a bounded while for the client's part.
    pub(crate) async fn close(mut self, end: End) {
        let close_timeout = self.limits.close_timeout;
        let closing = async {
            if let End::ByServer(code, reason) = &end {
                let frame = CloseFrame { code: code.0, reason: reason.as_str().into() };
                self.send_frame(ws::Message::Close(Some(frame))).await?;
            }
            // Reading on sends the answer to the client's close frame, or waits for its answer.
            while let Some(Ok(message)) = self.socket.recv().await {
                self.note(Sender::Client, &message);
            }
            if let End::ByClient(frame) = &end {
                self.note(Sender::Server, &ws::Message::Close(frame.clone()));
            }
            Ok::<_, End>(())
        };
        let closed = timeout(close_timeout, closing).await;
        tracing::debug!(answered = closed.is_ok(), "closing handshake");
        if let Some(recorder) = &self.recorder {
            recorder.ended(&end.to_string());
        }
        self.open.ended(&end);
    }

    fn received(
        &self,
        received: Option<Result<ws::Message, axum::Error>>,
    ) -> Result<Option<Message>, End> {
        if let Some(Ok(message)) = &received {
            self.note(Sender::Client, message);
        }
        match received {
            Some(Ok(ws::Message::Text(text))) => Ok(Some(Message::Text(text))),
            Some(Ok(ws::Message::Binary(bytes))) => Ok(Some(Message::Binary(bytes))),
            // The protocol answers a ping by itself.
            Some(Ok(ws::Message::Ping(_) | ws::Message::Pong(_))) => Ok(None),
            Some(Ok(ws::Message::Close(frame))) => Err(End::ByClient(frame)),
            Some(Err(error)) => Err(self.fault(error)),
            None => Err(End::Lost("the client left".to_owned())),
        }
    }

    /// Returns the close code for what the client did wrong (RFC 6455, section 7.4.1).
    fn fault(&self, error: axum::Error) -> End {
        let text = error.to_string();
        let error = error.into_inner().downcast::<tungstenite::Error>();
        match error.as_deref() {
            Ok(tungstenite::Error::Capacity(_)) => {
                let reason = format!("a message may have at most {} bytes", self.message_max);
                End::ByServer(CloseCode::TOO_BIG, reason)
            }
            Ok(tungstenite::Error::Utf8(_)) => {
                End::ByServer(CloseCode(1007), "a text message was not UTF-8".to_owned())
            }
            Ok(tungstenite::Error::Protocol(
                tungstenite::error::ProtocolError::ResetWithoutClosingHandshake,
            )) => End::Lost(text),
            Ok(tungstenite::Error::Protocol(error)) => {
                let mut reason = error.to_string();
                reason.truncate(reason.floor_char_boundary(CLOSE_REASON_MAX));
                End::ByServer(CloseCode(1002), reason)
            }
            Ok(_) | Err(_) => End::Lost(text),
        }
    }

    async fn send_frame(&mut self, message: ws::Message) -> Result<(), End> {
        self.note(Sender::Server, &message);
        self.socket.send(message).await.map_err(|error| End::Lost(error.to_string()))
    }

    fn note(&self, sender: Sender, message: &ws::Message) {
        if let Some(recorder) = &self.recorder {
            recorder.frame(sender, message);
        }
    }
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ByClient(Some(frame)) => {
                write!(f, "closed by the client with {} {:?}", frame.code, frame.reason.as_str())
            }
            Self::ByClient(None) => f.write_str("closed by the client without a code"),
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
