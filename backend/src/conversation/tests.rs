//! Connections that were sent away, at whatever they are, and when a stream is over.

use std::future::poll_fn;
use std::pin::Pin;

use axum::body::{Body, HttpBody};
use axum::middleware::map_request;
use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Duration, timeout};

use super::*;
use crate::client::Client;
use crate::connection::Accepted;
use crate::feed::clock::SystemClock;
use crate::forwarded::Trusted;
use crate::hits::Hits;
use crate::origin::Allowed;
use crate::places::Seats;
use crate::site::Site;
use crate::state::{AppState, Offered, Settings};

fn state() -> AppState {
    let settings = Settings {
        allowed: Allowed::Listed(vec![]),
        trusted_proxies: Trusted::default(),
        site: Site::Embedded,
        limits: Limits::default(),
        show_headers: vec![],
        offered: Offered::default(),
        restarts: false,
        hsts: None,
    };
    AppState::new(settings, Arc::new(SystemClock)).expect("the system has random bytes")
}

/// A connection's client and what holds the connection, and what sends it away.
async fn held_by(
    state: &AppState,
    router: impl FnOnce(Arc<Guest>) -> Router,
) -> (TcpStream, BoxFuture<'static, ()>, Arc<Guest>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    let (client, accepted) = tokio::join!(TcpStream::connect(address), listener.accept());
    let (stream, peer) = accepted.expect("a connection");
    let seat = Seats::new().sit(Client::UNKNOWN, None);
    let guest = seat.guest();
    let accepted = Accepted::Tcp(stream);
    let connection = Connection::new(accepted, None, seat, &Limits::default(), Hits::default());
    let conversation = Conversation {
        has_h2c: true,
        router: router(Arc::clone(&guest)),
        limits: Limits::default(),
        budget: state.budget.clone(),
        no_room: None,
        finish: CancellationToken::new(),
        hits: Hits::default(),
        work: state.counts.work().clone(),
    };
    let hold = conversation.hold(connection, Peer::from(peer));
    (client.expect("it listens"), Box::pin(hold), guest)
}

async fn read_head(client: &mut TcpStream) -> String {
    let mut head = vec![];
    while !head.ends_with(b"\r\n\r\n") {
        head.push(client.read_u8().await.expect("a head to its end"));
    }
    String::from_utf8(head).expect("text").to_ascii_lowercase()
}

#[tokio::test]
async fn a_stream_is_open_until_its_last_bytes_are_written() {
    let (state, handover) = (state(), Handover::default());
    let request = Request::get("/api/clock/stream?every=60s").header("host", "a");
    let request = request.extension(handover.clone()).body(Body::empty()).expect("a request");
    let Ok(response) = crate::app(state.clone()).oneshot(request).await;
    let mut body = response.into_body();
    let left = poll_fn(|cx| {
        // What there is at once, and then it waits.
        while Pin::new(&mut body).poll_frame(cx).is_ready() {}
        Poll::Ready(handover.take())
    });
    let (mut pieces, _) = left.await.expect("it waits");
    state.drain.begin();
    // A tick may have come due meanwhile.
    while pieces.next().await.is_some() {}
    assert_eq!(state.counts.open().streams, 1, "its connection may have some of it left");
    drop(pieces);
    assert_eq!(state.counts.open().streams, 0);
}

const PING: &str = "POST /api/echo/once HTTP/1.1\r\nhost: a\r\ncontent-length: 15\r\n\r\n\
                    {\"type\":\"ping\"}";
const STREAM: &str = "GET /api/clock/stream?every=60s HTTP/1.1\r\nhost: a\r\n\r\n";
const SOCKET: &str = "GET /api/echo/raw HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\n\
                      upgrade: websocket\r\nsec-websocket-version: 13\r\n\
                      sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
const UNFINISHED: &str = "POST /api/echo/once HTTP/1.1\r\nhost: a\r\ncontent-length: 15\r\n\r\n{";

/// Longer than anything takes here.
const PATIENCE: Duration = Duration::from_secs(30);

#[tokio::test]
async fn what_waits_in_the_system_is_not_begun_once_a_connection_was_sent_away() {
    for (before, then) in [("", STREAM), ("", SOCKET), (PING, PING), (PING, STREAM), (PING, SOCKET)]
    {
        let state = state();
        let asked = Arc::new(AtomicU64::new(0));
        let counts = Arc::clone(&asked);
        let router = crate::app(state.clone()).layer(map_request(move |it: Request<Body>| {
            counts.fetch_add(1, Ordering::Relaxed);
            async move { it }
        }));
        let (mut client, mut hold, guest) = held_by(&state, |_| router).await;
        let mut had = 0;
        if !before.is_empty() {
            client.write_all(before.as_bytes()).await.expect("there is room");
            tokio::select! {
                () = hold.as_mut() => panic!("it goes on"),
                head = read_head(&mut client) => assert!(head.contains("keep-alive"), "{head}"),
            }
            had = 1;
        }
        client.write_all(then.as_bytes()).await.expect("there is room");
        // The runtime learns that there is something to be read.
        tokio::time::sleep(Duration::from_millis(5)).await;
        guest.send_away_anyhow();
        timeout(PATIENCE, hold).await.expect("it ends at once");
        assert_eq!(asked.load(Ordering::Relaxed), had, "{then}");
        state.counts.nothing_open().await;
    }
}

#[tokio::test]
async fn what_is_under_way_is_answered_and_nothing_goes_on_from_there() {
    for (said, begins) in [(PING, "http/1.1 200"), (STREAM, "http/1.1 200"), (SOCKET, "")] {
        let state = state();
        let (mut client, hold, _) = held_by(&state, |guest| {
            crate::app(state.clone()).layer(map_request(move |it: Request<Body>| {
                guest.send_away_anyhow();
                async move { it }
            }))
        })
        .await;
        let hold = tokio::spawn(hold);
        client.write_all(said.as_bytes()).await.expect("there is room");
        let mut answer = String::new();
        let read = timeout(PATIENCE, client.read_to_string(&mut answer)).await;
        read.expect("the connection ends").expect("in order");
        let answer = answer.to_ascii_lowercase();
        assert!(answer.starts_with(begins), "{answer}");
        if said == PING {
            assert!(answer.ends_with('}'), "{answer}");
        }
        timeout(PATIENCE, hold).await.expect("it ends").expect("no panic");
        timeout(PATIENCE, state.counts.nothing_open()).await.expect("nothing is open");
    }
}

#[tokio::test]
async fn what_takes_long_is_not_waited_for() {
    let state = state();
    let (mut client, hold, guest) = held_by(&state, |_| crate::app(state.clone())).await;
    let hold = tokio::spawn(hold);
    client.write_all(UNFINISHED.as_bytes()).await.expect("there is room");
    let waits = async {
        while state.counts.open().polls == 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    timeout(PATIENCE, waits).await.expect("the body is waited for");
    guest.send_away_anyhow();
    timeout(PATIENCE, hold).await.expect("it ends").expect("no panic");
    timeout(PATIENCE, state.counts.nothing_open()).await.expect("nothing is open");
}
