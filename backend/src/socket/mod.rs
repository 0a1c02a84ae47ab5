//! A WebSocket as the server holds it: every byte that is kept has a bound, every wait has an end,
//! and every end that the client can still be told of a close frame.
//!
//! The protocol is the server's own. What it decides is pure: frames and messages (`head`,
//! `reader`), what waits to be written (`queue`), how long and how fast (`waits`, `rate`), why it is
//! over (`end`). `open` carries it out over a `link`.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::FromRequestParts;
use axum::response::Response;
use http::request::Parts;
use http::{HeaderMap, HeaderValue};
use hyper::ext::Protocol;
use hyper::upgrade::OnUpgrade;

use crate::client::Client;
use crate::error::Refusal;
use crate::in_use::Use;
use crate::ledger::Recorder;
use crate::limits::Limits;
use crate::link::LinkId;
use crate::peer::Peer;
use crate::state::AppState;
use crate::work::Carries;

mod handshake;
use handshake::Handshake;

mod open;
use open::Parts as SocketParts;
pub(crate) use open::{Answer, Message, Socket};

mod end;
pub(crate) use end::{End, MessageMax};

mod link;
use link::Link;

mod reader;

mod head;

mod queue;

mod held;

mod waits;

mod rate;

mod record;
use record::Record;

mod frames;

/// A request that may open a socket.
pub(crate) struct Opening {
    link: LinkId,
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
            link: LinkId::from_request_parts(parts, state).await?,
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
    /// What its sockets carry.
    pub(crate) carries: Carries,
    /// The largest message.
    pub(crate) message_max: MessageMax,
    /// Which subprotocol is selected.
    pub(crate) subprotocol: Subprotocol,
    /// How long a client may be silent, and is asked for no sign of life; nothing for all that the
    /// server's limits say.
    pub(crate) silence: Option<Duration>,
}

impl Endpoint {
    /// Answers a WebSocket's opening, and has `converse` go on from there.
    ///
    /// # Errors
    ///
    /// Where the request opens no WebSocket, or there are as many as may be.
    pub(crate) fn open<F>(
        self,
        state: AppState,
        opening: Opening,
        converse: impl FnOnce(Socket, AppState) -> F + Send + 'static,
    ) -> Result<Response, Refusal>
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let Opening { link: id, peer, client, headers, handshake, upgrade, recorder, in_use } =
            opening;
        let handshake = handshake?;
        let upgrade = upgrade.ok_or_else(|| Refusal::NotASocket {
            detail: "this connection can't become a WebSocket".to_owned(),
        })?;
        let selected = self.subprotocol.select(&headers)?;
        let place = state.counts.socket_place(client)?;
        let Self { name, carries, message_max, silence, .. } = self;
        tokio::spawn(async move {
            let upgraded = upgrade.await.map_err(|error| error.to_string());
            let link = upgraded.and_then(|upgraded| {
                Link::new(upgraded, in_use.clone(), &state.limits, state.hits.clone())
                    .map_err(|error| error.to_string())
            });
            let link = match link {
                Ok(link) => link,
                Err(error) => {
                    tracing::info!(link = %id, %peer, %error, "socket not opened: {name}");
                    if let Some(recorder) = recorder {
                        recorder.ended(&format!("not opened: {error}"));
                    }
                    return;
                }
            };
            let parts = SocketParts {
                link,
                message_max,
                limits: &with_silence(&state.limits, silence),
                budget: &state.budget.of(client),
                drain: state.drain.drained_in_turn(),
                open: place.open(id, carries, name, peer),
                record: recorder.map(Record::new),
            };
            let socket = Socket::new(parts);
            converse(socket, state).await;
            drop(in_use);
        });
        Ok(handshake.answer(selected))
    }
}

/// Returns limits by which a client may be silent for so long, unasked.
fn with_silence(limits: &Limits, silence: Option<Duration>) -> Limits {
    let socket_ping_every = silence.unwrap_or(limits.socket_ping_every);
    let socket_silence = silence.unwrap_or(limits.socket_silence);
    Limits { socket_ping_every, socket_silence, ..*limits }
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

/// The query parameter that asks for a subprotocol.
pub(crate) const PROTOCOL: &str = "protocol";
