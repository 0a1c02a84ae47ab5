//! Sockets.

use std::time::Duration;

use echoclock_shared::check::following::ClockHearing;
use echoclock_shared::check::hearing::SocketHearing;
use echoclock_shared::check::observed::Heard;
use echoclock_shared::check::probe::SocketAsk;
use echoclock_shared::check::request::Request;
use echoclock_shared::close::CloseCode;
use futures_util::{SinkExt, StreamExt};
use http::header::SEC_WEBSOCKET_EXTENSIONS;
use tokio::time::{Instant, timeout};
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

use super::{Edge, broke};
use crate::connect::{Io, Purpose};
use crate::notes::Notes;
use crate::send::listed;

type Socket = WebSocketStream<Box<dyn Io>>;

impl Edge {
    /// Opens a socket, says what is to be said, and follows it to its end.
    pub(super) async fn socket(&self, request: &Request, ask: &SocketAsk, notes: &Notes) {
        let Some(mut socket) = self.open(request, notes).await else { return };
        let opened = Instant::now();
        let mut hearing = SocketHearing::default();
        let mut says = ask.says.iter().copied().peekable();
        let mut items = ask.plan.items();
        // When what was said last is given up.
        let mut given_up = opened;
        loop {
            let is_free = hearing.is_answered() || given_up <= Instant::now();
            let next = says.peek().map(|saying| {
                let due = opened + saying.after;
                if is_free { due } else { due.max(given_up) }
            });
            let all_is_said = next.is_none() && is_free;
            if let Some((code, reason)) = ask.closes.as_ref().filter(|_| all_is_said && items == 0)
            {
                notes.take(Heard::Left).await;
                let frame = CloseFrame { code: (*code).into(), reason: reason.as_str().into() };
                // Where it can't be written, reading tells why.
                let _ = socket.close(Some(frame)).await;
                return closing(socket, notes).await;
            }
            let wake = next.unwrap_or_else(|| far(given_up, is_free));
            let message = tokio::select! {
                message = socket.next() => message,
                () = tokio::time::sleep_until(wake) => {
                    if let Some(saying) = says.next_if(|_| next.is_some()) {
                        let (words, said) = hearing.say(saying);
                        notes.take(said).await;
                        given_up = Instant::now() + ECHO_WITHIN;
                        let message = if saying.is_binary {
                            Message::binary(words)
                        } else {
                            Message::text(String::from_utf8_lossy(&words).into_owned())
                        };
                        if let Err(error) = socket.send(message).await {
                            broke(notes, error).await;
                            return closed(notes, CloseCode::ABNORMAL.0, "").await;
                        }
                    }
                    continue;
                }
            };
            match heard(message, &mut hearing) {
                Passed::Said(what) => {
                    items = items.saturating_sub(u32::from(matches!(what, Heard::Item { .. })));
                    notes.take(what).await;
                }
                Passed::Nothing => {}
                Passed::Over(all) => {
                    notes.take_all(all).await;
                    // The answer to a close frame still has to leave.
                    let _ = timeout(CLOSE_WITHIN, socket.next()).await;
                    return;
                }
            }
        }
    }

    /// Follows the clock over a socket.
    pub(super) async fn clock_by_socket(
        &self,
        request: &Request,
        mut hearing: ClockHearing,
        items: u32,
        notes: &Notes,
    ) {
        let Some(mut socket) = self.open(request, notes).await else { return };
        let mut seen = 0;
        while seen < items {
            match socket.next().await {
                Some(Ok(Message::Text(text))) => {
                    let heard = hearing.push(text.as_bytes()).unwrap_or_default();
                    seen += u32::try_from(heard.len()).unwrap_or(u32::MAX);
                    notes.take_all(heard).await;
                }
                message => match heard(message, &mut SocketHearing::default()) {
                    Passed::Said(what) => notes.take(what).await,
                    Passed::Nothing => {}
                    Passed::Over(all) => return notes.take_all(all).await,
                },
            }
        }
        notes.take(Heard::Left).await;
        // Where it can't be written, reading tells why.
        let _ = socket.close(Some(CloseFrame { code: 1_000.into(), reason: "".into() })).await;
        closing(socket, notes).await;
    }

    async fn open(&self, request: &Request, notes: &Notes) -> Option<Socket> {
        let connection = self.server.connector.open(&self.server.base, Purpose::Socket).await;
        notes.take(Heard::Asked).await;
        let opened = match connection {
            Ok(connection) => {
                let config = WebSocketConfig::default()
                    .max_message_size(Some(MESSAGE_MAX))
                    .max_frame_size(Some(MESSAGE_MAX));
                let request = self.server.opening(&request.target);
                client_async_with_config(request, connection.io, Some(config)).await
            }
            Err(error) => {
                broke(notes, error).await;
                return None;
            }
        };
        match opened {
            Ok((socket, answer)) => {
                let extensions = answer.headers().get(SEC_WEBSOCKET_EXTENSIONS);
                let extensions = extensions.map(|value| String::from_utf8_lossy(value.as_bytes()));
                let extensions = extensions.unwrap_or_default().into_owned();
                notes.take_all(vec![head(&answer), Heard::Opened { extensions }]).await;
                Some(socket)
            }
            Err(Error::Http(answer)) => {
                notes.take_all(vec![head(&answer), Heard::Ended]).await;
                None
            }
            Err(error) => {
                broke(notes, error).await;
                closed(notes, CloseCode::ABNORMAL.0, "").await;
                None
            }
        }
    }
}

/// Reads until the socket is closed.
async fn closing(mut socket: Socket, notes: &Notes) {
    let mut hearing = SocketHearing::default();
    loop {
        match heard(socket.next().await, &mut hearing) {
            Passed::Said(what) => notes.take(what).await,
            Passed::Nothing => {}
            Passed::Over(all) => return notes.take_all(all).await,
        }
    }
}

/// What a read has brought.
enum Passed {
    Said(Heard),
    Nothing,
    Over(Vec<Heard>),
}

fn heard(message: Option<Result<Message, Error>>, hearing: &mut SocketHearing) -> Passed {
    let abnormal = || Heard::Closed { code: CloseCode::ABNORMAL.0, reason: String::new() };
    match message {
        Some(Ok(Message::Text(text))) => Passed::Said(hearing.message(text.as_bytes(), false)),
        Some(Ok(Message::Binary(bytes))) => Passed::Said(hearing.message(&bytes, true)),
        Some(Ok(Message::Ping(_))) => Passed::Said(Heard::Beat),
        Some(Ok(Message::Pong(_) | Message::Frame(_))) => Passed::Nothing,
        Some(Ok(Message::Close(Some(frame)))) => Passed::Over(vec![Heard::Closed {
            code: frame.code.into(),
            reason: frame.reason.as_str().to_owned(),
        }]),
        Some(Ok(Message::Close(None))) => {
            Passed::Over(vec![Heard::Closed { code: CloseCode::NONE.0, reason: String::new() }])
        }
        Some(Err(error)) => {
            Passed::Over(vec![Heard::Broke { error: error.to_string() }, abnormal()])
        }
        None => Passed::Over(vec![abnormal()]),
    }
}

fn head(answer: &http::Response<Option<Vec<u8>>>) -> Heard {
    Heard::Head {
        status: answer.status().as_u16(),
        version: Some(format!("{:?}", answer.version())),
        headers: listed(answer.headers()),
    }
}

async fn closed(notes: &Notes, code: u16, reason: &str) {
    notes.take(Heard::Closed { code, reason: reason.to_owned() }).await;
}

/// When to look again where nothing is to be said: once what was said last is given up.
fn far(given_up: Instant, is_free: bool) -> Instant {
    if is_free { Instant::now() + Duration::from_secs(3_600) } else { given_up }
}

/// How long an echo is waited for.
const ECHO_WITHIN: Duration = Duration::from_secs(5);

/// How long the other end may take to end the connection of a closed socket.
const CLOSE_WITHIN: Duration = Duration::from_secs(1);

/// The largest message, in bytes: larger than what any probe says.
const MESSAGE_MAX: usize = 4 * 1024 * 1024;
