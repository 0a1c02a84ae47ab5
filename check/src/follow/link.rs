//! A link of any kind, followed to its end or for as long as is wanted.

use std::time::Duration;

use anyhow::{Context, bail};
use echoclock_shared::check::request::Request;
use echoclock_shared::close::CloseCode;
use futures_util::StreamExt;
use http::header::CONTENT_TYPE;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

use super::followed::{End, Head};
use super::scan::{Kind, Scan};
use super::tally::{Measures, Passed, Tally};
use crate::connect::{Io, Purpose};
use crate::drive::interrupt;
use crate::send::{Answer, Server, listed};

/// What was seen of it.
pub(super) struct Seen {
    pub(super) kind: Kind,
    pub(super) head: Head,
    pub(super) measures: Measures,
    pub(super) end: End,
    /// Since the beginning of the connection.
    pub(super) took: Duration,
}

/// A link that is open.
enum Link {
    Stream(Box<Answer>, Scan),
    Socket(Box<WebSocketStream<Box<dyn Io>>>),
}

/// Follows a resource for so long at the most.
///
/// # Errors
///
/// Where it does not open.
pub(super) async fn follow(
    server: &Server,
    target: &str,
    is_socket: bool,
    time: Duration,
) -> anyhow::Result<Seen> {
    let began = Instant::now();
    let opening = async {
        if is_socket { open_socket(server, target).await } else { ask(server, target).await }
    };
    let opened = timeout(time, opening).await;
    let opened = opened.with_context(|| format!("nothing answers within {} s", time.as_secs()))?;
    let (kind, status, version, headers, mut link) = opened?;
    let after = began.elapsed();
    let head = Head::new(status, version, after, headers);
    let mut tally = Tally::new(after);
    let over = sleep_until(began + time);
    tokio::pin!(over);
    let interrupted = interrupt();
    tokio::pin!(interrupted);
    let end = loop {
        let next = tokio::select! {
            next = link.next() => next,
            () = &mut over => break End::Open,
            () = &mut interrupted => break End::Interrupted,
        };
        match next {
            Ok(all) => {
                let at = began.elapsed();
                all.into_iter().for_each(|passed| tally.take(at, passed));
            }
            Err(end) => break end,
        }
    };
    let took = began.elapsed();
    Ok(Seen { kind, head, measures: tally.measure(after, took), end, took })
}

type Opened = (Kind, u16, String, Vec<(String, String)>, Link);

async fn ask(server: &Server, target: &str) -> anyhow::Result<Opened> {
    let request = Request { accept: Some(ACCEPT), ..Request::get(target.to_owned()) };
    let answer = server.send(&request, None).await?;
    let status = answer.status;
    if !(200..300).contains(&status) {
        let to = answer.headers.get("location").map(|to| String::from_utf8_lossy(to.as_bytes()));
        let to = to.map_or(String::new(), |to| format!(", which leads to {to}"));
        bail!("it is answered with status {status}{to}");
    }
    let content_type = answer.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let kind = Kind::of(content_type.unwrap_or_default());
    let (version, headers) = (format!("{:?}", answer.version), listed(&answer.headers));
    Ok((kind, status, version, headers, Link::Stream(Box::new(answer), Scan::new(kind))))
}

async fn open_socket(server: &Server, target: &str) -> anyhow::Result<Opened> {
    let connection = server.connector.open(&server.base, Purpose::Socket).await?;
    let config = WebSocketConfig::default()
        .max_message_size(Some(MESSAGE_MAX))
        .max_frame_size(Some(MESSAGE_MAX));
    let opened =
        client_async_with_config(server.opening(target), connection.io, Some(config)).await;
    match opened {
        Ok((socket, answer)) => {
            let (version, headers) = (format!("{:?}", answer.version()), listed(answer.headers()));
            let status = answer.status().as_u16();
            Ok((Kind::Socket, status, version, headers, Link::Socket(Box::new(socket))))
        }
        Err(Error::Http(answer)) => {
            bail!("the upgrade is answered with status {}", answer.status().as_u16())
        }
        Err(error) => Err(error).context("the upgrade"),
    }
}

impl Link {
    /// Returns what has passed, once anything has.
    async fn next(&mut self) -> Result<Vec<Passed>, End> {
        match self {
            Self::Stream(answer, scan) => match answer.piece().await {
                Ok(Some(piece)) => Ok(scan.push(&piece)),
                Ok(None) => Err(End::Ended),
                Err(error) => Err(End::Broke { error: format!("{error:#}") }),
            },
            Self::Socket(socket) => match socket.next().await {
                Some(Ok(message)) => message_of(message),
                Some(Err(error)) => Err(End::Broke { error: error.to_string() }),
                None => {
                    let error = "the connection ended without a close frame".to_owned();
                    Err(End::Broke { error })
                }
            },
        }
    }
}

fn message_of(message: Message) -> Result<Vec<Passed>, End> {
    match message {
        Message::Text(text) => Ok(vec![Passed::Item(text.len() as u64)]),
        Message::Binary(bytes) => Ok(vec![Passed::Item(bytes.len() as u64)]),
        Message::Ping(_) => Ok(vec![Passed::Beat]),
        Message::Pong(_) | Message::Frame(_) => Ok(vec![]),
        Message::Close(Some(frame)) => {
            Err(End::Closed { code: frame.code.into(), reason: frame.reason.as_str().to_owned() })
        }
        Message::Close(None) => Err(End::Closed { code: CloseCode::NONE.0, reason: String::new() }),
    }
}

/// What is followed as more than bytes.
const ACCEPT: &str = "text/event-stream, application/x-ndjson, application/jsonl, */*;q=0.1";

/// The largest message that is taken, in bytes.
const MESSAGE_MAX: usize = 16 * 1024 * 1024;
