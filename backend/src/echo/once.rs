//! The chat echo by plain requests, where no socket gets through: one message, one answer.

use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use echoclock_shared::echo::FromServer;
use echoclock_shared::limits::ECHO_MESSAGE_MAX;
use http::StatusCode;
use http::header::CONTENT_TYPE;

use super::chat;
use crate::body;
use crate::client::Client;
use crate::error::Refusal;
use crate::state::AppState;
use crate::work::Echo;

/// Answers `POST /api/echo/once` with what the chat's socket would say; a fault has status 400.
///
/// # Errors
///
/// Where the message is too large, comes too slowly, did not arrive whole, or is no
/// text, as many are waited for as may be, or there is no memory for it.
pub(crate) async fn answer(
    State(state): State<AppState>,
    client: Client,
    body: Body,
) -> Result<Response, Refusal> {
    let _waits = state.counts.open_poll(client)?;
    let message = body::read(body, ECHO_MESSAGE_MAX, client, &state).await?;
    let json = std::str::from_utf8(&message)
        .map_err(|error| Refusal::Body { detail: format!("the body is no text: {error}") })?;
    let answer = chat::answer(json, Echo::Post, &state);
    let status = match answer {
        FromServer::Error(_) => StatusCode::BAD_REQUEST,
        FromServer::Hello { .. } | FromServer::Echo { .. } | FromServer::Pong { .. } => {
            StatusCode::OK
        }
    };
    let headers = [(CONTENT_TYPE, "application/json")];
    Ok((status, headers, Extension(body::WasRead), answer.encode()).into_response())
}
