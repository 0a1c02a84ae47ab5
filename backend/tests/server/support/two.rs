//! A server with two listeners, and what it tells who looks after it.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use echoclock_backend::limits::Limits;
use echoclock_backend::state::AppState;
use echoclock_backend::{Listeners, app, serve};
use echoclock_shared::path;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::asked::Asked;
use super::{PATIENCE, Setup};

/// A server with a listener for everybody and one for who looks after it.
pub(crate) struct Two {
    pub(crate) at: SocketAddr,
    pub(crate) admin_at: SocketAddr,
    pub(crate) state: AppState,
    pub(crate) stop: oneshot::Sender<()>,
    pub(crate) served: JoinHandle<()>,
}

impl Two {
    pub(crate) async fn start(limits: Limits) -> Self {
        Self::start_with(Setup { limits, ..Setup::default() }).await
    }

    pub(crate) async fn start_with(setup: Setup) -> Self {
        let state = setup.state();
        let public = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let admin = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let [at, admin_at] = [&public, &admin].map(|it| it.local_addr().expect("it listens"));
        let listeners = Listeners { admin: Some(admin.into()), ..Listeners::from(public) };
        let (stop, stopped) = oneshot::channel::<()>();
        let shutdown = async { drop(stopped.await) };
        let served = tokio::spawn(serve(listeners, app(state.clone()), state.clone(), shutdown));
        Self { at, admin_at, state, stop, served }
    }

    /// Asks those who look after the server.
    pub(crate) async fn ask(&self, target: &str) -> Asked {
        let said = format!("GET {target} HTTP/1.1\r\nconnection: close");
        Asked::at(self.admin_at, &said).await
    }

    /// Returns all metrics.
    pub(crate) async fn scrape(&self) -> Scrape {
        Scrape::read(&self.metrics("").await.1)
    }

    /// Asks for the metrics with these headers; returns the media type and the text.
    pub(crate) async fn metrics(&self, headers: &str) -> (String, String) {
        let said = format!("GET {} HTTP/1.1\r\nconnection: close{headers}", path::METRICS);
        let mut asked = Asked::at(self.admin_at, &said).await;
        assert_eq!(asked.status(), 200, "{}", asked.head);
        let of = asked.head.lines().find_map(|line| line.strip_prefix("content-type: "));
        let media_type = of.expect("a media type").to_owned();
        let text = String::from_utf8(asked.wire.read_to_end().await).expect("text");
        (media_type, text)
    }

    /// Waits until a metric is at least so much.
    pub(crate) async fn until(&self, name: &str, at_least: f64) {
        let waited = tokio::time::timeout(PATIENCE, async {
            while self.scrape().await.value(name) < at_least {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        });
        assert!(waited.await.is_ok(), "{name} stays below {at_least}");
    }
}

/// Metrics, each by its name with its labels.
#[derive(Debug)]
pub(crate) struct Scrape(pub(crate) BTreeMap<String, f64>);

impl Scrape {
    /// Reads Prometheus' text.
    pub(crate) fn read(text: &str) -> Self {
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        Self(
            lines
                .map(|line| {
                    let (name, value) = line.rsplit_once(' ').expect("a name and a value");
                    (name.to_owned(), value.parse().expect(line))
                })
                .collect(),
        )
    }

    pub(crate) fn value(&self, name: &str) -> f64 {
        *self.0.get(name).unwrap_or_else(|| panic!("no {name} in {:#?}", self.0))
    }

    /// Returns how often a limit was reached.
    pub(crate) fn hits(&self, limit: &str) -> f64 {
        self.value(&hits_of(limit))
    }
}

/// Returns the name of a limit's count.
pub(crate) fn hits_of(limit: &str) -> String {
    format!("echoclock_limit_hits_total{{limit=\"{limit}\"}}")
}
