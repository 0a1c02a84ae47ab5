//! The path check's endpoints: each does what its address says, so that what arrives elsewhere can be
//! set against it. They know nothing of probes.

use axum::Router;
use axum::routing::{any, get, post};
use echoclock_shared::path;

use crate::error::Refusal;
use crate::state::AppState;

mod parameters;

mod requests;

mod body;

mod course;

mod stream;

mod socket;

/// Returns the endpoints, or what says that there are none.
pub(crate) fn routes(state: &AppState) -> Router<AppState> {
    if !state.offered.check {
        return Router::new()
            .route(path::CHECK, any(switched_off))
            .route(&format!("{}/{{*path}}", path::CHECK), any(switched_off));
    }
    Router::new()
        .route(path::CHECK_SEEN, get(requests::seen))
        .route(path::CHECK_WAIT, get(requests::wait))
        .route(path::CHECK_STATUS, get(requests::status))
        .route(path::CHECK_BODY, get(body::down).merge(post(body::up)))
        .route(path::CHECK_STREAM, get(stream::answer).post(stream::answer_to_body))
        .route(path::CHECK_SOCKET, any(socket::open))
}

async fn switched_off() -> Refusal {
    Refusal::SwitchedOff { detail: "the path check is switched off, by --no-check," }
}
