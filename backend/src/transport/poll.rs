//! `Poll`: what is after the cursor, at once.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use echoclock_shared::encode;
use echoclock_shared::limits::POLL_ITEMS_MAX;
use http::header::CONTENT_TYPE;

use super::{Followed, Query, Source};
use crate::error::Refusal;
use crate::feed::Encoding;

/// Answers with a page of the feed, which may be empty.
///
/// # Errors
///
/// Where the query makes no sense.
pub(super) async fn answer<S: Source>(
    State(followed): State<Followed<S>>,
    query: Query,
) -> Result<Response, Refusal> {
    let mut following = followed.follow(query, Encoding::Json)?;
    Ok(page(&following.follower.take(POLL_ITEMS_MAX).await))
}

/// Answers with items.
pub(super) fn page(items: &[Bytes]) -> Response {
    ([(CONTENT_TYPE, "application/json")], encode::page(items)).into_response()
}
