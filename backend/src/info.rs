//! What the server says of itself: `GET /api/info`, `/healthz` and `/readyz`.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use echoclock_shared::info::{Amount, Bounds, Each, Info, Opening, Seen, Verdict};
use echoclock_shared::ledger::PARAMETER as LINK;
use echoclock_shared::pass::Pass;
use http::header::{CACHE_CONTROL, HOST, HeaderName, HeaderValue, ORIGIN, SET_COOKIE, VIA};
use http::request::Parts;
use http::{Request, StatusCode};
use tokio::time::Instant;

use crate::error::Refusal;
use crate::forwarded::Arrival;
use crate::guard::Admitted;
use crate::limits::Limits;
use crate::origin::Caller;
use crate::pass::Browser;
use crate::peer::Peer;
use crate::places::Kind;
use crate::state::AppState;
use crate::{ledger, parameter};

/// Answers `GET /api/info`.
///
/// # Errors
///
/// Where `?link=` makes no sense.
pub(crate) async fn info(
    State(state): State<AppState>,
    peer: Peer,
    Extension(admitted): Extension<Admitted>,
    request: Request<axum::body::Body>,
) -> Result<Response, Refusal> {
    let (parts, _) = request.into_parts();
    let ledger = match parameter::take(&parts.uri, LINK)? {
        Some((link, _)) => state.ledgers.read(&ledger::parse(&link)?),
        None => None,
    };
    let (pass, cookie) = pass(&state, &parts, &admitted).unzip();
    let info = Info {
        version: state.version().to_owned(),
        instance: state.instance.clone(),
        now: state.wall.now(),
        started: state.started,
        draining: state.drain.has_begun(),
        socket: verdict(&state, &parts, &admitted, pass.is_some()),
        pass,
        check: state.offered.check,
        raw: state.offered.raw,
        ledgers: state.offered.ledgers,
        opening: ledger.as_ref().and_then(Opening::of),
        open: state.counts.open(),
        bounds: Some(bounds(&state, peer, &admitted.arrival)),
        done: state.counts.done(),
        request: seen(&parts, admitted.arrival),
    };
    let mut response = Json(info).into_response();
    if let Some(cookie) = cookie {
        response.headers_mut().insert(SET_COOKIE, cookie);
    }
    Ok(response)
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

/// Gives a pass to who asks for one, unless it is known that no pass is needed; and the cookie of the
/// browser that it belongs to.
fn pass(state: &AppState, request: &Parts, admitted: &Admitted) -> Option<(Pass, HeaderValue)> {
    match admitted.caller {
        // These may be the server's own page, and no other page may read what they are answered.
        Caller::Own | Caller::Tool if admitted.shows_pass => {}
        Caller::Own
        | Caller::Tool
        | Caller::Visitor
        | Caller::Listed(_)
        | Caller::Anyone
        | Caller::Elsewhere { .. } => return None,
    }
    let Arrival { hosts, scheme, .. } = &admitted.arrival;
    if matches!(state.allowed.judge_socket(&request.headers, hosts), Caller::Own) {
        return None;
    }
    let browser = Browser::of(&request.headers, scheme).map_or_else(Browser::new, Ok);
    let browser = browser.inspect_err(|error| tracing::error!(%error, "no pass is given")).ok()?;
    Some((state.passes.give(&browser, Instant::now()), browser.cookie(scheme)))
}

/// Tells how much there is and what is taken of it. Whose connections are bounded by what all have
/// has no bound of its own there.
fn bounds(state: &AppState, peer: Peer, arrival: &Arrival) -> Bounds {
    let mut bounds = state.counts.taken().bounds(&arrival.network, Instant::now());
    if state.trusted_proxies.holds(peer) {
        bounds.connections.yours = None;
    }
    let Limits { memory, socket, raw_message, http2_streams, min_rate, .. } = state.limits;
    bounds.memory = Some(Amount { taken: state.memory_used() as u64, max: memory as u64 });
    bounds.each = Some(Each {
        socket_messages: socket.messages,
        socket_bytes: socket.bytes,
        raw_max: raw_message as u64,
        http2_streams,
        min_rate,
    });
    bounds
}

fn verdict(state: &AppState, request: &Parts, admitted: &Admitted, has_pass: bool) -> Verdict {
    if state.drain.has_begun() {
        let reason = Some("the server is about to stop".to_owned());
        return Verdict { allowed: false, reason };
    }
    if admitted.caller == Caller::Visitor {
        // The page that they come from is not the one that asks.
        return Verdict { allowed: true, reason: None };
    }
    if let Err(full) = state.counts.taken().has_room(Kind::Socket, admitted.arrival.network) {
        return Verdict { allowed: false, reason: Some(full.to_string()) };
    }
    match state.allowed.judge_socket(&request.headers, &admitted.arrival.hosts) {
        Caller::Own | Caller::Tool | Caller::Visitor | Caller::Listed(_) | Caller::Anyone => {
            Verdict { allowed: true, reason: None }
        }
        Caller::Elsewhere { reason } => Verdict { allowed: has_pass, reason: Some(reason) },
    }
}

/// Returns a request as it arrived.
pub(crate) fn seen(request: &Parts, arrival: Arrival) -> Seen {
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
