//! The listener that sends on to TLS.

use std::net::SocketAddr;

use echoclock_backend::limits::{Limits, Places};
use echoclock_backend::{Listeners, app, serve};
use tokio::net::TcpListener;

use crate::support::asked::Asked;
use crate::support::tls::Pair;
use crate::support::{Setup, Wire};

/// Starts a server that sends on to port 8443, and returns where.
async fn start(limits: Limits) -> SocketAddr {
    let state = Setup { limits, ..Setup::default() }.state();
    let public = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let redirect = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let at = redirect.local_addr().expect("it listens");
    let listeners = Listeners {
        tls: Some(Pair::new().tls()),
        redirect: Some((redirect.into(), 8443)),
        ..Listeners::from(public)
    };
    tokio::spawn(serve(listeners, app(state.clone()), state, std::future::pending()));
    at
}

#[tokio::test]
async fn all_is_sent_on_but_questions_whether_the_server_lives() {
    let at = start(Limits::default()).await;
    for (said, status, location) in [
        ("GET /api/clock?after=7 HTTP/1.1", 308, Some("https://a:8443/api/clock?after=7")),
        (
            "POST /api/echo/once HTTP/1.1\r\ncontent-length: 0",
            308,
            Some("https://a:8443/api/echo/once"),
        ),
        ("GET // HTTP/1.1", 308, Some("https://a:8443//")),
        ("GET /healthz HTTP/1.1", 200, None),
        ("GET /readyz HTTP/1.1", 200, None),
    ] {
        let asked = Asked::at(at, said).await;
        assert_eq!(asked.status(), status, "{said}");
        let found = asked.head.lines().find_map(|line| line.strip_prefix("location: "));
        assert_eq!(found, location, "{said}");
    }
    let other = Asked::at(at, "POST /healthz HTTP/1.1\r\ncontent-length: 0").await;
    assert_eq!(other.status(), 405);
    assert!(other.head.contains("content-type: application/problem+json"), "{}", other.head);
    let mut wire = Wire::open(at).await;
    wire.write("GET / HTTP/1.1\r\n\r\n").await;
    assert!(wire.read_head().await.starts_with("http/1.1 400"), "there is no host");
}

#[tokio::test]
async fn who_is_sent_on_has_no_more_than_anybody() {
    let own = Places { requests: 1, ..Places::PER_CLIENT };
    let at = start(Limits { per_client: own, ..Limits::default() }).await;
    assert_eq!(Asked::at(at, "GET / HTTP/1.1").await.status(), 308);
    let mut statuses = vec![];
    for _ in 0..4 {
        statuses.push(Asked::at(at, "GET / HTTP/1.1").await.status());
    }
    assert!(statuses.contains(&429), "{statuses:?}");
}
