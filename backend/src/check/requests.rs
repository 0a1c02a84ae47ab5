//! Requests that are answered once: as they arrived, after a wait, with a status.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use echoclock_shared::check::answer::{Arrived, Stated, Waited};
use echoclock_shared::check::evidence::run_of;
use http::header::{CONTENT_TYPE, COOKIE};
use http::request::Parts;
use http::{HeaderMap, Method, StatusCode};
use tokio::time::{Instant, sleep};

use super::parameters::{Code, Wait, take_needed};
use crate::client::Client;
use crate::connection::Presence;
use crate::error::Refusal;
use crate::guard::Admitted;
use crate::info;
use crate::ledger::Linked;
use crate::state::AppState;
use crate::transport::{Query, without_length};

/// Answers `GET /api/check/seen`.
///
/// # Errors
///
/// Where the query makes no sense.
pub(super) async fn seen(
    State(state): State<AppState>,
    Extension(admitted): Extension<Admitted>,
    query: Query,
    request: Parts,
) -> Result<Json<Arrived>, Refusal> {
    query.finish()?;
    Ok(Json(Arrived {
        now: state.wall.now(),
        headers: state.ledgers.shown(&request.headers),
        cookies: cookies(&request.headers),
        request: info::seen(&request, admitted.arrival),
    }))
}

/// Returns the names of cookies (RFC 6265, section 4.2.1).
fn cookies(headers: &HeaderMap) -> Vec<String> {
    let lines = headers.get_all(COOKIE).iter();
    let pairs = lines.flat_map(|line| line.as_bytes().split(|byte| *byte == b';'));
    let names = pairs.filter_map(|pair| pair.split(|byte| *byte == b'=').next());
    let names = names.map(|name| String::from_utf8_lossy(name.trim_ascii()).into_owned());
    names.filter(|name| !name.is_empty()).collect()
}

/// Answers `GET /api/check/wait` after as long as it says, or sooner where the client has closed its side.
///
/// # Errors
///
/// Where the query makes no sense, or as many wait as may.
pub(super) async fn wait(
    State(state): State<AppState>,
    client: Client,
    method: Method,
    presence: Presence,
    mut query: Query,
) -> Result<Response, Refusal> {
    let Wait(wait) = take_needed(&mut query, "ms")?;
    query.finish()?;
    if method == Method::HEAD {
        return Ok(([(CONTENT_TYPE, "application/json")], without_length()).into_response());
    }
    let _open = state.counts.open_poll(client)?;
    let asked = Instant::now();
    tokio::select! {
        biased;
        () = state.drain.begun() => return Err(Refusal::Draining),
        () = sleep(wait) => {}
        () = presence.may_have_left() => {}
    }
    let waited = asked.elapsed().as_millis() as u64;
    Ok(Json(Waited { now: state.wall.now(), waited }).into_response())
}

/// Answers `GET /api/check/status` with the status that it asks for.
///
/// # Errors
///
/// Where the query makes no sense.
pub(super) async fn status(
    mut query: Query,
    link: Option<Extension<Linked>>,
) -> Result<Response, Refusal> {
    let Code(status) = take_needed(&mut query, "code")?;
    query.finish()?;
    if status == StatusCode::NO_CONTENT {
        return Ok(status.into_response());
    }
    let run = link.map(|Extension(Linked(link))| run_of(&link).to_owned());
    Ok((status, Json(Stated { status: status.as_u16(), run })).into_response())
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn cookies_are_told_by_their_names_alone() {
        let lines = ["a=secret; session=s=t;flag", "", "; =nameless; b =x"];
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(COOKIE, HeaderValue::from_static(line));
        }
        assert_eq!(cookies(&headers), ["a", "session", "flag", "b"]);
    }
}
