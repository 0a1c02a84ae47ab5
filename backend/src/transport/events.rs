//! `Events`: Server-Sent Events.

use std::time::Duration;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use echoclock_shared::encode::sse;
use http::HeaderMap;
use http::header::CONTENT_TYPE;

use super::endless::Endless;
use super::{Followed, Query, Source};
use crate::error::Refusal;
use crate::feed::Encoding;
use crate::peer::Peer;

/// Answers with a hello and the items, an event each.
///
/// # Errors
///
/// Where the query makes no sense, or the server drains.
pub(super) async fn answer<S: Source>(
    State(followed): State<Followed<S>>,
    peer: Peer,
    mut query: Query,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    followed.app.drain.refuse_new()?;
    let place = query.place()?.or_last_event(&headers);
    let following = followed.follow_from(place, query, Encoding::Events)?;
    let head = sse::retry(RECONNECT_AFTER) + &sse::event(sse::CONNECT_TIME, &following.hello);
    let ping = sse::event(sse::PING, &serde_json::json!({}));
    let (head, ping) = (head.into(), ping.into());
    let endless = Endless::new("events", head, ping, following, &followed.app, peer);
    Ok(([(CONTENT_TYPE, sse::MEDIA_TYPE)], endless).into_response())
}

/// How long an `EventSource` waits before it reconnects.
const RECONNECT_AFTER: Duration = Duration::from_secs(2);
