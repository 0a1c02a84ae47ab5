//! Bodies, up and down, as a whole.

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use echoclock_shared::check::answer::Received;
use echoclock_shared::check::body::{BODY_MAX, bytes, digest};
use http::Method;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};

use super::parameters::{Bytes, take_needed};
use crate::body::{self, WasRead};
use crate::budget::NoRoom;
use crate::client::Client;
use crate::error::Refusal;
use crate::state::AppState;
use crate::transport::Query;

/// Answers `POST /api/check/body` with what it has received.
///
/// # Errors
///
/// Where the query makes no sense, the body is too large, comes too slowly or not whole, as many are
/// waited for as may be, or there is no memory for it.
pub(super) async fn up(
    State(state): State<AppState>,
    client: Client,
    query: Query,
    body: Body,
) -> Result<Response, Refusal> {
    query.finish()?;
    let _waits = state.counts.open_poll(client)?;
    let whole = body::read(body, BODY_MAX as usize, client, &state).await?;
    let received = Received { bytes: whole.len() as u64, digest: digest(&whole) };
    Ok((Extension(WasRead), Json(received)).into_response())
}

/// Answers `GET /api/check/body` with as many bytes as it asks for.
///
/// # Errors
///
/// Where the query makes no sense, or there is no memory for them.
pub(super) async fn down(
    State(state): State<AppState>,
    client: Client,
    method: Method,
    mut query: Query,
) -> Result<Response, Refusal> {
    let Bytes(count) = take_needed(&mut query, "bytes")?;
    query.finish()?;
    let headers = [
        (CONTENT_TYPE, "application/octet-stream".to_owned()),
        (CONTENT_LENGTH, count.to_string()),
    ];
    if method == Method::HEAD {
        return Ok((headers, Body::empty()).into_response());
    }
    let mut share = state.budget.of(client).share();
    share.resize(count as usize).map_err(|NoRoom| Refusal::NoRoom)?;
    Ok((headers, share.hold(bytes(count))).into_response())
}
