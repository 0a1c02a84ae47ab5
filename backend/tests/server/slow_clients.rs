//! Clients that take and send slowly over HTTP/1: those who get on, and those who only seem to.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use bytes::Bytes;
use echoclock_backend::feed::Shared;
use echoclock_backend::limits::Limits;
use echoclock_backend::state::AppState;
use echoclock_backend::transport;
use echoclock_shared::limits::ECHO_MESSAGE_MAX;
use echoclock_shared::path;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{Instant, sleep, timeout};

use crate::support::log::Log;
use crate::support::notes::{NOTES, Notes, NotesSource};
use crate::support::{self, PATIENCE, Server, Setup, Wire};

/// A server that has much to give, and wants clients to take it at 1 MB/s.
async fn server() -> Server {
    let limits = Limits {
        write_timeout: Duration::from_millis(500),
        min_rate: 1_000_000,
        drain_at_least: Duration::from_millis(50),
        drain_at_most: Duration::from_millis(200),
        stop_after: Duration::from_millis(1_500),
        ..Limits::default()
    };
    support::start_routed(Setup { limits, ..Setup::default() }, with_much).await
}

fn with_much(state: AppState) -> Router {
    let much = Bytes::from(vec![b'm'; MUCH]);
    let notes = Notes::new(50_000);
    notes.write_up_to(Notes::RETAINED);
    echoclock_backend::app(state.clone())
        .route("/much", get(async move || much))
        .merge(transport::routes(NOTES, NotesSource(Arc::new(Shared::new(notes))), state))
}

/// Connects with a small buffer for what comes in.
async fn connect(server: &Server) -> TcpStream {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_recv_buffer_size(32 * 1024).expect("a size");
    socket.connect(server.address()).await.expect("the server accepts")
}

/// Asks for much and takes so many bytes a second of it; tells how much came before the end.
async fn take(server: &Server, rate: usize, for_at_most: Duration) -> Result<usize, usize> {
    let mut stream = connect(server).await;
    stream.write_all(b"GET /much HTTP/1.1\r\nhost: a\r\n\r\n").await.expect("the server reads");
    let (since, mut taken) = (Instant::now(), 0);
    let mut buffer = vec![0; 16 * 1024];
    while since.elapsed() < for_at_most && taken < MUCH {
        sleep(Duration::from_millis(2)).await;
        // What has come before a reset can still be read.
        if stream.take_error().expect("a state").is_some() {
            return Err(taken);
        }
        let due = (since.elapsed().as_secs_f64() * rate as f64) as usize;
        let due = due.saturating_sub(taken).min(buffer.len());
        if due > 0 {
            match timeout(PATIENCE, stream.read(&mut buffer[..due])).await.expect("more, or an end")
            {
                Ok(0) | Err(_) => return Err(taken),
                Ok(read) => taken += read,
            }
        }
    }
    Ok(taken)
}

#[tokio::test]
async fn a_slow_reader_gets_on_and_one_that_takes_too_little_does_not() {
    let server = server().await;
    let since = Instant::now();
    let (honest, trickle, none) = tokio::join!(
        take(&server, 4_000_000, Duration::from_secs(3)),
        take(&server, 50_000, PATIENCE),
        take(&server, 1, PATIENCE),
    );
    let honest = honest.expect("a slow reader gets on");
    assert!(honest > 3_000_000, "{honest} bytes: the machine is too slow for this");
    assert!(trickle.expect_err("a trickle is not enough") < 2_000_000, "{trickle:?}");
    none.expect_err("nothing is not enough");
    assert!(since.elapsed() < Duration::from_secs(30), "{:?}", since.elapsed());
}

#[tokio::test]
async fn a_stream_whose_client_does_not_read_on_is_logged_as_that() {
    let log = Log::of_this_process();
    let server = server().await;
    let mut stream = connect(&server).await;
    let peer = stream.local_addr().expect("an address").to_string();
    let request = format!("GET {NOTES}/events?after=0 HTTP/1.1\r\nhost: a\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("the server reads");
    support::until("the stream to open", || !log.lines(&["stream opened", &peer]).is_empty()).await;
    server.until_nothing_is_open().await;
    let closed = log.lines(&["stream closed", &peer]);
    assert!(closed[0].contains("the client did not read on"), "{closed:?}");

    let mut left = connect(&server).await;
    let peer = left.local_addr().expect("an address").to_string();
    left.write_all(request.as_bytes()).await.expect("the server reads");
    support::until("the stream to open", || !log.lines(&["stream opened", &peer]).is_empty()).await;
    drop(left);
    server.until_nothing_is_open().await;
    let closed = log.lines(&["stream closed", &peer]);
    assert!(closed[0].contains("the client left"), "{closed:?}");
}

#[tokio::test]
async fn a_stream_that_is_not_read_does_not_outlive_the_server() {
    let log = Log::of_this_process();
    let limits = Limits {
        drain_at_least: Duration::from_millis(50),
        drain_at_most: Duration::from_millis(200),
        stop_after: Duration::from_secs(10),
        ..Limits::default()
    };
    let server = support::start_routed(Setup { limits, ..Setup::default() }, with_much).await;
    let mut stalled = connect(&server).await;
    let mut reader = Wire::open(server.address()).await;
    let peers = [&stalled, &reader.0].map(|it| it.local_addr().expect("an address").to_string());
    let request = format!("GET {NOTES}/events?after=0 HTTP/1.1\r\nhost: a\r\n\r\n");
    stalled.write_all(request.as_bytes()).await.expect("the server reads");
    let target = format!("{NOTES}/events?after={}", Notes::RETAINED);
    reader.write(format!("GET {target} HTTP/1.1\r\nhost: a\r\n\r\n")).await;
    support::until("both to be open", || server.state.counts.open().streams == 2).await;
    let since = Instant::now();
    server.begin_to_stop().stopped().await;
    assert!(since.elapsed() < Duration::from_secs(8), "{:?}", since.elapsed());
    for (peer, reason) in peers.iter().zip(["the client did not read on", "the server stops"]) {
        let closed = log.lines(&["stream closed", peer]);
        assert!(closed[0].contains(reason), "{closed:?}");
    }
}

/// Sends the body of a message by parts of so many bytes, and tells the answer's status.
async fn post(server: &Server, part: usize, every: Duration) -> u16 {
    // Space around JSON means nothing.
    let body = format!("{}{}", " ".repeat(SIZE), r#"{"type":"ping"}"#);
    let mut wire = Wire::open(server.address()).await;
    let head = format!("POST {} HTTP/1.1\r\nhost: a\r\n", path::ECHO_ONCE);
    wire.write(format!("{head}content-length: {}\r\n\r\n", body.len())).await;
    let (mut from, mut to) = wire.0.into_split();
    let upload = async {
        for part in body.as_bytes().chunks(part) {
            if to.write_all(part).await.is_err() {
                break;
            }
            sleep(every).await;
        }
        std::future::pending().await
    };
    let mut head = [0; 12];
    let answer = timeout(PATIENCE, from.read_exact(&mut head));
    tokio::select! {
        () = upload => unreachable!("it goes on"),
        answer = answer => answer.expect("an answer").expect("a head"),
    };
    String::from_utf8_lossy(&head[9..]).parse().expect("a status")
}

#[tokio::test]
async fn a_slow_upload_gets_on_and_one_that_sends_too_little_does_not() {
    let limits = Limits {
        body_idle_timeout: Duration::from_millis(400),
        body_timeout: Duration::from_millis(400),
        min_rate: 20_000,
        ..Limits::default()
    };
    let server = support::start_with(Setup { limits, ..Setup::default() }).await;
    let (honest, trickle) = tokio::join!(
        post(&server, 4_096, Duration::from_millis(40)),
        post(&server, 40, Duration::from_millis(20)),
    );
    assert_eq!((honest, trickle), (200, 408));
}

#[tokio::test]
async fn a_large_body_finds_room_or_is_refused() {
    let limits = Limits { memory: 64 * 1024, ..Limits::default() };
    let server = support::start_with(Setup { limits, ..Setup::default() }).await;
    assert_eq!(post(&server, SIZE, Duration::ZERO).await, 503);
    assert_eq!(server.state.memory_used(), 0);
    // Small ones go on.
    let small =
        reqwest::Client::new().post(server.http(path::ECHO_ONCE)).body(r#"{"type":"ping"}"#);
    assert_eq!(small.send().await.expect("an answer").status(), 200);
}

/// How long a body is, in bytes.
const SIZE: usize = ECHO_MESSAGE_MAX / 2;

/// How much there is to take, in bytes.
const MUCH: usize = 64 * 1024 * 1024;
