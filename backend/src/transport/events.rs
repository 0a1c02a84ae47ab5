//! `Events`: a feed as Server-Sent Events.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use echoclock_shared::encode::sse;
use echoclock_shared::feed::ConnectTime;
use echoclock_shared::limits::EVENTS_PING_EVERY;
use futures_util::stream;
use http::HeaderMap;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName};

use super::query::ClockQuery;
use crate::connection::Peer;
use crate::counts::OpenStream;
use crate::drain::Drain;
use crate::error::Refusal;
use crate::feed::{Encoding, Feed, Follower, Shared};
use crate::state::AppState;

/// Answers `GET /api/clock/events`.
///
/// # Errors
///
/// Where the query makes no sense, or the server drains.
pub(crate) async fn clock(
    State(state): State<AppState>,
    peer: Peer,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    state.drain.refuse_new()?;
    let query = ClockQuery::parse(query.as_deref().unwrap_or_default())?;
    let feed = state.clocks.feed(query.every);
    let follower = query
        .asked(&headers)
        .start(|asked| Follower::new(Arc::clone(feed), Encoding::Events, asked))?;
    let hello =
        ConnectTime { now: state.wall.now(), instance: state.instance.clone(), every: query.every };
    let open = state.counts.open_stream(format!("clock events every {}", query.every), peer);
    let events = Events::new(&hello, follower, feed, state.drain.clone(), open);
    Ok(events.into_response())
}

/// A stream of events that a client has asked for.
struct Events<F> {
    /// What waits to be written: at most one pull of the follower.
    ready: VecDeque<Bytes>,
    follower: Follower<F>,
    silence_max: Duration,
    drain: Drain,
    open: OpenStream,
}

impl<F: Feed> Events<F> {
    fn new(
        hello: &ConnectTime,
        follower: Follower<F>,
        feed: &Shared<F>,
        drain: Drain,
        open: OpenStream,
    ) -> Self {
        let head = sse::retry(RECONNECT_AFTER) + &sse::event(sse::CONNECT_TIME, hello);
        let ready = VecDeque::from([head.into()]);
        Self { ready, follower, silence_max: silence_max(feed.feed().pace()), drain, open }
    }

    /// Waits for what to write next; returns nothing at the end.
    ///
    /// The server's HTTP side asks only when the last block is on its way, so a slow client is
    /// waited for here, and one that goes away drops all of this.
    async fn next(&mut self) -> Option<Bytes> {
        if let Some(block) = self.ready.pop_front() {
            return Some(block);
        }
        tokio::select! {
            biased;
            () = self.drain.begun() => {
                self.open.ends_because("the server stops");
                None
            }
            pulled = self.follower.next() => {
                let Some(pulled) = pulled else {
                    self.open.ends_because("the feed ended");
                    return None;
                };
                self.open.count(pulled.len());
                self.ready = pulled.into();
                self.ready.pop_front()
            }
            () = tokio::time::sleep(self.silence_max) => {
                Some(sse::event(sse::PING, &serde_json::json!({})).into())
            }
        }
    }
}

impl<F: Feed> IntoResponse for Events<F> {
    fn into_response(self) -> Response {
        let blocks = stream::unfold(self, async |mut events| {
            let block = events.next().await?;
            Some((Ok::<_, Infallible>(block), events))
        });
        let headers = [
            (CONTENT_TYPE, sse::MEDIA_TYPE),
            // What compresses or otherwise transforms a stream on its way also holds it back.
            (CACHE_CONTROL, "no-store, no-transform"),
            (X_ACCEL_BUFFERING, "no"),
        ];
        (headers, Body::from_stream(blocks)).into_response()
    }
}

/// Returns how long nothing is written before a `ping`.
///
/// A feed that keeps pace by itself is given a little longer, so that a ping does not come a
/// moment before each of its items; it is needed there only where the feed stands still.
fn silence_max(pace: Option<Duration>) -> Duration {
    match pace {
        Some(pace) if pace <= EVENTS_PING_EVERY => EVENTS_PING_EVERY + Duration::from_secs(1),
        Some(_) | None => EVENTS_PING_EVERY,
    }
}

/// How long an `EventSource` waits before it reconnects.
const RECONNECT_AFTER: Duration = Duration::from_secs(2);

/// Tells nginx and those who copied it not to hold the response back.
const X_ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");
