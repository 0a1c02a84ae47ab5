//! The two layers that write a request's ledger.

use axum::body::{Body, HttpBody};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use echoclock_shared::ledger::{LedgerId, PARAMETER, What};
use http::header::HOST;
use http::uri::PathAndQuery;
use http::{HeaderMap, HeaderValue, Method, Uri};

use super::body::{FromClient, ToClient};
use super::wire::{self, ResponseHead};
use super::witness::{LEFT_UNANSWERED, OnTheWire};
use super::{Ledgers, Note, Recorder, parse};
use crate::connection::Exchange;
use crate::drain::Drain;
use crate::error::Refusal;

/// Takes `?link=` off a request, and has what passes written down; for the endpoints that open
/// links.
///
/// # Errors
///
/// Where the parameter makes no sense.
pub(crate) async fn open(
    State(ledgers): State<Ledgers>,
    State(drain): State<Drain>,
    mut request: Request,
    next: Next,
) -> Result<Response, Refusal> {
    let Some((id, uri)) = take_link(request.uri())? else { return Ok(next.run(request).await) };
    let recorder = ledgers.open(id);
    // What the socket carries is written by the socket.
    request.extensions_mut().insert(recorder.clone());
    let is_seen = request.extensions().get().is_some_and(|exchange: &Exchange| {
        exchange.claim(Box::new(OnTheWire::new(recorder.clone(), drain))).is_ok()
    });
    if is_seen {
        *request.uri_mut() = uri;
        return Ok(next.run(request).await);
    }
    recorder.computed_request(&request);
    *request.uri_mut() = uri;
    if !request.body().is_end_stream() {
        request = request.map(|body| Body::new(FromClient::new(body, recorder.clone())));
    }
    let waiting = Waiting(Some(recorder));
    let mut response = next.run(request).await;
    if let Some(recorder) = waiting.over() {
        response.extensions_mut().insert(recorder);
    }
    Ok(response)
}

/// Writes down what goes out where nobody else sees it; outside of whatever else adds to an answer.
pub(crate) async fn answered(State(drain): State<Drain>, request: Request, next: Next) -> Response {
    let has_body = request.method() != Method::HEAD;
    let mut response = next.run(request).await;
    let Some(recorder) = response.extensions_mut().remove::<Recorder>() else { return response };
    let exact = response.body().size_hint().exact();
    let head = ResponseHead::complete(response.status(), response.headers().clone(), exact);
    recorder.computed_response(response.status().as_u16(), &head);
    if !has_body {
        return response;
    }
    response.map(|body| Body::new(ToClient::new(body, recorder, head.framing, drain)))
}

impl Recorder {
    fn computed_request(&self, request: &Request) {
        let (uri, mut headers) = (request.uri(), request.headers().clone());
        let target = uri.path_and_query().map_or("", PathAndQuery::as_str);
        // HTTP/2 has the host elsewhere, and HTTP/1.1 would have it in a header.
        if let Some(authority) = uri.authority()
            && let Ok(host) = HeaderValue::try_from(authority.as_str())
        {
            headers.entry(HOST).or_insert(host);
        }
        let size = wire::request_head(request.method(), target, &headers);
        let version = format!("{:?}", request.version());
        let (what, cut) =
            self.request(request.method().as_str(), target, &version, fields(&headers));
        self.note(Note { size, what, cut, computed: true });
    }

    fn computed_response(&self, status: u16, head: &ResponseHead) {
        let (headers, cut) = self.headers(fields(&head.headers));
        let what = What::Response { status, headers };
        self.note(Note { size: head.size, what, cut, computed: true });
    }
}

fn fields(headers: &HeaderMap) -> impl Iterator<Item = (&[u8], &[u8])> {
    headers.iter().map(|(name, value)| (name.as_str().as_bytes(), value.as_bytes()))
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
            recorder.ended(LEFT_UNANSWERED);
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
}
