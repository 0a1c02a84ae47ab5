//! `Stream`: newline-delimited JSON on a response that does not end.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use echoclock_shared::encode::{self, ndjson};
use echoclock_shared::transport::Transport;
use http::header::CONTENT_TYPE;

use super::endless::{Endless, Reader};
use super::{Followed, Query, Source};
use crate::error::Refusal;
use crate::feed::Encoding;

/// Answers with the items, a line each.
///
/// # Errors
///
/// Where the query makes no sense, or there are as many as may be.
pub(super) async fn answer<S: Source>(
    State(followed): State<Followed<S>>,
    reader: Reader,
    query: Query,
) -> Result<Response, Refusal> {
    let following = followed.follow(query, Encoding::Lines)?;
    let ping = Bytes::from(format!("{}\n", encode::PING));
    // The client learns at once that it got through, also where there is nothing for it yet.
    let head = if following.follower.is_behind() { Bytes::new() } else { ping.clone() };
    let endless = Endless::new(
        following.answer(Transport::Stream, "stream", head, ping),
        &followed.app,
        reader,
    )?;
    Ok(([(CONTENT_TYPE, ndjson::MEDIA_TYPE)], endless).into_response())
}
