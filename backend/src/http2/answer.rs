//! One request of HTTP/2 and its answer.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;

use axum::Router;
use axum::body::{Body, HttpBody};
use axum::response::{IntoResponse, Response};
use http::header::CONTENT_LENGTH;
use http::{Method, Request};
use hyper::body::Incoming;
use tower::ServiceExt;

use super::sending::Sending;
use super::{CONNECTION_WINDOW, SMALL, Stream};
use crate::budget::{Budget, NoRoom};
use crate::client::Client;
use crate::connection::Ended;
use crate::error::Refusal;
use crate::form;
use crate::hits::{Hits, Limit};
use crate::in_use::{InUse, Use};

/// What a connection's requests are answered with.
#[derive(Clone, Debug)]
pub(crate) struct Answerer {
    pub(crate) router: Router,
    pub(crate) budget: Budget,
    pub(crate) in_use: InUse,
    /// How many streams there may be.
    pub(crate) streams_max: u32,
    pub(crate) hits: Hits,
}

impl Answerer {
    /// Answers a request, in its stream's task.
    pub(crate) async fn answer(self, mut request: Request<Incoming>) -> Response {
        let stream = Stream::current().expect("a stream's task answers its request");
        let in_use = Arc::new(self.in_use.begin());
        if self.in_use.uses() == self.streams_max as usize {
            self.hits.hit(Limit::Http2Streams);
        }
        stream.is_used_until(in_use.over());
        if may_send_much(&request) && in_use.receives(CONNECTION_WINDOW as usize).is_err() {
            return Refusal::NoRoom.into_response();
        }
        let extensions = request.extensions_mut();
        extensions.insert(stream.ending());
        extensions.insert(Arc::clone(&in_use));
        let Ok(mut response) = self.router.oneshot(request).await;
        form::trim(&mut response);
        // Of all that a proxy asks for, each client has its part.
        let client = response.extensions().get::<Client>().copied();
        let budget = client.map_or(self.budget.clone(), |client| self.budget.of(client));
        match send(response, &stream, budget, in_use).await {
            Ok(response) => response,
            Err(NoRoom) => {
                stream.ending().is(Ended::NoRoom);
                Refusal::NoRoom.into_response()
            }
        }
    }
}

/// Whether more may come with a request, before it is asked for, than is worth counting. What becomes a
/// tunnel is read as it comes; where it is not, it says so.
fn may_send_much(request: &Request<Incoming>) -> bool {
    if request.method() == Method::CONNECT {
        return false;
    }
    let length = request.headers().get(CONTENT_LENGTH);
    let length = length.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    // HTTP/2 itself sees to it that no more comes than was said.
    !request.body().is_end_stream() && length.is_none_or(|length| length > SMALL)
}

/// Has a response's body be sent piece by piece.
async fn send(
    response: Response,
    stream: &Stream,
    budget: Budget,
    in_use: Arc<Use>,
) -> Result<Response, NoRoom> {
    let (head, body) = response.into_parts();
    if body.is_end_stream() {
        return Ok(Response::from_parts(head, body));
    }
    let exact = body.size_hint().exact();
    let said =
        head.headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    let mut sending = Sending::new(body, exact.or(said), stream.clone(), budget, in_use);
    if exact.is_some_and(|exact| exact > SMALL as u64) {
        poll_fn(|cx| Poll::Ready(sending.look(cx))).await?;
    }
    Ok(Response::from_parts(head, Body::new(sending)))
}
