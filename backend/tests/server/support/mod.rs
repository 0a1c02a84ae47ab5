//! A server on a port of its own, and real clients to talk to it.
#![allow(dead_code, reason = "each file of tests uses a part of this")]

pub(crate) mod asked;
pub(crate) mod asks;
pub(crate) mod clock;
pub(crate) mod follow;
pub(crate) mod forward_proxy;
mod lanes;
pub(crate) mod log;
pub(crate) mod notes;
pub(crate) mod page;
pub(crate) mod program;
pub(crate) mod proxy;
pub(crate) mod raw;
pub(crate) mod socket;
pub(crate) mod tls;
pub(crate) mod two;
pub(crate) mod versions;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use echoclock_backend::Listeners;
use echoclock_backend::feed::clock::{SystemClock, WallClock};
use echoclock_backend::forwarded::Trusted;
use echoclock_backend::limits::{Limits, Places};
use echoclock_backend::origin::Allowed;
use echoclock_backend::site::Site;
use echoclock_backend::state::{AppState, Offered, Settings};
use echoclock_backend::tls::Tls;
use echoclock_shared::info::Info;
use echoclock_shared::path;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// What a test wants of a server.
#[derive(Debug)]
pub(crate) struct Setup {
    pub(crate) allowed: Allowed,
    pub(crate) trusted_proxies: Trusted,
    pub(crate) site: Site,
    pub(crate) limits: Limits,
    pub(crate) wall: Arc<dyn WallClock>,
    pub(crate) offered: Offered,
    pub(crate) restarts: bool,
    pub(crate) hsts: Option<Duration>,
    pub(crate) tls: Option<Tls>,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            allowed: Allowed::Listed(vec![]),
            trusted_proxies: Trusted::default(),
            site: Site::Embedded,
            limits: Limits {
                drain_at_least: Duration::from_millis(50),
                drain_spread: Duration::ZERO,
                // Tests ask faster than anybody.
                per_client: Places { requests: 100_000, ..Places::PER_CLIENT },
                in_all: Places { requests: 100_000, ..Places::IN_ALL },
                ..Limits::default()
            },
            wall: Arc::new(SystemClock),
            offered: Offered::default(),
            restarts: false,
            hsts: None,
            tls: None,
        }
    }
}

impl Setup {
    pub(crate) fn state(self) -> AppState {
        let Self { allowed, trusted_proxies, site, limits, wall, offered, restarts, hsts, .. } =
            self;
        let show_headers = vec![];
        let settings = Settings {
            allowed,
            trusted_proxies,
            site,
            limits,
            show_headers,
            offered,
            restarts,
            hsts,
        };
        AppState::new(settings, wall).expect("the system has random bytes")
    }
}

/// A running server, with threads of its own, so that it can be killed like a process.
#[derive(Debug)]
pub(crate) struct Server {
    address: SocketAddr,
    pub(crate) state: AppState,
    threads: Threads,
    shutdown: oneshot::Sender<()>,
    served: JoinHandle<()>,
}

/// Starts a server that is as most tests want it.
pub(crate) async fn start() -> Server {
    start_with(Setup::default()).await
}

/// Starts a server.
pub(crate) async fn start_with(setup: Setup) -> Server {
    start_routed(setup, echoclock_backend::app).await
}

/// Starts a server with routes beside its own.
pub(crate) async fn start_routed(setup: Setup, router: impl FnOnce(AppState) -> Router) -> Server {
    let tls = setup.tls.clone();
    let state = setup.state();
    let router = router(state.clone());
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.expect("a runtime");
    let (shutdown, shut_down) = oneshot::channel();
    let (tell_address, address) = oneshot::channel();
    let served = runtime.spawn({
        let state = state.clone();
        async move {
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
            let local = listener.local_addr().expect("a bound listener has an address");
            tell_address.send(local).expect("the test waits");
            let shutdown = async { drop(shut_down.await) };
            let listeners = Listeners { tls, ..Listeners::from(listener) };
            echoclock_backend::serve(listeners, router, state, shutdown).await;
        }
    });
    let address = address.await.expect("the server listens");
    Server { address, state, threads: Threads(Some(runtime)), shutdown, served }
}

impl Server {
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn http(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) fn ws(&self, path: &str) -> String {
        format!("ws://{}{path}", self.address)
    }

    pub(crate) async fn info(&self) -> Info {
        let answer = reqwest::get(self.http(path::INFO)).await.expect("the server answers");
        answer.json().await.expect("the answer is an Info")
    }

    /// Asks the server to stop, without waiting.
    pub(crate) fn begin_to_stop(self) -> Stopping {
        let Self { threads, shutdown, served, .. } = self;
        let _ = shutdown.send(());
        Stopping { _threads: threads, served }
    }

    /// Stops the server as a signal would.
    pub(crate) async fn stop(self) {
        self.begin_to_stop().stopped().await;
    }

    /// Ends the server at once, with all that is open, as if its process had been killed.
    pub(crate) fn kill(self) {
        drop(self.threads);
    }

    /// Waits until no socket and no stream is open.
    pub(crate) async fn until_nothing_is_open(&self) {
        let waited = tokio::time::timeout(PATIENCE, self.state.counts.nothing_open()).await;
        assert!(waited.is_ok(), "still open: {:?}", self.state.counts.open());
    }
}

/// A server that was asked to stop.
#[derive(Debug)]
pub(crate) struct Stopping {
    _threads: Threads,
    served: JoinHandle<()>,
}

impl Stopping {
    pub(crate) async fn stopped(self) {
        let served = tokio::time::timeout(PATIENCE, self.served).await;
        served.expect("the server stops").expect("the server does not panic");
    }
}

/// A runtime that may be dropped within another one.
#[derive(Debug)]
struct Threads(Option<Runtime>);

impl Drop for Threads {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

/// A connection for requests that are written by hand.
#[derive(Debug)]
pub(crate) struct Wire(pub(crate) TcpStream);

impl Wire {
    pub(crate) async fn open(address: SocketAddr) -> Self {
        Self(TcpStream::connect(address).await.expect("the server accepts"))
    }

    pub(crate) async fn write(&mut self, bytes: impl AsRef<[u8]>) {
        self.0.write_all(bytes.as_ref()).await.expect("the server reads");
    }

    /// Reads up to the empty line that ends an answer's headers.
    pub(crate) async fn read_head(&mut self) -> String {
        let mut head = vec![];
        while !head.ends_with(b"\r\n\r\n") {
            let byte = tokio::time::timeout(PATIENCE, self.0.read_u8()).await.expect("an answer");
            head.push(byte.expect("an answer to its end"));
        }
        String::from_utf8(head).expect("headers are text").to_ascii_lowercase()
    }

    /// Reads until the server ends the connection.
    pub(crate) async fn read_to_end(&mut self) -> Vec<u8> {
        let mut bytes = vec![];
        let read = tokio::time::timeout(PATIENCE, self.0.read_to_end(&mut bytes)).await;
        // A connection that is reset has ended as well.
        let _ = read.expect("the server ends the connection");
        bytes
    }
}

/// Waits for a condition; for those that nothing announces.
pub(crate) async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let waited = tokio::time::timeout(PATIENCE, async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
    assert!(waited.await.is_ok(), "waited in vain for {what}");
}

/// How long a test waits for what should come at once: a loaded machine is slow.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);
