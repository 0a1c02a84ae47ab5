//! The ways to follow a feed, one module each, over any feed.
//!
//! [`routes`] carries a [`Source`] over all of them. Each is one loop over a cursor: wait for
//! newer, take what is after, write.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::middleware;
use axum::response::Response;
use axum::routing::{any, get};
use bytes::Bytes;
use echoclock_shared::limits::PING_EVERY;
use echoclock_shared::path;
use echoclock_shared::transport::Transport;
use http::Method;
use serde::Serialize;

use crate::error::Refusal;
use crate::feed::{Encoding, Feed, Follower, Shared};
use crate::state::AppState;
use crate::work::Carries;

mod query;
use query::Place;
pub use query::{PlainWords, Query};

mod silence;

mod endless;
pub(crate) use endless::{Answer, Endless, Reader, Said, Says, UNBUFFERED, without_length};

mod poll;

mod long_poll;

mod stream;

mod frame;

mod events;

mod socket;

/// Where the feed is that a client asks for.
pub trait Source: Clone + Send + Sync + 'static {
    /// The feed.
    type Feed: Feed;

    /// What a transport that greets says first.
    type Hello: Serialize + Send + Sync;

    /// Finds the feed that the query asks for by parameters of this source's own.
    ///
    /// # Errors
    ///
    /// Where one of them makes no sense.
    fn choose(&self, query: &mut Query) -> Result<Chosen<Self>, Refusal>;
}

/// A feed that a client has asked for.
#[derive(Debug)]
pub struct Chosen<S: Source> {
    /// The feed.
    pub feed: Arc<Shared<S::Feed>>,
    /// What it is called in the log.
    pub name: String,
    /// What is said first.
    pub hello: S::Hello,
}

/// Returns the routes by which the feeds of a source can be followed, below its path.
pub fn routes<S: Source, T: Clone + Send + Sync + 'static>(
    path: &str,
    source: S,
    state: AppState,
) -> Router<T> {
    Router::new()
        .route(&Transport::Poll.of(path), get(poll::answer::<S>))
        .route(&Transport::LongPoll.of(path), get(long_poll::answer::<S>))
        .route(&Transport::Stream.of(path), get(stream::answer::<S>))
        .route(&Transport::Frame.of(path), get(frame::answer::<S>))
        .route(
            &Transport::Events.of(path),
            get(events::answer::<S>).layer(middleware::from_fn(events::say_within_the_stream)),
        )
        .route(&Transport::Socket.of(path), any(socket::answer::<S>))
        .with_state(Followed { source, app: state })
}

/// Has a refusal that was decided before any route was looked for be told in the way of the address
/// that was asked for.
pub(crate) fn told_to(method: &Method, path: &str, refusal: Response) -> Response {
    let is_events = path.starts_with(path::API) && path.ends_with(&Transport::Events.of(""));
    let is_asked = method == Method::GET || method == Method::HEAD;
    if is_events && is_asked { events::within_the_stream(refusal) } else { refusal }
}

/// What a transport's handler can reach.
#[derive(Clone, Debug)]
struct Followed<S> {
    source: S,
    app: AppState,
}

impl<S: Source> Followed<S> {
    /// Starts to follow from where the query says that the client is.
    fn follow(&self, mut query: Query, encoding: Encoding) -> Result<Following<S>, Refusal> {
        let place = query.place()?;
        self.follow_from(place, query, encoding)
    }

    /// Chooses the feed by what is left of the query, and starts to follow it.
    fn follow_from(
        &self,
        place: Place,
        mut query: Query,
        encoding: Encoding,
    ) -> Result<Following<S>, Refusal> {
        let Chosen { feed, name, hello } = self.source.choose(&mut query)?;
        query.finish()?;
        let follower = place.start(|asked| Follower::new(Arc::clone(&feed), encoding, asked))?;
        Ok(Following { follower, name, hello, silence_max: silence_max(feed.feed().pace()) })
    }
}

/// A client at its place in a feed.
#[derive(Debug)]
struct Following<S: Source> {
    follower: Follower<S::Feed>,
    name: String,
    hello: S::Hello,
    /// How long nothing is written before a `ping`.
    silence_max: Duration,
}

impl<S: Source> Following<S> {
    /// Returns the answer that says the items behind `head`.
    fn answer(
        self,
        transport: Transport,
        kind: &str,
        head: Bytes,
        ping: Bytes,
    ) -> Answer<Follower<S::Feed>> {
        let Self { follower, name, silence_max, .. } = self;
        let name = format!("{kind} of {name}");
        let carries = Carries::Feed(transport);
        Answer { name, carries, head, says: follower, ping, silence_max, farewell: None }
    }
}

/// A feed that keeps pace by itself is given a little longer, so that a ping does not come a
/// moment before each of its items; it is needed there only where the feed stands still.
fn silence_max(pace: Option<Duration>) -> Duration {
    match pace {
        Some(pace) if pace <= PING_EVERY => PING_EVERY + Duration::from_secs(1),
        Some(_) | None => PING_EVERY,
    }
}
