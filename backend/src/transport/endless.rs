//! A response that does not end by itself.

use std::convert::Infallible;
use std::future::poll_fn;
use std::time::Duration;

use axum::body::Body;
use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use echoclock_shared::ledger::STOPPED;
use echoclock_shared::time::UnixMillis;
use futures_util::{StreamExt, future, stream};
use http::Method;
use http::header::{CACHE_CONTROL, HeaderName};
use http::request::Parts;

use super::silence::Silence;
use crate::client::Client;
use crate::connection::{Ending, Presence};
use crate::counts::OpenStream;
use crate::drain::Drained;
use crate::feed::{Feed, Follower, Pulled};
use crate::handover::{self, BreaksOff, Handover, Piece};
use crate::link::LinkId;
use crate::peer::Peer;
use crate::places::Full;
use crate::state::AppState;
use crate::work::Carries;

/// What an answer that does not end by itself has to say.
pub(crate) trait Says: Send + 'static {
    /// Waits for what comes next; may be dropped before that, and called again.
    fn next(&mut self) -> impl Future<Output = Said> + Send;
}

/// What comes next.
#[derive(Debug)]
pub(crate) enum Said {
    /// A piece, and perhaps one right behind it; they are so many items.
    Pieces {
        /// The first one.
        first: Piece,
        /// What follows at once.
        then: Option<Piece>,
        /// How many items that makes.
        items: usize,
        /// When the first of them was due, where it goes out live and that is known.
        due: Option<UnixMillis>,
    },
    /// There is no more, and why.
    End(&'static str),
    /// The answer breaks off.
    Cut,
}

/// An answer that does not end by itself.
pub(crate) struct Answer<S> {
    /// What it is called in the log.
    pub(crate) name: String,
    /// What it carries.
    pub(crate) carries: Carries,
    /// What goes out before anything else.
    pub(crate) head: Bytes,
    /// What it has to say.
    pub(crate) says: S,
    /// What is written where there is nothing to say for long, or the client may have left.
    pub(crate) ping: Bytes,
    /// How long that is.
    pub(crate) silence_max: Duration,
    /// What goes out last where the server stops, by the time over which it spreads its clients. Without
    /// it nobody is told when to come back, so the end itself is spread.
    pub(crate) farewell: Option<fn(Duration) -> Bytes>,
}

/// An answer as a response's body; nothing where only the head of the response is asked for.
pub(crate) struct Endless<S>(Option<(Pieces<S>, Option<Handover>)>);

/// What goes out, piece by piece.
///
/// What it waits for besides items is set up once and kept, since items come far more often.
struct Pieces<S> {
    /// What goes out before anything else.
    ready: Option<Piece>,
    says: S,
    ping: Bytes,
    silence: Silence,
    drained: Drained,
    farewell: Option<fn(Duration) -> Bytes>,
    open: OpenStream,
}

/// Who reads a response: a part of the request.
pub(crate) struct Reader {
    link: LinkId,
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
            link: LinkId::from_request_parts(parts, state).await?,
            peer: Peer::from_request_parts(parts, state).await?,
            client: Client::from_request_parts(parts, state).await?,
            presence: Presence::from_request_parts(parts, state).await?,
            ending: Ending::from_request_parts(parts, state).await?,
            handover: parts.extensions.get().cloned(),
            is_head: parts.method == Method::HEAD,
        })
    }
}

impl<F: Feed> Says for Follower<F> {
    async fn next(&mut self) -> Said {
        let Some(pulled) = self.pull().await else { return Said::End("the feed ended") };
        let items = pulled.count();
        let Pulled { gap, run, due } = pulled;
        let mut pieces = gap.map(Piece::Bytes).into_iter().chain(run.map(Piece::Run));
        let first = pieces.next().expect("a pull has something");
        Said::Pieces { first, then: pieces.next(), items, due }
    }
}

impl<S: Says> Endless<S> {
    /// Writes what an answer has to say, and its `ping` wherever there is nothing to write for long.
    ///
    /// # Errors
    ///
    /// Where there are as many streams as there may be.
    pub(crate) fn new(answer: Answer<S>, app: &AppState, reader: Reader) -> Result<Self, Full> {
        let Answer { name, carries, head, says, ping, silence_max, farewell } = answer;
        let Reader { link, peer, client, presence, ending, handover, is_head } = reader;
        if is_head {
            return Ok(Self(None));
        }
        let pieces = Pieces {
            open: app.counts.open_stream(link, carries, name, peer, client, ending)?,
            ready: Some(head).filter(|head| !head.is_empty()).map(Piece::Bytes),
            says,
            ping,
            silence: Silence::new(silence_max, presence),
            drained: match farewell {
                Some(_) => app.drain.drained(),
                None => app.drain.drained_in_turn(),
            },
            farewell,
        };
        Ok(Self(Some((pieces, handover))))
    }

    /// Returns the body.
    pub(crate) fn into_body(self) -> Body {
        match self {
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
        }
    }
}

impl<S: Says> Pieces<S> {
    /// Waits for what to write next; returns nothing at the end.
    ///
    /// It is asked only when the last piece is on its way, so a slow client is waited for here, and
    /// one that goes away drops all of this.
    async fn next(&mut self) -> Option<Result<Piece, BreaksOff>> {
        if let Some(piece) = self.ready.take() {
            return Some(Ok(piece));
        }
        let Self { says, silence, drained, farewell, open, .. } = self;
        tokio::select! {
            biased;
            () = &mut *drained => {
                open.ends_because(STOPPED);
                let farewell = farewell.take();
                farewell.map(|last| Ok(Piece::Bytes(last(drained.manner().spread))))
            }
            said = says.next() => match said {
                Said::Pieces { first, then, items, due } => {
                    let bytes = first.len() + then.as_ref().map_or(0, Piece::len);
                    open.count(items, bytes, due);
                    silence.is_broken();
                    self.ready = then;
                    Some(Ok(first))
                }
                Said::End(why) => {
                    open.ends_because(why);
                    None
                }
                Said::Cut => {
                    open.is_cut();
                    Some(Err(BreaksOff))
                }
            },
            () = poll_fn(|cx| silence.poll_over(cx)) => Some(Ok(Piece::Bytes(self.ping.clone()))),
        }
    }
}

impl<S: Says> IntoResponse for Endless<S> {
    fn into_response(self) -> Response {
        let headers = [
            // What compresses or otherwise transforms a stream on its way also holds it back.
            (CACHE_CONTROL, "no-store, no-transform"),
            UNBUFFERED,
        ];
        (headers, self.into_body()).into_response()
    }
}

/// Returns the body of an answer that is a head only and says nothing of how long the body is that
/// would be there.
pub(crate) fn without_length() -> Body {
    Body::from_stream(stream::empty::<Result<Bytes, Infallible>>())
}

/// Tells nginx and those who copied it not to hold the response back.
pub(crate) const UNBUFFERED: (HeaderName, &str) =
    (HeaderName::from_static("x-accel-buffering"), "no");
