//! The gate before `/api`: refuses callers from elsewhere, and sets what every answer carries.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use echoclock_shared::ledger::PARAMETER as LINK;
use echoclock_shared::pass::PARAMETER;
use echoclock_shared::path;
use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD,
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderMap, HeaderName, HeaderValue, ORIGIN, VARY,
    X_CONTENT_TYPE_OPTIONS,
};
use http::{Method, StatusCode};
use tokio::time::Instant;

use crate::error::Refusal;
use crate::forwarded::Arrival;
use crate::hits::Limit;
use crate::origin::{Allowed, Caller, Origin};
use crate::parameter::{self, AskedFor};
use crate::pass::{Browser, Shown};
use crate::site::RESOURCE_POLICY;
use crate::state::AppState;

/// Lets a request through to `/api`, or refuses it.
pub(crate) async fn watch(
    State(state): State<AppState>,
    mut request: Request,
    next: Next,
) -> Response {
    let arrival = request.extensions_mut().remove::<Arrival>();
    let arrival = arrival.expect("it is told of each request that is admitted");
    let pass = take_pass(&mut request);
    let shown = pass.as_ref().ok().and_then(Option::as_deref);
    let caller = judge(&state, &request, &arrival, shown);
    if caller == Caller::Visitor {
        // Whoever made the link knows its id, and would read what belongs to the visitor.
        leave_no_ledger(&mut request);
    }
    let mut response = match (&caller, pass) {
        (Caller::Elsewhere { reason }, _) => refuse(reason, arrival, &request),
        (_, Err(refusal)) => refusal.into_response(),
        (_, Ok(_)) if is_preflight(&request) => preflight(),
        (_, Ok(pass)) => {
            let caller = caller.clone();
            request.extensions_mut().insert(Admitted {
                caller,
                arrival,
                shows_pass: pass.is_some(),
            });
            next.run(request).await
        }
    };
    dress(&state, &caller, &mut response);
    response
}

/// Sets what every answer of the API carries on a refusal that was decided before this gate, so that
/// a page of a listed origin can read it there too.
pub(crate) fn dress_refusal(
    state: &AppState,
    request: &Request,
    arrival: &Arrival,
    mut refusal: Response,
) -> Response {
    let below = request.uri().path().strip_prefix(path::API);
    if below.is_some_and(|below| below.is_empty() || below.starts_with('/')) {
        let caller = state.allowed.judge(request.method(), request.headers(), &arrival.hosts);
        dress(state, &caller, &mut refusal);
    }
    refusal
}

/// Whether a request that was refused before this gate may be written down: as one is that comes through.
pub(crate) fn may_have_a_ledger(state: &AppState, request: &Request, arrival: &Arrival) -> bool {
    let pass = parameter::take(request.uri(), PARAMETER).ok().flatten().map(|(pass, _)| pass);
    match judge(state, request, arrival, pass.as_deref()) {
        Caller::Own | Caller::Tool | Caller::Listed(_) | Caller::Anyone => true,
        Caller::Visitor | Caller::Elsewhere { .. } => false,
    }
}

/// Sets what every answer carries.
fn dress(state: &AppState, caller: &Caller, response: &mut Response) {
    let headers = response.headers_mut();
    share(headers, caller);
    headers.append(VARY, HeaderValue::from_static("origin"));
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.entry(CONTENT_SECURITY_POLICY).or_insert_with(|| policy(&state.allowed));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(RESOURCE_POLICY, HeaderValue::from_static(whose(caller)));
}

/// What is known of a request that was let in: its extension.
#[derive(Clone, Debug)]
pub(crate) struct Admitted {
    /// Where it comes from.
    pub(crate) caller: Caller,
    /// How it came.
    pub(crate) arrival: Arrival,
    /// Whether it has shown a pass, or what should be one.
    pub(crate) shows_pass: bool,
}

/// Takes the pass off a request, so that it goes no further.
fn take_pass(request: &mut Request) -> Result<Option<String>, Refusal> {
    let Some((pass, rest)) = parameter::take(request.uri(), PARAMETER)? else { return Ok(None) };
    let asked_for = std::mem::replace(request.uri_mut(), rest);
    request.extensions_mut().insert(AskedFor(asked_for));
    Ok(Some(pass))
}

/// Takes the ledger's id off a request; one that makes no sense is refused further on.
fn leave_no_ledger(request: &mut Request) {
    if let Ok(Some((_, rest))) = parameter::take(request.uri(), LINK) {
        *request.uri_mut() = rest;
    }
}

/// Tells where a request comes from: by what its headers say, or else by its pass.
fn judge(state: &AppState, request: &Request, arrival: &Arrival, pass: Option<&str>) -> Caller {
    let caller = state.allowed.judge(request.method(), request.headers(), &arrival.hosts);
    if !matches!(caller, Caller::Elsewhere { .. }) {
        return caller;
    }
    let browser = Browser::of(request.headers(), arrival.scheme);
    let Some((pass, browser)) = pass.zip(browser) else { return caller };
    match state.passes.judge(pass, &browser, Instant::now()) {
        Shown::Good => Caller::Own,
        Shown::Over => {
            state.hits.hit(Limit::PassLifetime);
            caller
        }
        Shown::Unknown => caller,
    }
}

/// Refuses a request from elsewhere.
///
/// A page of a static build whose origin is not listed has to be able to say so, hence it may
/// read the refusal at the one address that it asks for reasons; there is nothing else in it.
fn refuse(reason: &str, arrival: Arrival, request: &Request) -> Response {
    let origin = request.headers().get(ORIGIN).cloned();
    let asks_why = request.uri().path() == path::INFO && request.method() == Method::GET;
    let mut response =
        Refusal::Origin { detail: reason.to_owned(), hosts: arrival.hosts }.into_response();
    if let Some(origin) = origin.filter(|origin| asks_why && !origin.is_empty()) {
        response.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    }
    response
}

/// Lets the caller's page read the answer, and its timing (Fetch standard, "CORS protocol";
/// Resource Timing, section 4.5.1).
fn share(headers: &mut HeaderMap, caller: &Caller) {
    match caller {
        Caller::Listed(origin) => {
            let origin = header(origin);
            headers.insert(TIMING_ALLOW_ORIGIN, origin.clone());
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
            headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        }
        Caller::Anyone => {
            headers.insert(TIMING_ALLOW_ORIGIN, HeaderValue::from_static("*"));
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        }
        Caller::Own | Caller::Tool | Caller::Visitor | Caller::Elsewhere { .. } => {}
    }
}

/// Tells whose pages may load an answer without asking: those that may read it.
const fn whose(caller: &Caller) -> &'static str {
    match caller {
        Caller::Listed(_) | Caller::Anyone => "cross-origin",
        Caller::Own | Caller::Tool | Caller::Visitor | Caller::Elsewhere { .. } => "same-origin",
    }
}

fn is_preflight(request: &Request) -> bool {
    request.method() == Method::OPTIONS
        && request.headers().contains_key(ORIGIN)
        && request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD)
}

fn preflight() -> Response {
    let headers = [
        (ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD, POST"),
        (ACCESS_CONTROL_ALLOW_HEADERS, "cache-control, content-type, last-event-id"),
        (ACCESS_CONTROL_MAX_AGE, "600"),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}

/// Returns the policy of an answer that is data and no page.
fn policy(allowed: &Allowed) -> HeaderValue {
    let ancestors = allowed.frame_ancestors();
    HeaderValue::try_from(format!("default-src 'none'; frame-ancestors {ancestors}"))
        .expect("origins are plain ASCII")
}

fn header(origin: &Origin) -> HeaderValue {
    HeaderValue::try_from(origin.to_string()).expect("origins are plain ASCII")
}

const TIMING_ALLOW_ORIGIN: HeaderName = HeaderName::from_static("timing-allow-origin");
