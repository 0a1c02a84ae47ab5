//! `Events`: Server-Sent Events.

use std::time::Duration;

use axum::Extension;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use echoclock_shared::encode::sse;
use echoclock_shared::transport::Transport;
use http::HeaderMap;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};

use super::endless::{Answer, Endless, Reader};
use super::{Followed, Query, Source};
use crate::error::{COME_BACK, Refusal, part_of, spread_out};
use crate::feed::Encoding;

/// Answers with a hello and the items, an event each.
///
/// # Errors
///
/// Where the query makes no sense, or there are as many as may be.
pub(super) async fn answer<S: Source>(
    State(followed): State<Followed<S>>,
    reader: Reader,
    mut query: Query,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let (place, last_event_id) = (query.place()?, query.last_event_id()?);
    let place = place.or_last_event(&headers, last_event_id.as_deref());
    let following = followed.follow_from(place, query, Encoding::Events)?;
    let head = sse::retry(RECONNECT_AFTER) + &sse::event(sse::CONNECT_TIME, &following.hello);
    let ping = sse::event(sse::PING, &serde_json::json!({}));
    let (head, ping) = (head.into(), ping.into());
    let answer = Answer {
        farewell: Some(farewell),
        ..following.answer(Transport::Events, "events", head, ping)
    };
    let endless = Endless::new(answer, &followed.app, reader)?;
    Ok(([(CONTENT_TYPE, sse::MEDIA_TYPE)], endless).into_response())
}

/// Returns what comes last where the server stops: when to come back, which is spread.
fn farewell(spread: Duration) -> Bytes {
    let after = sse::retry(RECONNECT_AFTER + part_of(spread));
    (after + &sse::event(sse::STOPPED, &serde_json::json!({}))).into()
}

/// Says a refusal that is only temporary within a stream, which ends with it.
///
/// Any other status than 200 has an `EventSource` give up for good (HTML standard, section 9.2.2);
/// this way it comes back after a while, and finds the server again.
pub(super) async fn say_within_the_stream(request: Request, next: Next) -> Response {
    within_the_stream(next.run(request).await)
}

/// Returns a refusal as a stream says it, where it is only temporary, and any other answer as it is.
pub(super) fn within_the_stream(response: Response) -> Response {
    let refusal = response.extensions().get::<Refusal>();
    let Some(refusal) = refusal.filter(|refusal| refusal.is_temporary()) else { return response };
    let said = Extension(refusal.clone());
    let refused = sse::retry(spread_out(COME_BACK)) + &sse::event(sse::REFUSED, &refusal.problem());
    let headers = [(CONTENT_TYPE, sse::MEDIA_TYPE), (CACHE_CONTROL, "no-store")];
    (said, headers, refused).into_response()
}

/// How long an `EventSource` waits before it reconnects.
const RECONNECT_AFTER: Duration = Duration::from_secs(2);
