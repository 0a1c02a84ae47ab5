//! The listener's loop: HTTP/1 and HTTP/2, with timeouts, a bound, and an end.

use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use http::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use tokio::net::TcpListener;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep, timeout_at};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

use crate::connection::Connection;
use crate::limits::Limits;
use crate::peer::Peer;
use crate::state::AppState;

/// Serves `router`, which is [`app`](crate::app) or holds it, until `shutdown` comes, then drains
/// and returns, within [`Limits::stop_after`].
///
/// While it drains it still accepts connections and answers requests, so that whoever asks
/// `/readyz` learns of it; streams and sockets end, and new ones are refused.
///
/// [`Limits::stop_after`]: crate::limits::Limits::stop_after
pub async fn serve(
    listener: TcpListener,
    router: Router,
    state: AppState,
    shutdown: impl Future<Output = ()>,
) {
    let server = Server {
        router,
        places: Arc::new(Semaphore::new(state.limits.connections)),
        state,
        connections: TaskTracker::new(),
        finish: CancellationToken::new(),
    };
    tokio::select! {
        () = server.accept_all(&listener) => {}
        () = shutdown => {}
    }
    let Limits { drain_at_least, drain_at_most, stop_after, .. } = server.state.limits;
    let drain_began = Instant::now();
    tracing::info!(open = ?server.state.counts.open(), "draining");
    server.state.drain.begin();
    let drained = async {
        tokio::join!(sleep(drain_at_least), server.state.counts.nothing_open());
    };
    tokio::select! {
        () = server.accept_all(&listener) => {}
        _ = timeout_at(drain_began + drain_at_most, drained) => {}
    }
    drop(listener);
    server.finish.cancel();
    server.connections.close();
    if timeout_at(drain_began + stop_after, server.connections.wait()).await.is_err() {
        tracing::warn!(connections = server.connections.len(), "stopped with connections open");
    }
}

struct Server {
    router: Router,
    state: AppState,
    /// A permit per connection that there may be.
    places: Arc<Semaphore>,
    connections: TaskTracker,
    /// Has each connection end after the request that it is at.
    finish: CancellationToken,
}

impl Server {
    /// Accepts connections for as long as it is polled.
    async fn accept_all(&self, listener: &TcpListener) {
        loop {
            let place = self.place().await;
            match listener.accept().await {
                Ok((stream, peer)) => {
                    let connection =
                        Connection::new(stream, place, self.state.limits.write_timeout);
                    self.connections.spawn(self.converse(connection, Peer::from(peer)));
                }
                Err(error) if is_one_connections(&error) => {}
                Err(error) => {
                    tracing::error!(%error, "no connection could be accepted");
                    // Such as no file handle left: soon there may be one.
                    sleep(ACCEPT_AGAIN_AFTER).await;
                }
            }
        }
    }

    /// Waits until there may be one more connection. Those who come meanwhile wait in the
    /// system's queue.
    async fn place(&self) -> OwnedSemaphorePermit {
        if self.places.available_permits() == 0 {
            let connections = self.state.limits.connections;
            tracing::warn!(connections, "full: new connections wait until others end");
        }
        let place = Arc::clone(&self.places).acquire_owned().await;
        place.expect("the semaphore is never closed")
    }

    /// Answers a connection's requests until it ends.
    fn converse(
        &self,
        connection: Connection,
        peer: Peer,
    ) -> impl Future<Output = ()> + Send + use<> {
        let (router, finish) = (self.router.clone(), self.finish.clone());
        let header_timeout = self.state.limits.header_timeout;
        async move {
            let mut http = auto::Builder::new(TokioExecutor::new());
            http.http1().timer(TokioTimer::new()).header_read_timeout(header_timeout);
            http.http2()
                .timer(TokioTimer::new())
                .keep_alive_interval(HTTP2_PING_EVERY)
                .enable_connect_protocol();
            let asked = Arc::new(AtomicBool::new(false));
            let service = service_fn(|mut request: Request<Incoming>| {
                asked.store(true, Ordering::Relaxed);
                request.extensions_mut().insert(peer);
                router.clone().oneshot(request)
            });
            let io = TokioIo::new(connection);
            let mut conversation = pin!(http.serve_connection_with_upgrades(io, service));
            // The header timeout starts with HTTP/1's first bytes, and HTTP/2 has none.
            let mut first_request = pin!(sleep(header_timeout));
            let mut waits_for_first = true;
            let mut finishing = false;
            let ended = loop {
                tokio::select! {
                    ended = conversation.as_mut() => break ended,
                    () = first_request.as_mut(), if waits_for_first => {
                        if !asked.load(Ordering::Relaxed) {
                            break Err("no request came in time".into());
                        }
                        waits_for_first = false;
                    }
                    () = finish.cancelled(), if !finishing => {
                        finishing = true;
                        conversation.as_mut().graceful_shutdown();
                    }
                }
            };
            if let Err(error) = ended {
                tracing::debug!(%peer, error, "connection ended");
            }
        }
    }
}

/// Whether the failure concerns the one connection that was to be accepted.
fn is_one_connections(error: &io::Error) -> bool {
    [
        io::ErrorKind::ConnectionRefused,
        io::ErrorKind::ConnectionAborted,
        io::ErrorKind::ConnectionReset,
    ]
    .contains(&error.kind())
}

/// How long to wait where the system can't give another connection.
const ACCEPT_AGAIN_AFTER: Duration = Duration::from_millis(100);

/// How often a silent HTTP/2 connection is asked for a sign of life.
const HTTP2_PING_EVERY: Duration = Duration::from_secs(20);
