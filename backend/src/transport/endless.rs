//! A response that does not end by itself.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream;
use http::header::{CACHE_CONTROL, HeaderName};
use tokio::time::sleep;

use super::{Following, Source};
use crate::counts::OpenStream;
use crate::drain::Drain;
use crate::feed::{Feed, Follower};
use crate::peer::Peer;
use crate::state::AppState;

/// A feed as a response's body.
pub(super) struct Endless<F> {
    /// What waits to be written: at most one pull of the follower.
    ready: VecDeque<Bytes>,
    follower: Follower<F>,
    ping: Bytes,
    silence_max: Duration,
    drain: Drain,
    open: OpenStream,
}

impl<F: Feed> Endless<F> {
    /// Writes `head`, then the items, and `ping` wherever there is nothing to write for long.
    pub(super) fn new<S: Source<Feed = F>>(
        kind: &str,
        head: Bytes,
        ping: Bytes,
        following: Following<S>,
        app: &AppState,
        peer: Peer,
    ) -> Self {
        let Following { follower, name, silence_max, .. } = following;
        Self {
            ready: Some(head).into_iter().filter(|head| !head.is_empty()).collect(),
            follower,
            ping,
            silence_max,
            drain: app.drain.clone(),
            open: app.counts.open_stream(format!("{kind} of {name}"), peer),
        }
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
            () = sleep(self.silence_max) => Some(self.ping.clone()),
        }
    }
}

impl<F: Feed> IntoResponse for Endless<F> {
    fn into_response(self) -> Response {
        let blocks = stream::unfold(self, async |mut endless| {
            let block = endless.next().await?;
            Some((Ok::<_, Infallible>(block), endless))
        });
        let headers = [
            // What compresses or otherwise transforms a stream on its way also holds it back.
            (CACHE_CONTROL, "no-store, no-transform"),
            (X_ACCEL_BUFFERING, "no"),
        ];
        (headers, Body::from_stream(blocks)).into_response()
    }
}

/// Tells nginx and those who copied it not to hold the response back.
const X_ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");
