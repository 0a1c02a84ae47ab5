//! One connection's requests and answers, over HTTP/1 and HTTP/2, for as long as it may last.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::SystemTime;

use axum::Router;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, Request};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::AsyncWriteExt;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use crate::alarm::Alarm;
use crate::budget::Budget;
use crate::client::Client;
use crate::connection::{Connection, Ending, Exchange, Look, OverTls, Presence, Tap};
use crate::error::{self, Refusal};
use crate::form;
use crate::handover::Handover;
use crate::hits::Hits;
use crate::http1::{HEAD_MAX, Mode, Waits};
use crate::http2::{self, Answerer, Parting, Streams};
use crate::in_use::InUse;
use crate::limits::Limits;
use crate::peer::Peer;
use crate::places::{Full, Guest};
use crate::work::Work;

mod line;
pub(crate) use line::Line;
use line::Speaks;

mod held;
use held::{Http1, Http2, Left, Opening, drive};

mod carry;
use carry::carry;

mod promise;
use promise::Asked;

/// What a connection's requests are answered with, and how long it may wait for them.
#[derive(Clone, Debug)]
pub(crate) struct Conversation {
    pub(crate) router: Router,
    pub(crate) limits: Limits,
    pub(crate) budget: Budget,
    /// Whether it may speak HTTP/2 without TLS.
    pub(crate) has_h2c: bool,
    /// Why there is no room for the connection, where there is none: each of its requests says so.
    pub(crate) no_room: Option<Full>,
    /// Has the connection end after the request that it is at.
    pub(crate) finish: CancellationToken,
    /// Counts which limits are reached.
    pub(crate) hits: Hits,
    /// Counts answers that no router gives.
    pub(crate) work: Work,
}

impl Conversation {
    /// Answers a connection's requests until it ends.
    pub(crate) async fn hold(self, connection: Connection, peer: Peer) {
        let patience =
            Patience::new(&self.limits, connection.tap(), &self.budget, self.hits.clone());
        let talk = Talk::new(self, &connection, peer, patience.in_use.clone());
        if let Err(error) = go_on(&talk, patience, Line::new(connection)).await {
            tracing::debug!(%peer, error, "connection ended");
        }
    }
}

/// Answers requests until there are no more.
///
/// What is needed for a while only is in a box, so that a connection which carries an endless
/// answer is small.
async fn go_on(talk: &Arc<Talk>, mut patience: Patience, mut line: Line) -> Result<(), String> {
    let finish = &talk.finish;
    let guest = &talk.guest;
    match Box::pin(drive(Opening(Some(&mut line)), &mut patience, finish, guest)).await? {
        None => return Ok(()),
        Some(Speaks::NoTls) => return talk.refuse(Refusal::NoTls, line).await,
        Some(Speaks::Http2) if !talk.has_http2 => {
            return talk.refuse(Refusal::NoH2c, line).await;
        }
        Some(Speaks::Http2) => {
            let http2 = talk.http2(line);
            return Box::pin(drive(http2, &mut patience, finish, guest)).await;
        }
        Some(Speaks::Http1) => {}
    }
    loop {
        let http1 = talk.http1(line);
        let left = Box::pin(drive(http1, &mut patience, finish, guest)).await?;
        let Some(Left { line: it, pieces, framing }) = left else { return Ok(()) };
        line = it;
        let carried = carry(&mut line, pieces, framing.is_chunked).await;
        carried.map_err(|error| error.to_string())?;
        if !framing.goes_on || finish.is_cancelled() {
            return Ok(());
        }
    }
}

/// What a connection's requests have in common.
struct Talk {
    router: Router,
    limits: Limits,
    budget: Budget,
    /// Whether it may speak HTTP/2.
    has_http2: bool,
    has_tls: bool,
    no_room: Option<Full>,
    finish: CancellationToken,
    hits: Hits,
    work: Work,
    peer: Peer,
    tap: Tap,
    presence: Presence,
    ending: Ending,
    guest: Arc<Guest>,
    in_use: InUse,
    /// How many there have been.
    requests: AtomicU64,
    /// How long the next one is waited for.
    timeout: HeaderValue,
}

impl Talk {
    fn new(
        conversation: Conversation,
        connection: &Connection,
        peer: Peer,
        in_use: InUse,
    ) -> Arc<Self> {
        let Conversation { router, limits, budget, has_h2c, no_room, finish, hits, work } =
            conversation;
        let has_tls = connection.has_tls();
        let timeout = format!("timeout={}", limits.idle_timeout.as_secs());
        Arc::new(Self {
            router,
            limits,
            budget,
            has_http2: has_h2c || has_tls,
            has_tls,
            no_room,
            finish,
            hits,
            work,
            peer,
            tap: connection.tap(),
            presence: connection.presence(),
            ending: connection.ending(),
            guest: connection.guest(),
            in_use,
            requests: AtomicU64::new(0),
            timeout: HeaderValue::try_from(timeout).expect("a number is a header's value"),
        })
    }

    /// Tells a client by HTTP/1.1 that what it begins with is not spoken here.
    async fn refuse(&self, refusal: Refusal, mut line: Line) -> Result<(), String> {
        let response = refusal.into_response();
        error::told(&response, &self.work, Client::from(self.peer));
        let answer = error::written(response, SystemTime::now()).await;
        let told = async {
            line.write_all(&answer).await?;
            line.shutdown().await
        };
        told.await.map_err(|error: std::io::Error| error.to_string())
    }

    /// Takes note of why hyper goes on no longer: what is no request it has answered by itself.
    fn gave_up(&self, error: &hyper::Error) {
        if error.is_parse() {
            let (detail, is_too_large) = (error.to_string(), error.is_parse_too_large());
            let told = Refusal::NoRequest { detail, is_too_large }.into_response();
            error::told(&told, &self.work, Client::from(self.peer));
        }
    }

    /// Answers requests of HTTP/1.
    fn http1(self: &Arc<Self>, line: Line) -> Http1<impl Service + use<>> {
        let (flushed, handover) = (line.flushed(), Handover::default());
        let service = service_fn({
            let (talk, handover) = (Arc::clone(self), handover.clone());
            move |mut request: Request<Incoming>| {
                talk.introduce(&mut request);
                let asked = Asked::by(&request);
                // What is left of the request's body would be in between.
                if !asked.has_body {
                    request.extensions_mut().insert(handover.clone());
                }
                let (finish, timeout) = (talk.finish.clone(), talk.timeout.clone());
                let (answer, handover) = (talk.router.clone().oneshot(request), handover.clone());
                async move {
                    let mut response = answer.await?;
                    form::trim(&mut response);
                    asked.promise(&mut response, finish.is_cancelled(), timeout);
                    handover.set_framing(asked.framing(&response));
                    Ok::<_, Infallible>(response)
                }
            }
        });
        let held = http1::Builder::new()
            .timer(TokioTimer::new())
            // Its own wait for a head would end connections that are idle, too.
            .header_read_timeout(None)
            .max_buf_size(HEAD_MAX)
            .half_close(true)
            .serve_connection(TokioIo::new(line), service)
            .with_upgrades();
        Http1 { held: Some(held), talk: Arc::clone(self), flushed, handover }
    }

    /// Answers requests of HTTP/2.
    fn http2(self: &Arc<Self>, line: Line) -> Http2<impl Service + use<>> {
        let Self { router, limits, budget, ending, in_use, hits, .. } = &**self;
        let answerer = Answerer {
            router: router.clone(),
            budget: budget.clone(),
            in_use: in_use.clone(),
            streams_max: limits.http2_streams,
            hits: hits.clone(),
        };
        let talk = Arc::clone(self);
        let service = service_fn(move |mut request: Request<Incoming>| {
            talk.introduce(&mut request);
            if talk.no_room.is_some() {
                // No header says so over HTTP/2.
                talk.finish.cancel();
            }
            let answerer = answerer.clone();
            async move { Ok::<_, Infallible>(answerer.answer(request).await) }
        });
        let streams = Streams::new(limits.taking(), ending.clone(), hits.clone());
        let held = http2::builder(streams, limits).serve_connection(TokioIo::new(line), service);
        let parting = {
            let (taking, idle) = (limits.taking(), limits.idle_timeout);
            let (ending, hits) = (ending.clone(), hits.clone());
            Box::new(move || Parting::new(taking, idle, ending.clone(), hits.clone()))
        };
        Http2 {
            held: Box::pin(held),
            in_use: in_use.clone(),
            begin_parting: parting,
            parting: None,
        }
    }

    /// Gives a request what is known of its connection.
    fn introduce(&self, request: &mut Request<Incoming>) {
        let number = self.requests.fetch_add(1, Ordering::Relaxed) + 1;
        let extensions = request.extensions_mut();
        extensions.insert(self.peer);
        extensions.insert(self.presence.clone());
        extensions.insert(self.ending.clone());
        if self.has_tls {
            extensions.insert(OverTls);
        }
        if let Some(full) = self.no_room {
            extensions.insert(full);
        }
        extensions.insert(Exchange::new(self.tap.clone(), number));
    }
}

/// What answers requests.
trait Service:
    hyper::service::Service<
        Request<Incoming>,
        Response = Response,
        Error = Infallible,
        Future: Send + 'static,
    > + Send
{
}

impl<S> Service for S where
    S: hyper::service::Service<
            Request<Incoming>,
            Response = Response,
            Error = Infallible,
            Future: Send + 'static,
        > + Send
{
}

/// How long a connection waits for its client.
struct Patience {
    tap: Tap,
    in_use: InUse,
    waits: Waits,
    alarm: Alarm,
    hits: Hits,
    is_over: bool,
}

/// How a connection is to end.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Over {
    /// Nothing is under way.
    AtOnce,
    /// After what is under way; over HTTP/2 the client is told so.
    AfterThis,
}

impl Patience {
    fn new(limits: &Limits, tap: Tap, budget: &Budget, hits: Hits) -> Self {
        let waits = Waits {
            head: limits.header_timeout,
            idle: limits.idle_timeout,
            rest: limits.body_idle_timeout,
        };
        let now = Instant::now();
        let alarm = Alarm::new(now + waits.head);
        Self { tap, in_use: InUse::new(now, budget), waits, alarm, hits, is_over: false }
    }

    fn look(&self) -> Look {
        self.tap.look(&self.waits)
    }

    /// Whether nothing is under way.
    fn rests(&self, look: Look) -> bool {
        match look.mode {
            Mode::Http1 => !look.is_answering,
            Mode::Http2 => !self.in_use.is_used(),
            // It ends by itself.
            Mode::TooMany | Mode::Other => false,
        }
    }

    fn poll(&mut self, Look { mode, deadline, .. }: Look, cx: &mut Context<'_>) -> Poll<Over> {
        let (deadline, over) = match mode {
            Mode::TooMany => return Poll::Ready(Over::AfterThis),
            Mode::Http2 => (self.in_use.deadline(&self.waits, cx.waker()), Over::AfterThis),
            Mode::Http1 | Mode::Other => (deadline, Over::AtOnce),
        };
        let Some((deadline, limit)) = deadline else { return Poll::Pending };
        let alarm = self.alarm.poll_until(cx, deadline);
        if alarm.is_ready() && !std::mem::replace(&mut self.is_over, true) {
            self.hits.hit(limit);
        }
        alarm.map(|()| over)
    }
}

#[cfg(test)]
mod tests;
