//! `LongPoll`: what is after the cursor, once there is something.

use std::time::Duration;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use echoclock_shared::limits::{POLL_ITEMS_MAX, WAIT, WAIT_MAX};
use http::StatusCode;
use tokio::time::sleep;

use super::poll::page;
use super::{Followed, Query, Source};
use crate::connection::Presence;
use crate::error::Refusal;
use crate::feed::Encoding;

/// Answers with a page of the feed, or with nothing when none came in time.
///
/// # Errors
///
/// Where the query makes no sense, or the server drains.
pub(super) async fn answer<S: Source>(
    State(followed): State<Followed<S>>,
    presence: Presence,
    mut query: Query,
) -> Result<Response, Refusal> {
    let drain = &followed.app.drain;
    drain.refuse_new()?;
    let wait = wait(&mut query)?;
    let mut following = followed.follow(query, Encoding::Json)?;
    let _open = followed.app.counts.open_poll();
    let nothing = StatusCode::NO_CONTENT.into_response();
    tokio::select! {
        biased;
        () = drain.begun() => Err(Refusal::Draining),
        items = following.follower.next_up_to(POLL_ITEMS_MAX) => Ok(match items {
            Some(items) => page(&items),
            None => nothing,
        }),
        () = sleep(wait) => Ok(nothing),
        () = stays_closed(presence) => Ok(nothing),
    }
}

/// Waits until the client has closed its side for a while. It may read on, but more likely it has
/// left, and its place is for others.
async fn stays_closed(presence: Presence) {
    presence.closed().await;
    sleep(CLOSED_FOR).await;
}

/// Takes how long the client wants to wait.
fn wait(query: &mut Query) -> Result<Duration, Refusal> {
    let Some(seconds) = query.take(PARAMETER)? else { return Ok(WAIT) };
    let wait = Duration::from_secs(seconds);
    if wait > WAIT_MAX {
        let fault = format!("is more than {} seconds", WAIT_MAX.as_secs());
        return Err(Refusal::parameter(PARAMETER, &fault));
    }
    Ok(wait)
}

const PARAMETER: &str = "wait";

/// How long a poll waits for a client that has closed its side.
const CLOSED_FOR: Duration = Duration::from_secs(5);
