//! The raw echo: every message comes back as it is, for any client or conformance suite.

use std::convert::Infallible;

use axum::extract::State;
use axum::response::Response;

use crate::error::Refusal;
use crate::socket::{End, Endpoint, Opening, Socket};
use crate::state::AppState;

/// Answers `/api/echo/raw`.
///
/// # Errors
///
/// Where the request opens no WebSocket, or the server drains.
pub(crate) async fn open(
    State(state): State<AppState>,
    opening: Opening,
) -> Result<Response, Refusal> {
    let endpoint = Endpoint {
        name: "raw echo".to_owned(),
        message_max: state.limits.raw_message,
        subprotocol: None,
    };
    endpoint.open(state, opening, async |mut socket, _| {
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
