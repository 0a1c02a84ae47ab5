//! The two layers that write a request's ledger.

use axum::body::{Body, HttpBody};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use echoclock_shared::ledger::{LedgerId, PARAMETER, What};
use echoclock_shared::path;
use http::header::HOST;
use http::uri::PathAndQuery;
use http::{HeaderValue, Method};

use super::body::{FromClient, ToClient};
use super::wire::{self, ResponseHead};
use super::witness::{LEFT_UNANSWERED, OnTheWire};
use super::{Ledgers, Note, Recorder, fields, parse};
use crate::client::Client;
use crate::connection::{Ending, Exchange};
use crate::drain::Drain;
use crate::error::Refusal;
use crate::parameter::{self, AskedFor};

/// The link that a request belongs to: its extension.
#[derive(Clone, Debug)]
pub(crate) struct Linked(pub(crate) LedgerId);

/// Takes `?link=` off a request, and has what passes written down; for the endpoints that open
/// links.
///
/// # Errors
///
/// Where the parameter makes no sense.
pub(crate) async fn open(
    State(ledgers): State<Ledgers>,
    State(drain): State<Drain>,
    client: Client,
    mut request: Request,
    next: Next,
) -> Result<Response, Refusal> {
    let Some((id, uri)) = parameter::take(request.uri(), PARAMETER)? else {
        leave(&request);
        return Ok(next.run(request).await);
    };
    let id = parse(&id)?;
    if !ledgers.0.are_kept {
        leave(&request);
        request.extensions_mut().insert(Linked(id));
        *request.uri_mut() = uri;
        return Ok(next.run(request).await);
    }
    let recorder = ledgers.open(&id, client, ledgers.text_max(request.uri().path()));
    // What the socket carries is written by the socket.
    request.extensions_mut().insert(recorder.clone());
    request.extensions_mut().insert(Linked(id));
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

/// Has nothing kept of a request that nobody asks about.
fn leave(request: &Request) {
    if let Some(exchange) = request.extensions().get::<Exchange>() {
        exchange.leave();
    }
}

/// Writes down what goes out where nobody else sees it; outside of whatever else adds to an answer.
pub(crate) async fn answered(
    State(drain): State<Drain>,
    ending: Ending,
    request: Request,
    next: Next,
) -> Response {
    let has_body = request.method() != Method::HEAD;
    let mut response = next.run(request).await;
    let Some(recorder) = response.extensions_mut().remove::<Recorder>() else { return response };
    computed(response, has_body, recorder, drain, ending)
}

/// Writes down that a request of a link was refused before it came to the layers: a hop on the way may
/// answer as the server does, but has no ledger to write it into.
pub(crate) fn refused(
    ledgers: &Ledgers,
    drain: &Drain,
    client: Client,
    request: &Request,
    refusal: Response,
) -> Response {
    let at = request.uri().path();
    let opens_links = [path::CHECK, path::CLOCK, path::ECHO].iter().any(|those| {
        at.strip_prefix(those).is_some_and(|below| below.is_empty() || below.starts_with('/'))
    });
    let link = parameter::take(request.uri(), PARAMETER).ok().flatten();
    let id = link.and_then(|(id, _)| parse(&id).ok()).filter(|_| opens_links);
    let Some(id) = id else { return refusal };
    let recorder = ledgers.open(&id, client, ledgers.text_max(at));
    let is_seen = request.extensions().get().is_some_and(|exchange: &Exchange| {
        exchange.claim(Box::new(OnTheWire::new(recorder.clone(), drain.clone()))).is_ok()
    });
    if is_seen {
        return refusal;
    }
    recorder.computed_request(request);
    let ending = request.extensions().get::<Ending>().cloned().unwrap_or_default();
    computed(refusal, request.method() != Method::HEAD, recorder, drain.clone(), ending)
}

/// Has an answer written down as it goes out.
fn computed(
    response: Response,
    has_body: bool,
    recorder: Recorder,
    drain: Drain,
    ending: Ending,
) -> Response {
    let exact = response.body().size_hint().exact();
    let head = ResponseHead::complete(response.status(), response.headers().clone(), exact);
    recorder.computed_response(response.status().as_u16(), &head);
    if !has_body {
        return response;
    }
    response.map(|body| Body::new(ToClient::new(body, recorder, head.framing, drain, ending)))
}

impl Ledgers {
    /// Returns how much is shown of what passes at a path. What a plan says, and bytes that only have to
    /// arrive, tell all there is to know of them at their beginning.
    fn text_max(&self, at: &str) -> usize {
        let text = self.0.limits.text;
        if at.starts_with(path::CHECK) { text.min(CHECK_TEXT_MAX) } else { text }
    }
}

impl Recorder {
    fn computed_request(&self, request: &Request) {
        let asked_for = request.extensions().get::<AskedFor>();
        let uri = asked_for.map_or(request.uri(), |AskedFor(uri)| uri);
        let mut headers = request.headers().clone();
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

/// How much is shown of what passes on a probe of the path check, in bytes: an item's number, its name for
/// the connection and its time, also as hexadecimal digits.
const CHECK_TEXT_MAX: usize = 96;
