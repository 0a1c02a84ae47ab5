//! A response that does not end by itself.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;

use axum::body::Body;
use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream;
use http::header::{CACHE_CONTROL, HeaderName};
use http::request::Parts;
use tokio::time::sleep;

use super::{Following, Source};
use crate::client::Client;
use crate::connection::{Ending, Presence};
use crate::counts::OpenStream;
use crate::drain::Drain;
use crate::feed::{Feed, Follower};
use crate::peer::Peer;
use crate::places::Full;
use crate::state::AppState;

/// A feed as a response's body.
pub(super) struct Endless<F> {
    /// What waits to be written: at most one pull of the follower.
    ready: VecDeque<Bytes>,
    follower: Follower<F>,
    ping: Bytes,
    silence_max: Duration,
    drain: Drain,
    presence: Presence,
    /// How often something was written to find out whether the client is still there.
    probes: u32,
    open: OpenStream,
}

/// Who reads a response: a part of the request.
pub(super) struct Reader {
    peer: Peer,
    client: Client,
    presence: Presence,
    ending: Ending,
}

impl<S: Send + Sync> FromRequestParts<S> for Reader {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        Ok(Self {
            peer: Peer::from_request_parts(parts, state).await?,
            client: Client::from_request_parts(parts, state).await?,
            presence: Presence::from_request_parts(parts, state).await?,
            ending: Ending::from_request_parts(parts, state).await?,
        })
    }
}

impl<F: Feed> Endless<F> {
    /// Writes `head`, then the items, and `ping` wherever there is nothing to write for long.
    ///
    /// # Errors
    ///
    /// Where there are as many streams as there may be.
    pub(super) fn new<S: Source<Feed = F>>(
        kind: &str,
        head: Bytes,
        ping: Bytes,
        following: Following<S>,
        app: &AppState,
        reader: Reader,
    ) -> Result<Self, Full> {
        let Following { follower, name, silence_max, .. } = following;
        let name = format!("{kind} of {name}");
        let open = app.counts.open_stream(name, reader.peer, reader.client, reader.ending)?;
        Ok(Self {
            ready: Some(head).into_iter().filter(|head| !head.is_empty()).collect(),
            follower,
            ping,
            silence_max,
            drain: app.drain.clone(),
            presence: reader.presence,
            probes: 0,
            open,
        })
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
            () = may_have_left(&self.presence, self.probes), if self.probes < PROBES => {
                self.probes += 1;
                Some(self.ping.clone())
            }
            () = sleep(self.silence_max) => Some(self.ping.clone()),
        }
    }
}

/// Waits until it is time to find out whether a client that has closed its side has left: the
/// answer to what is written then is that it has, and the next write fails.
async fn may_have_left(presence: &Presence, probes: u32) {
    presence.closed().await;
    sleep(PROBE_EVERY * probes).await;
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

/// How often something is written to find out whether a client has left.
const PROBES: u32 = 2;

/// How long the answer may take.
const PROBE_EVERY: Duration = Duration::from_secs(1);
