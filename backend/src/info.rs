//! What the server says of itself: `GET /api/info`, `/healthz` and `/readyz`.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use echoclock_shared::info::{Info, Seen, Verdict};
use http::header::{CACHE_CONTROL, HOST, HeaderName, ORIGIN, VIA};
use http::request::Parts;
use http::{Request, StatusCode};

use crate::forwarded::Arrival;
use crate::origin::Caller;
use crate::state::AppState;

/// Answers `GET /api/info`.
pub(crate) async fn info(
    State(state): State<AppState>,
    Extension(arrival): Extension<Arrival>,
    request: Request<axum::body::Body>,
) -> Json<Info> {
    let (parts, _) = request.into_parts();
    Json(Info {
        version: state.version().to_owned(),
        instance: state.instance.clone(),
        now: state.wall.now(),
        started: state.started,
        draining: state.drain.has_begun(),
        socket: verdict(&state, &parts, &arrival),
        open: state.counts.open(),
        done: state.counts.done(),
        request: seen(&parts, arrival),
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

fn verdict(state: &AppState, request: &Parts, arrival: &Arrival) -> Verdict {
    if state.drain.has_begun() {
        let reason = Some("the server is about to stop".to_owned());
        return Verdict { allowed: false, reason };
    }
    match state.allowed.judge_socket(&request.headers, &arrival.hosts) {
        Caller::Own | Caller::Tool | Caller::Visitor | Caller::Listed(_) | Caller::Anyone => {
            Verdict { allowed: true, reason: None }
        }
        Caller::Elsewhere { reason } => Verdict { allowed: false, reason: Some(reason) },
    }
}

fn seen(request: &Parts, arrival: Arrival) -> Seen {
    let Arrival { scheme, client, forwarded, x_forwarded_for, .. } = arrival;
    let text = |name: HeaderName| {
        let values = request.headers.get_all(name).iter();
        let texts: Vec<_> = values.map(|v| String::from_utf8_lossy(v.as_bytes())).collect();
        (!texts.is_empty()).then(|| texts.join(", "))
    };
    Seen {
        http_version: format!("{:?}", request.version),
        scheme: scheme.to_owned(),
        client,
        host: request.uri.authority().map(ToString::to_string).or_else(|| text(HOST)),
        origin: text(ORIGIN),
        via: text(VIA),
        forwarded,
        x_forwarded_for,
        x_forwarded_proto: text(HeaderName::from_static("x-forwarded-proto")),
        x_forwarded_host: text(HeaderName::from_static("x-forwarded-host")),
        x_forwarded_port: text(HeaderName::from_static("x-forwarded-port")),
    }
}
