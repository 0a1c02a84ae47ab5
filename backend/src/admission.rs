//! Who asks, and whether there is room for what it asks: decided before anything else looks at a
//! request.

use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use echoclock_shared::path;
use http::header::{CONNECTION, STRICT_TRANSPORT_SECURITY};
use http::{HeaderValue, Version};
use tokio::time::{Instant, sleep};

use crate::client::Client;
use crate::connection::OverTls;
use crate::error::Refusal;
use crate::forwarded::Arrival;
use crate::peer::Peer;
use crate::places::{Full, Kind, Taken};
use crate::state::AppState;
use crate::{error, form, guard, ledger, transport};

/// Tells by extensions of the request how it came and whose it is, and lets it through where there
/// is room for it. Whether the process lives can always be asked, if not always as fast.
///
/// A request with [`Full`] among its extensions has come over a connection for which there was no
/// room. It is told so, and the connection ends.
pub(crate) async fn admit(
    State(state): State<AppState>,
    peer: Peer,
    mut request: Request,
    next: Next,
) -> Response {
    let has_tls = request.extensions().get::<OverTls>().is_some();
    let (headers, authority) = (request.headers(), request.uri().authority());
    let arrival = Arrival::of(headers, authority, peer, has_tls, &state.trusted_proxies);
    let client = arrival.network;
    let link = state.link_ids.next();
    let no_room = request.extensions().get::<Full>().copied();
    let is_over_http2 = request.version() == Version::HTTP_2;
    let asked = match (is_a_probe(&request), no_room) {
        (true, Some(_)) => Ok(()),
        (false, Some(full)) => Err(full),
        (is_a_probe, None) => ask(state.counts.taken(), client, is_a_probe).await,
    };
    let mut response = match asked {
        Ok(()) => {
            request.extensions_mut().insert(client);
            request.extensions_mut().insert(link);
            request.extensions_mut().insert(arrival);
            next.run(request).await
        }
        Err(full) => {
            let refused = Refusal::from(full).into_response();
            let path = form::normal_path(request.uri().path());
            let told = transport::told_to(request.method(), &path, refused);
            let told = guard::dress_refusal(&state, &request, &arrival, told);
            if guard::may_have_a_ledger(&state, &request, &arrival) {
                ledger::refused(&state.ledgers, &state.drain, client, &request, told)
            } else {
                told
            }
        }
    };
    error::count(&response, state.counts.work());
    error::log(&response, client, Some(link));
    if let Some(policy) = state.hsts.as_ref().filter(|_| has_tls) {
        response.headers_mut().insert(STRICT_TRANSPORT_SECURITY, policy.clone());
    }
    if is_over_http2 {
        // What is kept of the answer is the client's, whose connection it may not be.
        response.extensions_mut().insert(client);
    } else if no_room.is_some() {
        // Over HTTP/2 this means nothing, and the connection sees to its end.
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// Lets a request through where there is room for it, whose is told by its connection alone.
pub(crate) async fn admit_plainly(
    State(taken): State<Taken>,
    client: Client,
    request: Request,
    next: Next,
) -> Response {
    let response = match ask(&taken, client, is_a_probe(&request)).await {
        Ok(()) => next.run(request).await,
        Err(full) => Refusal::from(full).into_response(),
    };
    error::log(&response, client, None);
    response
}

/// Lets a link begin, unless the server drains: then it answers only how it is, and what its links did.
pub(crate) async fn begin(State(state): State<AppState>, request: Request, next: Next) -> Response {
    if !state.drain.has_begun() {
        return next.run(request).await;
    }
    let refused = Refusal::Draining.into_response();
    transport::told_to(request.method(), request.uri().path(), refused)
}

/// Takes one of the requests that there may be a second.
///
/// Who asks too often is made to ask less often, since every answer costs something, a refusal as
/// well as a probe's. To wait takes a place as any wait does; without one the refusal comes at once.
async fn ask(taken: &Taken, client: Client, is_a_probe: bool) -> Result<(), Full> {
    let Err(full) = taken.ask(client, Instant::now()) else { return Ok(()) };
    if is_a_probe && !full.by_client {
        // What others do is no reason to let it wait.
        return Ok(());
    }
    match taken.take(Kind::Poll, client) {
        Ok(_waits) => {
            sleep(REFUSED_AFTER).await;
            if is_a_probe { Ok(()) } else { Err(full) }
        }
        Err(no_place) if is_a_probe && !no_place.by_client => Ok(()),
        Err(_) => Err(full),
    }
}

/// Whether a request asks if the process lives.
fn is_a_probe(request: &Request) -> bool {
    matches!(&*form::normal_path(request.uri().path()), path::HEALTHZ | path::READYZ)
}

/// How long a request past the rate waits for its answer.
const REFUSED_AFTER: Duration = Duration::from_millis(100);
