//! One connection's requests and answers, over HTTP/1 and HTTP/2, for as long as it may last.

use std::convert::Infallible;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use axum::Router;
use axum::body::HttpBody;
use axum::response::Response;
use http::header::CONNECTION;
use http::{HeaderName, HeaderValue, Request, StatusCode, Version};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use tokio::time::{Instant, Sleep, sleep_until};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use crate::body::WasRead;
use crate::budget::Budget;
use crate::connection::{Connection, Exchange, Tap};
use crate::http1::{HEAD_MAX, Mode, Waits};
use crate::http2::{self, Answerer, Parting, Streams};
use crate::in_use::InUse;
use crate::limits::Limits;
use crate::list;
use crate::peer::Peer;
use crate::places::Full;

/// What a connection's requests are answered with, and how long it may wait for them.
#[derive(Clone, Debug)]
pub(crate) struct Conversation {
    pub(crate) router: Router,
    pub(crate) limits: Limits,
    pub(crate) budget: Budget,
    /// Why there is no room for the connection, where there is none: each of its requests says so.
    pub(crate) no_room: Option<Full>,
    /// Has the connection end after the request that it is at.
    pub(crate) finish: CancellationToken,
}

impl Conversation {
    /// Answers a connection's requests until it ends.
    pub(crate) async fn hold(self, connection: Connection, peer: Peer) {
        let Self { router, limits, budget, no_room, finish } = self;
        let (tap, presence) = (connection.tap(), connection.presence());
        let (ending, guest) = (connection.ending(), connection.guest());
        let mut patience = Patience::new(&limits, tap.clone(), &budget);
        let in_use = patience.in_use.clone();
        let http2 = Answerer { router: router.clone(), budget, in_use: in_use.clone() };
        let requests = AtomicU64::new(0);
        let timeout = format!("timeout={}", limits.idle_timeout.as_secs());
        let timeout = HeaderValue::try_from(timeout).expect("a number is a header's value");
        let service = service_fn(|mut request: Request<Incoming>| {
            let number = requests.fetch_add(1, Ordering::Relaxed) + 1;
            let asked = Asked::by(&request);
            let extensions = request.extensions_mut();
            extensions.insert(peer);
            extensions.insert(presence.clone());
            extensions.insert(ending.clone());
            if let Some(full) = no_room {
                extensions.insert(full);
            }
            extensions.insert(Exchange::new(tap.clone(), number));
            let (finish, timeout) = (finish.clone(), timeout.clone());
            let (router, http2) = (router.clone(), http2.clone());
            async move {
                if asked.version == Version::HTTP_2 {
                    return Ok(http2.answer(request).await);
                }
                let mut response = router.oneshot(request).await?;
                asked.promise(&mut response, finish.is_cancelled(), timeout);
                Ok::<_, Infallible>(response)
            }
        });
        let mut http = auto::Builder::new(Streams::new(limits.taking(), ending.clone()));
        // Its own wait for a head would end connections that are idle, too.
        http.http1()
            .timer(TokioTimer::new())
            .header_read_timeout(None)
            .max_buf_size(HEAD_MAX)
            .half_close(true);
        http2::configure(&mut http, &limits);
        let mut held = pin!(http.serve_connection_with_upgrades(TokioIo::new(connection), service));
        let mut finished = pin!(finish.cancelled());
        let mut sent_away = pin!(guest.sent_away());
        let mut finishing = false;
        // Over HTTP/2, once it was told to end.
        let mut parting = None;
        let ended = poll_fn(|cx| {
            loop {
                if let Poll::Ready(ended) = held.as_mut().poll(cx) {
                    // What it has become by an upgrade does not rest.
                    guest.note(patience.rests());
                    return Poll::Ready(ended.map_err(|error| error.to_string()));
                }
                guest.note(patience.rests());
                if sent_away.as_mut().poll(cx).is_ready() {
                    return Poll::Ready(Err("it made room for others".to_owned()));
                }
                let is_to_finish = match patience.poll(cx) {
                    Poll::Ready(Over::AtOnce) => {
                        return Poll::Ready(Err("the client said nothing for too long".to_owned()));
                    }
                    Poll::Ready(Over::AfterThis) => true,
                    Poll::Pending => !finishing && finished.as_mut().poll(cx).is_ready(),
                };
                if let Some(parting) = &mut parting
                    && in_use.is_idle(cx.waker())
                    && Parting::poll(parting, cx).is_ready()
                {
                    return Poll::Ready(Err("the client did not read on".to_owned()));
                }
                if finishing || !is_to_finish {
                    return Poll::Pending;
                }
                finishing = true;
                parting = patience
                    .is_http2()
                    .then(|| Parting::new(limits.taking(), limits.idle_timeout, ending.clone()));
                held.as_mut().graceful_shutdown();
            }
        })
        .await;
        if let Err(error) = ended {
            tracing::debug!(%peer, error, "connection ended");
        }
    }
}

/// What of a request decides whether its connection goes on.
#[derive(Clone, Copy, Debug)]
struct Asked {
    version: Version,
    to_close: bool,
    has_body: bool,
}

impl Asked {
    fn by(request: &Request<Incoming>) -> Self {
        Self {
            version: request.version(),
            to_close: list::has(request.headers(), &CONNECTION, "close"),
            has_body: !request.body().is_end_stream(),
        }
    }

    /// Says whether the connection goes on after a response, and for how long it waits for the next
    /// request, so that nobody uses it in the moment in which it ends (RFC 9112, section 9.6; RFC
    /// 2068, section 19.7.1.1).
    fn promise(self, response: &mut Response, is_finishing: bool, timeout: HeaderValue) {
        let is_said = response.headers().contains_key(CONNECTION);
        if response.status() == StatusCode::SWITCHING_PROTOCOLS || is_said || self.to_close {
            return;
        }
        let was_read = !self.has_body || response.extensions().get::<WasRead>().is_some();
        match self.version {
            Version::HTTP_11 if was_read && !is_finishing => {
                let headers = response.headers_mut();
                headers.insert(CONNECTION, HeaderValue::from_static("keep-alive"));
                headers.insert(KEEP_ALIVE, timeout);
            }
            Version::HTTP_11 => {
                response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            }
            // It ends with the connection, which is therefore not kept, whatever was asked. In that
            // version hyper adds no promise of its own.
            Version::HTTP_10 if response.body().size_hint().exact().is_none() => {
                *response.version_mut() = self.version;
                response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            }
            _ => {}
        }
    }
}

/// How long a connection waits for its client.
struct Patience {
    tap: Tap,
    in_use: InUse,
    waits: Waits,
    /// When to look again: perhaps sooner than needed, so that it need not be set at each step.
    alarm: Pin<Box<Sleep>>,
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
    fn new(limits: &Limits, tap: Tap, budget: &Budget) -> Self {
        let waits = Waits {
            head: limits.header_timeout,
            idle: limits.idle_timeout,
            rest: limits.body_idle_timeout,
        };
        let now = Instant::now();
        let alarm = Box::pin(sleep_until(now + waits.head));
        Self { tap, in_use: InUse::new(now, budget), waits, alarm }
    }

    fn is_http2(&self) -> bool {
        self.tap.look(&self.waits).0 == Mode::Http2
    }

    /// Whether nothing is under way.
    fn rests(&self) -> bool {
        match self.tap.rests() {
            (Mode::Http1, rests) => rests,
            (Mode::Http2, _) => !self.in_use.is_used(),
            // It ends by itself.
            (Mode::TooMany | Mode::Other, _) => false,
        }
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Over> {
        let (mode, deadline) = self.tap.look(&self.waits);
        let (deadline, over) = match mode {
            Mode::TooMany => return Poll::Ready(Over::AfterThis),
            Mode::Http2 => (self.in_use.deadline(&self.waits, cx.waker()), Over::AfterThis),
            Mode::Http1 | Mode::Other => (deadline, Over::AtOnce),
        };
        let Some(deadline) = deadline else { return Poll::Pending };
        if self.alarm.deadline() > deadline || self.alarm.is_elapsed() {
            self.alarm.as_mut().reset(deadline);
        }
        while self.alarm.as_mut().poll(cx).is_ready() {
            if deadline <= Instant::now() {
                return Poll::Ready(over);
            }
            self.alarm.as_mut().reset(deadline);
        }
        Poll::Pending
    }
}

const KEEP_ALIVE: HeaderName = HeaderName::from_static("keep-alive");
