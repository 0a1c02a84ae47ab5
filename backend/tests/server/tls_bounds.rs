//! Clients that are slow with TLS, or say half of it.

use std::time::Duration;

use axum::routing::get;
use bytes::Bytes;
use echoclock_backend::forwarded::Trusted;
use echoclock_backend::limits::{Limits, Places};
use echoclock_shared::info::Info;
use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};
use tokio::net::TcpSocket;
use tokio::time::{Instant, sleep, timeout};

use crate::support::tls::Pair;
use crate::support::{self, PATIENCE, Server, Setup, Wire};

/// What a client greets with.
async fn greeting(pair: &Pair) -> Vec<u8> {
    let (client, mut server) = duplex(16 * 1024);
    let mut bytes = vec![];
    tokio::select! {
        _ = pair.greet(client, "http/1.1") => {}
        _ = async {
            while bytes.len() < 5 || bytes.len() < 5 + usize::from(bytes[3]) * 256 + usize::from(bytes[4]) {
                server.read_buf(&mut bytes).await.expect("it is open");
            }
        } => {}
    }
    bytes
}

/// Waits until so many connections have a place, the one that asks aside.
async fn until_connections(server: &Server, pair: &Pair, number: u64) {
    let taken = async || {
        let mut stream = pair.connect(server, "http/1.1").await;
        let said = b"GET /api/info HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
        stream.write_all(said).await.expect("the server reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.expect("an end that TLS tells");
        let (_, body) = answer.split_once("\r\n\r\n").expect("a body");
        let info: Info = serde_json::from_str(body).expect("an Info");
        info.bounds.expect("they are told").connections.in_all.taken
    };
    let waited = timeout(PATIENCE, async { while taken().await != number + 1 {} });
    waited.await.unwrap_or_else(|_| panic!("there are never {number} connections"));
}

#[tokio::test]
async fn a_greeting_takes_a_place_and_no_longer_than_a_head_may() {
    let limits = Limits { header_timeout: Duration::from_secs(2), ..Limits::default() };
    let pair = Pair::new();
    let setup = Setup { limits, tls: Some(pair.tls()), ..Setup::default() };
    let server = support::start_with(setup).await;
    let whole = greeting(&pair).await;
    for begun in [&whole[..0], &whole[..1], &whole[..whole.len() / 2], &whole] {
        let mut wire = Wire::open(server.address()).await;
        wire.write(begun).await;
        let since = Instant::now();
        until_connections(&server, &pair, 1).await;
        wire.read_to_end().await;
        assert!(since.elapsed() > Duration::from_secs(1), "{} bytes", begun.len());
        until_connections(&server, &pair, 0).await;
    }
    // A byte now and then does not buy more time.
    let (mut from, mut to) = Wire::open(server.address()).await.0.into_split();
    let drip = async {
        for byte in &whole {
            if to.write_all(&[*byte]).await.is_err() {
                break;
            }
            sleep(Duration::from_millis(20)).await;
        }
        std::future::pending::<()>().await;
    };
    let mut byte = [0];
    let ended = async {
        tokio::select! {
            () = drip => unreachable!("it waits"),
            read = from.read(&mut byte) => read.unwrap_or_default(),
        }
    };
    assert_eq!(timeout(PATIENCE, ended).await.expect("the end in time"), 0);
}

#[tokio::test]
async fn nonsense_is_answered_by_an_alert_and_an_end() {
    let pair = Pair::new();
    let server = support::start_with(Setup { tls: Some(pair.tls()), ..Setup::default() }).await;
    let mut wire = Wire::open(server.address()).await;
    wire.write([22, 3, 1, 0, 5, 1, 0, 0, 1, 9]).await;
    let said = wire.read_to_end().await;
    // An alert's record, a fatal one.
    assert_eq!((said.first(), said.get(5)), (Some(&21), Some(&2)), "{said:?}");
}

#[tokio::test]
async fn one_client_has_no_more_connections_with_tls_than_without() {
    let own = Places { connections: 2, ..Places::PER_CLIENT };
    let limits = Limits { per_client: own, ..Limits::default() };
    let pair = Pair::new();
    let setup = Setup {
        limits,
        tls: Some(pair.tls()),
        trusted_proxies: Trusted::NOBODY,
        ..Setup::default()
    };
    let server = support::start_with(setup).await;
    let mut held = vec![];
    for _ in 0..2 {
        held.push(pair.connect(&server, "http/1.1").await);
    }
    let mut third = pair.connect(&server, "http/1.1").await;
    let said = b"GET /api/info HTTP/1.1\r\nhost: localhost\r\n\r\n";
    third.write_all(said).await.expect("the server reads");
    let mut told = String::new();
    let read = timeout(PATIENCE, third.read_to_string(&mut told)).await.expect("the end in time");
    read.expect("an end that TLS tells");
    assert!(told.starts_with("HTTP/1.1 429 "), "{told}");
}

#[tokio::test]
async fn who_does_not_read_on_is_given_up_and_a_slow_reader_is_not() {
    let limits = Limits {
        write_timeout: Duration::from_millis(500),
        min_rate: 1_000_000,
        ..Limits::default()
    };
    let pair = Pair::new();
    let setup = Setup { limits, tls: Some(pair.tls()), ..Setup::default() };
    let server = support::start_routed(setup, |state| {
        let much = Bytes::from(vec![b'm'; MUCH]);
        echoclock_backend::app(state).route("/much", get(async move || much))
    })
    .await;
    let connect = async || {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.set_recv_buffer_size(32 * 1024).expect("a size");
        let stream = socket.connect(server.address()).await.expect("the server accepts");
        let mut stream = pair.greet(stream, "http/1.1").await.expect("they come to terms");
        let said = b"GET /much HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
        stream.write_all(said).await.expect("the server reads");
        stream
    };
    let (mut slow, mut still) = (connect().await, connect().await);
    let (since, mut taken) = (Instant::now(), 0);
    let mut buffer = vec![0; 16 * 1024];
    // At 4 MB/s it takes twice the time that a write may wait.
    while taken < MUCH {
        let read = timeout(PATIENCE, slow.read(&mut buffer)).await.expect("in time");
        let read = read.expect("a slow reader gets on");
        assert_ne!(read, 0, "after {taken}");
        taken += read;
        sleep(Duration::from_secs_f64(read as f64 / 4e6)).await;
    }
    assert!(since.elapsed() > Duration::from_secs(1), "{:?}", since.elapsed());
    drop(slow);
    let mut rest = vec![];
    let read = timeout(PATIENCE, still.read_to_end(&mut rest)).await.expect("the end in time");
    read.expect_err("it is reset, and nobody takes that for the end");
    assert!(rest.len() < MUCH);
}

const MUCH: usize = 5_000_000;
