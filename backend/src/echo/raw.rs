//! The raw echo: every message comes back as it is, for any client or conformance suite.

use std::convert::Infallible;

use axum::extract::State;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::response::Response;
use http::Method;

use crate::connection::Peer;
use crate::error::Refusal;
use crate::socket::{End, Endpoint, Socket};
use crate::state::AppState;

/// Answers `/api/echo/raw`.
///
/// # Errors
///
/// Where the request opens no WebSocket, or the server drains.
pub(crate) async fn open(
    State(state): State<AppState>,
    peer: Peer,
    method: Method,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Refusal> {
    let endpoint = Endpoint {
        name: "raw echo".to_owned(),
        message_max: state.limits.raw_message,
        subprotocol: None,
    };
    endpoint.open(state, peer, &method, upgrade, async |mut socket, _| {
        let Err(end) = converse(&mut socket).await;
        socket.close(end).await;
    })
}

async fn converse(socket: &mut Socket) -> Result<Infallible, End> {
    loop {
        let message = socket.next().await?;
        socket.send(message).await?;
    }
}
