//! Who asks, and whether there is room for what it asks: decided before anything else looks at a
//! request.

use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use echoclock_shared::path;
use http::HeaderValue;
use http::header::CONNECTION;
use tokio::time::{Instant, sleep};

use crate::error::Refusal;
use crate::forwarded::Arrival;
use crate::peer::Peer;
use crate::places::Full;
use crate::state::AppState;
use crate::{error, form, guard, transport};

/// Tells by extensions of the request how it came and whose it is, and lets it through where there
/// is room for it. Whether the process lives can always be asked.
///
/// A request with [`Full`] among its extensions has come over a connection for which there was no
/// room. It is told so, and the connection ends.
pub(crate) async fn admit(
    State(state): State<AppState>,
    peer: Peer,
    mut request: Request,
    next: Next,
) -> Response {
    let arrival =
        Arrival::of(request.headers(), request.uri().authority(), peer, &state.trusted_proxies);
    let client = arrival.network;
    let no_room = request.extensions().get::<Full>().copied();
    let asked = match (&*form::normal_path(request.uri().path()), no_room) {
        (path::HEALTHZ | path::READYZ, _) => Ok(()),
        (_, Some(full)) => Err(full),
        (_, None) => state.counts.taken().ask(client, Instant::now()),
    };
    let mut response = match asked {
        Ok(()) => {
            request.extensions_mut().insert(client);
            request.extensions_mut().insert(arrival);
            next.run(request).await
        }
        Err(full) => {
            if no_room.is_none() {
                // Who asks too often is made to ask less often, since every answer costs something.
                sleep(REFUSED_AFTER).await;
            }
            let refused = Refusal::from(full).into_response();
            let path = form::normal_path(request.uri().path());
            let told = transport::told_to(request.method(), &path, refused);
            guard::dress_refusal(&state, &request, &arrival, told)
        }
    };
    error::log(&response, client);
    if no_room.is_some() {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// How long a request past the rate waits for its refusal.
const REFUSED_AFTER: Duration = Duration::from_millis(100);
