//! `LongPoll`: what is after the cursor, once there is something.

use std::str::FromStr;
use std::time::Duration;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use echoclock_shared::limits::{POLL_ITEMS_MAX, WAIT, WAIT_MAX};
use echoclock_shared::transport::Transport;
use http::{Method, StatusCode};
use tokio::time::sleep;

use super::poll::{head, page};
use super::{Followed, PlainWords, Query, Source};
use crate::client::Client;
use crate::connection::Presence;
use crate::error::Refusal;
use crate::feed::Encoding;

/// Answers with a page of the feed, or with nothing when none came in time.
///
/// A client that has closed its side may have left, which only an answer shows: it is not kept
/// waiting for as long as it asked to be.
///
/// # Errors
///
/// Where the query makes no sense, the server drains, or as many wait as may.
pub(super) async fn answer<S: Source>(
    State(followed): State<Followed<S>>,
    client: Client,
    method: Method,
    presence: Presence,
    mut query: Query,
) -> Result<Response, Refusal> {
    let drain = &followed.app.drain;
    let Wait(wait) = query.take("wait")?.unwrap_or_default();
    let mut following = followed.follow(query, Encoding::Json)?;
    if method == Method::HEAD {
        return Ok(head());
    }
    let _open = followed.app.counts.open_long_poll(client)?;
    let nothing = StatusCode::NO_CONTENT.into_response();
    tokio::select! {
        biased;
        () = drain.begun() => Err(Refusal::Draining),
        items = following.follower.next_page(POLL_ITEMS_MAX) => Ok(match items {
            Some(items) => page(items, Transport::LongPoll, &followed.app),
            None => nothing,
        }),
        () = sleep(wait) => Ok(nothing),
        () = presence.may_have_left() => Ok(nothing),
    }
}

/// How long a client wants to wait.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Wait(Duration);

impl Default for Wait {
    fn default() -> Self {
        Self(WAIT)
    }
}

impl FromStr for Wait {
    type Err = BadWait;

    fn from_str(text: &str) -> Result<Self, BadWait> {
        // `u64::from_str` takes a sign, which no wait has.
        if !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(BadWait);
        }
        let wait = Duration::from_secs(text.parse().map_err(|_| BadWait)?);
        if wait > WAIT_MAX { Err(BadWait) } else { Ok(Self(wait)) }
    }
}

/// The text is no time to wait.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("not a whole number of seconds from 0 to {}", WAIT_MAX.as_secs())]
struct BadWait;

impl PlainWords for BadWait {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_are_whole_seconds_up_to_a_minute() {
        let seconds = |seconds| Ok(Wait(Duration::from_secs(seconds)));
        for (text, wait) in [
            ("0", seconds(0)),
            ("007", seconds(7)),
            ("60", seconds(60)),
            ("61", Err(BadWait)),
            ("99999999999999999999", Err(BadWait)),
            ("", Err(BadWait)),
            ("+0", Err(BadWait)),
            ("-0", Err(BadWait)),
            ("1.5", Err(BadWait)),
            (" 1", Err(BadWait)),
            ("\u{ff11}", Err(BadWait)),
        ] {
            assert_eq!(text.parse(), wait, "{text:?}");
        }
        assert_eq!(BadWait.to_string(), "not a whole number of seconds from 0 to 60");
    }
}
