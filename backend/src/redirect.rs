//! The listener that sends on to TLS whoever asks without it.

use std::borrow::Cow;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use echoclock_shared::path;
use http::header::{HOST, LOCATION};
use http::uri::Authority;
use http::{HeaderMap, HeaderValue, StatusCode, Uri};

use crate::error::Refusal;
use crate::state::AppState;
use crate::{admission, form, info, not_this_method};

/// Returns what is answered there: where the same is found by https, at this port.
///
/// Whether the process lives and is ready is answered at once: who asks that follows no redirect, or has no
/// trust in the certificate.
pub(crate) fn routes(state: AppState, port: u16) -> Router {
    let taken = state.counts.taken().clone();
    let all = Router::new()
        .route(path::HEALTHZ, get(info::healthz))
        .route(path::READYZ, get(info::readyz))
        .method_not_allowed_fallback(not_this_method)
        .with_state(state)
        .fallback(send_on)
        .with_state(port);
    Router::new()
        .fallback_service(all)
        .layer(middleware::from_fn(form::check))
        .layer(middleware::from_fn_with_state(taken, admission::admit_plainly))
}

async fn send_on(State(port): State<u16>, request: Request) -> Response {
    match location(request.uri(), request.headers(), port) {
        // The method stays as it is (RFC 9110, section 15.4.9).
        Some(location) => (StatusCode::PERMANENT_REDIRECT, [(LOCATION, location)]).into_response(),
        None => {
            let detail = "the request does not say for which host it is, which is asked by https";
            Refusal::Host { detail: detail.to_owned() }.into_response()
        }
    }
}

/// Returns where a request's target is by https; nothing where it names no host.
fn location(target: &Uri, headers: &HeaderMap, port: u16) -> Option<HeaderValue> {
    let named = || headers.get(HOST)?.to_str().ok()?.parse::<Authority>().ok();
    let authority = target.authority().cloned().or_else(named)?;
    let port = match port {
        HTTPS => Cow::Borrowed(""),
        port => format!(":{port}").into(),
    };
    // All that `*` asks for is the server; and no path is the root's (RFC 9110, section 4.2.3).
    let path = Some(target.path()).filter(|path| path.starts_with('/')).unwrap_or("/");
    let query = target.query().map(|query| format!("?{query}")).unwrap_or_default();
    HeaderValue::try_from(format!("https://{}{port}{path}{query}", authority.host())).ok()
}

/// The port of https.
const HTTPS: u16 = 443;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_is_found_by_https() {
        for (target, host, port, found) in [
            ("/", Some("a.example"), 443, Some("https://a.example/")),
            ("/?a=b%20c", Some("a.example:80"), 443, Some("https://a.example/?a=b%20c")),
            ("/x/y", Some("a.example:8080"), 3443, Some("https://a.example:3443/x/y")),
            ("/x", Some("[::1]:8080"), 3443, Some("https://[::1]:3443/x")),
            ("//evil.example/x", Some("a.example"), 443, Some("https://a.example//evil.example/x")),
            ("http://b.example/x", Some("a.example"), 443, Some("https://b.example/x")),
            ("http://b.example?q", None, 3443, Some("https://b.example:3443/?q")),
            ("*", Some("a.example"), 443, Some("https://a.example/")),
            ("/x", None, 443, None),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(host) = host {
                headers.insert(HOST, HeaderValue::from_static(host));
            }
            let target: Uri = target.parse().expect(target);
            let location = location(&target, &headers, port);
            let location = location.as_ref().map(|it| it.to_str().expect("it is text"));
            assert_eq!(location, found, "{target} at {host:?}");
        }
    }
}
