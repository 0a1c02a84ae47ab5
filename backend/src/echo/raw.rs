//! The raw echo: every message comes back as it is, for any client or conformance suite.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::any;
use echoclock_shared::path;
use http::Uri;

use crate::error::Refusal;
use crate::parameter;
use crate::socket::{Answer, Endpoint, MessageMax, Opening, PROTOCOL, Subprotocol};
use crate::state::AppState;
use crate::work::Carries;

/// Returns the endpoint, or what says that there is none.
pub(crate) fn routes(state: &AppState) -> Router<AppState> {
    let answer = if state.offered.raw { any(open) } else { any(switched_off) };
    Router::new().route(path::ECHO_RAW, answer)
}

async fn switched_off() -> Refusal {
    Refusal::SwitchedOff { detail: "the raw echo is switched off, by --no-raw," }
}

/// Answers `/api/echo/raw`.
///
/// # Errors
///
/// Where the request opens no WebSocket, asks for a subprotocol that it does not offer, or there are as
/// many as may be.
async fn open(
    State(state): State<AppState>,
    uri: Uri,
    opening: Opening,
) -> Result<Response, Refusal> {
    let endpoint = Endpoint {
        name: "raw echo".to_owned(),
        carries: Carries::Raw,
        message_max: MessageMax::Raw(state.limits.raw_message),
        subprotocol: subprotocol(&uri)?,
        silence: None,
    };
    endpoint.open(state, opening, async |mut socket, _| {
        let end = socket.listen(|_| Ok(Answer::TheSame)).await;
        socket.close(end).await;
    })
}

/// Selects the first subprotocol that a client offers, because many clients fail without one;
/// `?protocol=` asks for another, or for none.
fn subprotocol(uri: &Uri) -> Result<Subprotocol, Refusal> {
    Ok(match parameter::take(uri, PROTOCOL)? {
        None => Subprotocol::First,
        Some((name, _)) if name.is_empty() => Subprotocol::No,
        Some((name, _)) => Subprotocol::Asked(name),
    })
}
