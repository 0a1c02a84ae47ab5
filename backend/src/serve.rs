//! The listener's loop, with a bound and an end.

use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep, timeout_at};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::connection::{Connection, until_cut};
use crate::conversation::Conversation;
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
        places: Arc::new(Semaphore::new(state.limits.in_all.connections)),
        state,
        connections: TaskTracker::new(),
        finish: CancellationToken::new(),
        cut: CancellationToken::new(),
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
    let all_ended = async {
        tokio::join!(server.connections.wait(), server.state.counts.nothing_open());
    };
    let mut all_ended = pin!(all_ended);
    // Who does not take the rest of an answer is left time to end in order, and the log to say so.
    let cut_at = drain_began + (drain_at_most + stop_after) / 2;
    if timeout_at(cut_at, all_ended.as_mut()).await.is_ok() {
        return;
    }
    server.cut.cancel();
    if timeout_at(drain_began + stop_after, all_ended).await.is_err() {
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
    /// Has each connection end at once.
    cut: CancellationToken,
}

impl Server {
    /// Accepts connections for as long as it is polled.
    async fn accept_all(&self, listener: &TcpListener) {
        loop {
            let place = self.place().await;
            match listener.accept().await {
                Ok((stream, peer)) => {
                    let connection = Connection::new(stream, place, &self.state.limits);
                    let (ending, cut) = (connection.ending(), self.cut.clone());
                    let held = self.conversation().hold(connection, Peer::from(peer));
                    self.connections.spawn(until_cut(held, ending, cut));
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

    fn conversation(&self) -> Conversation {
        Conversation {
            router: self.router.clone(),
            limits: self.state.limits,
            budget: self.state.budget.clone(),
            finish: self.finish.clone(),
        }
    }

    /// Waits until there may be one more connection. Those who come meanwhile wait in the
    /// system's queue.
    async fn place(&self) -> OwnedSemaphorePermit {
        if self.places.available_permits() == 0 {
            let connections = self.state.limits.in_all.connections;
            tracing::warn!(connections, "full: new connections wait until others end");
        }
        let place = Arc::clone(&self.places).acquire_owned().await;
        place.expect("the semaphore is never closed")
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
