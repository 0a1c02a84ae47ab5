//! What the server says of itself: `GET /api/info`, `/healthz` and `/readyz`.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use echoclock_shared::info::{Info, Seen, Verdict};
use http::header::{CACHE_CONTROL, FORWARDED, HOST, HeaderName, ORIGIN, VIA};
use http::request::Parts;
use http::{Request, StatusCode};

use crate::origin::Caller;
use crate::peer::Peer;
use crate::state::AppState;

/// Answers `GET /api/info`.
pub(crate) async fn info(
    State(state): State<AppState>,
    peer: Peer,
    request: Request<axum::body::Body>,
) -> Json<Info> {
    let (parts, _) = request.into_parts();
    Json(Info {
        version: state.version().to_owned(),
        instance: state.instance.clone(),
        now: state.wall.now(),
        started: state.started,
        draining: state.drain.has_begun(),
        socket: verdict(&state, &parts),
        open: state.counts.open(),
        done: state.counts.done(),
        request: seen(&parts, peer),
    })
}

/// Answers `GET /healthz`: the process serves.
pub(crate) async fn healthz() -> Response {
    ([(CACHE_CONTROL, "no-store")], "ok\n").into_response()
}

/// Answers `GET /readyz`: the server takes new work.
pub(crate) async fn readyz(State(state): State<AppState>) -> Response {
    let (status, text) = if state.drain.has_begun() {
        (StatusCode::SERVICE_UNAVAILABLE, "draining\n")
    } else {
        (StatusCode::OK, "ready\n")
    };
    (status, [(CACHE_CONTROL, "no-store")], text).into_response()
}

fn verdict(state: &AppState, request: &Parts) -> Verdict {
    if state.drain.has_begun() {
        let reason = Some("the server is about to stop".to_owned());
        return Verdict { allowed: false, reason };
    }
    match state.allowed.judge_socket(&request.headers, request.uri.authority()) {
        Caller::Own | Caller::Tool | Caller::Listed(_) | Caller::Anyone => {
            Verdict { allowed: true, reason: None }
        }
        Caller::Elsewhere { reason } => Verdict { allowed: false, reason: Some(reason) },
    }
}

fn seen(request: &Parts, peer: Peer) -> Seen {
    let text = |name: HeaderName| {
        let values = request.headers.get_all(name).iter();
        let texts: Vec<_> = values.map(|v| String::from_utf8_lossy(v.as_bytes())).collect();
        (!texts.is_empty()).then(|| texts.join(", "))
    };
    let x_forwarded_proto = text(HeaderName::from_static("x-forwarded-proto"));
    Seen {
        http_version: format!("{:?}", request.version),
        scheme: x_forwarded_proto.clone().unwrap_or_else(|| "http".to_owned()),
        client: peer.address().map(|address| address.to_string()),
        host: request.uri.authority().map(ToString::to_string).or_else(|| text(HOST)),
        origin: text(ORIGIN),
        via: text(VIA),
        forwarded: text(FORWARDED),
        x_forwarded_for: text(HeaderName::from_static("x-forwarded-for")),
        x_forwarded_proto,
        x_forwarded_host: text(HeaderName::from_static("x-forwarded-host")),
    }
}
