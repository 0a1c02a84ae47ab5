//! A response that does not end by itself.

use std::convert::Infallible;
use std::future::poll_fn;

use axum::body::Body;
use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::{StreamExt, future, stream};
use http::Method;
use http::header::{CACHE_CONTROL, HeaderName};
use http::request::Parts;

use super::silence::Silence;
use super::{Following, Source};
use crate::client::Client;
use crate::connection::{Ending, Presence};
use crate::counts::OpenStream;
use crate::drain::Drained;
use crate::feed::{Feed, Follower, Pulled, Run};
use crate::handover::{self, Handover, Piece};
use crate::peer::Peer;
use crate::places::Full;
use crate::state::AppState;

/// A feed as a response's body; nothing where only the head of the response is asked for.
pub(super) struct Endless<F>(Option<(Pieces<F>, Option<Handover>)>);

/// What goes out, piece by piece.
///
/// What it waits for besides items is set up once and kept, since items come far more often.
struct Pieces<F> {
    /// What goes out before anything else, and then what one pull gave.
    ready: (Option<Bytes>, Option<Run>),
    follower: Follower<F>,
    ping: Bytes,
    silence: Silence,
    drained: Drained,
    open: OpenStream,
}

/// Who reads a response: a part of the request.
pub(super) struct Reader {
    peer: Peer,
    client: Client,
    presence: Presence,
    ending: Ending,
    handover: Option<Handover>,
    /// Whether it asks for the head only.
    is_head: bool,
}

impl<S: Send + Sync> FromRequestParts<S> for Reader {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        Ok(Self {
            peer: Peer::from_request_parts(parts, state).await?,
            client: Client::from_request_parts(parts, state).await?,
            presence: Presence::from_request_parts(parts, state).await?,
            ending: Ending::from_request_parts(parts, state).await?,
            handover: parts.extensions.get().cloned(),
            is_head: parts.method == Method::HEAD,
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
        let Reader { peer, client, presence, ending, handover, is_head } = reader;
        if is_head {
            return Ok(Self(None));
        }
        let name = format!("{kind} of {name}");
        let pieces = Pieces {
            open: app.counts.open_stream(name, peer, client, ending)?,
            ready: (Some(head).filter(|head| !head.is_empty()), None),
            follower,
            ping,
            silence: Silence::new(silence_max, presence),
            drained: app.drain.drained(),
        };
        Ok(Self(Some((pieces, handover))))
    }
}

impl<F: Feed> Pieces<F> {
    /// Waits for what to write next; returns nothing at the end.
    ///
    /// It is asked only when the last piece is on its way, so a slow client is waited for here, and
    /// one that goes away drops all of this.
    async fn next(&mut self) -> Option<Piece> {
        if let Some(bytes) = self.ready.0.take() {
            return Some(Piece::Bytes(bytes));
        }
        if let Some(run) = self.ready.1.take() {
            return Some(Piece::Run(run));
        }
        let Self { follower, silence, drained, open, .. } = self;
        tokio::select! {
            biased;
            () = drained => {
                open.ends_because("the server stops");
                None
            }
            pulled = follower.pull() => {
                let Some(Pulled { gap, run }) = pulled else {
                    open.ends_because("the feed ended");
                    return None;
                };
                open.count(run.as_ref().map_or(0, Run::len) + usize::from(gap.is_some()));
                silence.is_broken();
                let Some(gap) = gap else { return run.map(Piece::Run) };
                self.ready.1 = run;
                Some(Piece::Bytes(gap))
            }
            () = poll_fn(|cx| silence.poll_over(cx)) => Some(Piece::Bytes(self.ping.clone())),
        }
    }
}

impl<F: Feed> IntoResponse for Endless<F> {
    fn into_response(self) -> Response {
        let headers = [
            // What compresses or otherwise transforms a stream on its way also holds it back.
            (CACHE_CONTROL, "no-store, no-transform"),
            (X_ACCEL_BUFFERING, "no"),
        ];
        let body = match self {
            Self(Some((pieces, handover))) => {
                // In a box, so that it is not moved at each item.
                let pieces = stream::unfold(Box::new(pieces), async |mut pieces| {
                    let piece = pieces.next().await;
                    Some((piece, pieces))
                });
                // The end comes as an item as well, because what is open is so until whoever has the
                // stream drops it: the client may yet not take what came before.
                let pieces = pieces.scan((), |(), piece| future::ready(piece));
                Body::new(handover::Endless::new(Box::pin(pieces), handover))
            }
            Self(None) => without_length(),
        };
        (headers, body).into_response()
    }
}

/// Returns the body of an answer that is a head only and says nothing of how long the body is that
/// would be there.
pub(super) fn without_length() -> Body {
    Body::from_stream(stream::empty::<Result<Bytes, Infallible>>())
}

/// Tells nginx and those who copied it not to hold the response back.
const X_ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");
