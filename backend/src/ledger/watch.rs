//! The two layers that write a request's ledger.

use axum::body::{Body, HttpBody};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use echoclock_shared::ledger::{LedgerId, PARAMETER, What, cut};
use http::header::CONNECTION;
use http::uri::PathAndQuery;
use http::{HeaderMap, HeaderValue, Method, Uri, Version};

use super::body::{FromClient, ToClient};
use super::wire::{self, ResponseHead};
use super::{Recorder, parse};
use crate::error::Refusal;
use crate::state::AppState;

/// Takes `?link=` off a request, and writes down what comes in; for the endpoints that open links.
///
/// # Errors
///
/// Where the parameter makes no sense.
pub(crate) async fn open(
    State(state): State<AppState>,
    mut request: Request,
    next: Next,
) -> Result<Response, Refusal> {
    let Some((id, uri)) = take_link(request.uri())? else { return Ok(next.run(request).await) };
    let recorder = state.ledgers.open(id);
    recorder.request(&request);
    *request.uri_mut() = uri;
    if !request.body().is_end_stream() {
        request = request.map(|body| Body::new(FromClient::new(body, recorder.clone())));
    }
    request.extensions_mut().insert(recorder.clone());
    let waiting = Waiting(Some(recorder));
    let mut response = next.run(request).await;
    if let Some(recorder) = waiting.over() {
        response.extensions_mut().insert(recorder);
    }
    Ok(response)
}

/// Writes down what goes out; outside of whatever else adds to an answer.
pub(crate) async fn answered(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Response {
    let asked = (request.version(), wants_close(request.headers()));
    let has_body = request.method() != Method::HEAD;
    let mut response = next.run(request).await;
    let Some(recorder) = response.extensions_mut().remove::<Recorder>() else { return response };
    let exact = response.body().size_hint().exact();
    let head = ResponseHead::complete(response.status(), response.headers().clone(), exact, asked);
    recorder.response(response.status().as_u16(), &head);
    if !has_body {
        return response;
    }
    let drain = state.drain.clone();
    response.map(|body| Body::new(ToClient::new(body, recorder, head.framing, drain)))
}

impl Recorder {
    fn request(&self, request: &Request) {
        let (uri, mut headers) = (request.uri(), request.headers().clone());
        let is_path_alone = request.version() < Version::HTTP_2;
        let target = match uri.path_and_query() {
            // HTTP/2 has the host elsewhere, and HTTP/1.1 would have it in a header.
            Some(target) if !is_path_alone => target.to_string(),
            Some(_) | None => uri.to_string(),
        };
        if let Some(authority) = uri.authority().filter(|_| !is_path_alone)
            && let Ok(host) = HeaderValue::try_from(authority.as_str())
        {
            headers.entry(http::header::HOST).or_insert(host);
        }
        let size = wire::request_head(request.method(), &target, &headers);
        let (headers, headers_cut) = wire::written(&headers, self.limits().head);
        let (kept, target_cut) = cut(&target, self.limits().text);
        let what = What::Request {
            method: cut(request.method().as_str(), METHOD_MAX).0.to_owned(),
            target: kept.to_owned(),
            version: format!("{:?}", request.version()),
            headers,
        };
        self.note(size, (what, headers_cut || target_cut));
    }

    fn response(&self, status: u16, head: &ResponseHead) {
        let (headers, cut) = wire::written(&head.headers, self.limits().head);
        self.note(head.size, (What::Response { status, headers }, cut));
    }
}

/// A request that is not answered yet; a client that leaves meanwhile drops this.
struct Waiting(Option<Recorder>);

impl Waiting {
    fn over(mut self) -> Option<Recorder> {
        self.0.take()
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if let Some(recorder) = self.0.take() {
            recorder.ended("the client left before the answer");
        }
    }
}

/// Returns the link's id, and the address without it.
fn take_link(uri: &Uri) -> Result<Option<(LedgerId, Uri)>, Refusal> {
    let Some(query) = uri.query() else { return Ok(None) };
    let (links, others): (Vec<&str>, Vec<&str>) =
        query.split('&').partition(|pair| pair_of(pair).is_some_and(|(name, _)| name == PARAMETER));
    let [link] = links.as_slice() else {
        let fault = "is given twice";
        return if links.is_empty() { Ok(None) } else { Err(Refusal::parameter(PARAMETER, fault)) };
    };
    let (_, id) = pair_of(link).unwrap_or_default();
    let id = parse(&id)?;
    let rest = match others.as_slice() {
        [] => uri.path().to_owned(),
        others => format!("{}?{}", uri.path(), others.join("&")),
    };
    let mut parts = uri.clone().into_parts();
    let rest = PathAndQuery::try_from(rest).expect("a part of an address is one");
    parts.path_and_query = Some(rest);
    Ok(Some((id, Uri::from_parts(parts).expect("the other parts are as they were"))))
}

fn pair_of(pair: &str) -> Option<(String, String)> {
    let read = form_urlencoded::parse(pair.as_bytes()).next();
    read.map(|(name, value)| (name.into_owned(), value.into_owned()))
}

fn wants_close(headers: &HeaderMap) -> bool {
    let values = headers.get_all(CONNECTION).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|word| word.trim().eq_ignore_ascii_case("close"))
}

/// How much of a method is kept; those that are taken are shorter.
const METHOD_MAX: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_link_is_taken_off_the_address() {
        const ID: &str = "0123456789abcdef";
        for (query, rest) in [
            ("link=0123456789abcdef", Ok(Some("/a"))),
            ("after=1&link=0123456789abcdef&every=1s", Ok(Some("/a?after=1&every=1s"))),
            ("l%69nk=%30123456789abcdef&x", Ok(Some("/a?x"))),
            ("after=1", Ok(None)),
            ("", Ok(None)),
            ("linked=1", Ok(None)),
            ("link", Err(())),
            ("link=", Err(())),
            ("link=short", Err(())),
            ("link=0123456789abcdef&link=0123456789abcdef", Err(())),
        ] {
            let uri: Uri = format!("/a?{query}").parse().expect("an address");
            let taken = take_link(&uri).map_err(|refusal| {
                assert_eq!(refusal.problem().parameter.as_deref(), Some(PARAMETER));
            });
            let expected = rest.map(|rest| {
                rest.map(|rest| (ID.parse().expect("an id"), rest.parse().expect("an address")))
            });
            assert_eq!(taken, expected, "{query}");
        }
    }

    #[test]
    fn whether_the_connection_is_to_be_closed_is_found_among_other_words() {
        for (value, wants) in [("close", true), ("Upgrade, Close", true), ("keep-alive", false)] {
            let headers = [(CONNECTION, HeaderValue::from_static(value))].into_iter().collect();
            assert_eq!(wants_close(&headers), wants, "{value}");
        }
    }
}
