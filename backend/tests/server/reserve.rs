//! More connections than there may be: nobody waits, and nobody is kept out by who says nothing.

use std::time::Duration;

use echoclock_backend::forwarded::Trusted;
use echoclock_backend::limits::{Limits, Places};
use echoclock_shared::echo::{FromBrowser, FromServer};
use echoclock_shared::path;
use tokio::net::{TcpSocket, TcpStream};

use crate::support::socket::Client;
use crate::support::{self, PATIENCE, Server, Setup, Wire, until};

const STREAM: &str = "/api/clock/stream?every=60s";

async fn server(in_all: usize, own: usize, trusted_proxies: Trusted) -> Server {
    let limits = Limits {
        in_all: Places { connections: in_all, ..Places::IN_ALL },
        per_client: Places { connections: own, requests: 100_000, ..Places::PER_CLIENT },
        drain_at_least: Duration::from_secs(2),
        ..Limits::default()
    };
    support::start_with(Setup { limits, trusted_proxies, ..Setup::default() }).await
}

/// Asks for something over a connection of its own; returns the connection and the answer's head.
async fn ask(server: &Server, target: &str) -> (Wire, String) {
    let mut wire = Wire::open(server.address()).await;
    wire.write(format!("GET {target} HTTP/1.1\r\nhost: a\r\n\r\n")).await;
    let head = wire.read_head().await;
    (wire, head)
}

async fn status(server: &Server, target: &str) -> u16 {
    ask(server, target).await.1[9..12].parse().expect("a status")
}

/// Opens connections on which something goes on.
async fn streams(server: &Server, many: usize) -> Vec<Wire> {
    let mut streams = vec![];
    for _ in 0..many {
        let (wire, head) = ask(server, STREAM).await;
        assert!(head.starts_with("http/1.1 200"), "{head}");
        streams.push(wire);
    }
    streams
}

#[tokio::test]
async fn past_the_last_connection_a_client_is_told_so() {
    for (in_all, own, trusted, status, told) in [
        (3, 99, Trusted::default(), 503, "this server has 3 connections open"),
        (3, 1, Trusted::default(), 503, "this server has 3 connections open"),
        (99, 3, Trusted::NOBODY, 429, "your network has 3 connections open here"),
    ] {
        let server = server(in_all, own, trusted).await;
        let mut held = streams(&server, 3).await;
        for target in ["/", path::INFO, path::CLOCK, "/api/nowhere"] {
            let (mut wire, head) = ask(&server, target).await;
            assert!(head.starts_with(&format!("http/1.1 {status} ")), "{head}");
            assert!(head.contains("retry-after: ") && head.contains("connection: close"), "{head}");
            let body = String::from_utf8(wire.read_to_end().await).expect("text");
            assert!(body.contains(told), "{body}");
        }
        let (mut wire, head) = ask(&server, path::CLOCK_EVENTS).await;
        assert!(head.starts_with("http/1.1 200") && head.contains("event-stream"), "{head}");
        let body = String::from_utf8(wire.read_to_end().await).expect("text");
        assert!(body.contains("event: refused\n") && body.contains(told), "{body}");
        for (target, said) in [(path::HEALTHZ, "ok\n"), (path::READYZ, "ready\n")] {
            let (mut wire, head) = ask(&server, target).await;
            assert!(
                head.starts_with("http/1.1 200") && head.contains("connection: close"),
                "{head}"
            );
            assert_eq!(wire.read_to_end().await, said.as_bytes());
        }
        // What one gives back another may have.
        drop(held.pop());
        until("its end", || server.state.counts.open().streams == 2).await;
        while self::status(&server, "/api/nowhere").await != 404 {}
    }
}

#[tokio::test]
async fn one_client_at_its_bound_keeps_no_other_out() {
    // The two come from addresses of their own, as over the internet.
    let server = server(99, 3, Trusted::NOBODY).await;
    let _held = streams(&server, 3).await;
    assert_eq!(status(&server, path::CLOCK).await, 429);
    let mut other = Wire(from("127.0.0.2", &server).await);
    other.write("GET /api/clock HTTP/1.1\r\nhost: a\r\n\r\n").await;
    let head = other.read_head().await;
    assert!(head.starts_with("http/1.1 200") && head.contains("keep-alive"), "{head}");
    // It is told of its own connections, and of all.
    let mut other = Wire(from("127.0.0.2", &server).await);
    other.write("GET /api/info HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await;
    let answer = String::from_utf8(other.read_to_end().await).expect("text");
    let told = answer.split_once("\"connections\":").expect("it is told").1;
    assert!(told.contains("\"max\":99},\"yours\":{\"taken\":"), "{told}");
}

async fn from(address: &str, server: &Server) -> TcpStream {
    let socket = TcpSocket::new_v4().expect("a socket");
    let address = format!("{address}:0").parse().expect("an address");
    socket.bind(address).expect("loopback is a network");
    socket.connect(server.address()).await.expect("the server accepts")
}

#[tokio::test]
async fn over_http2_it_is_told_as_well() {
    let server = server(2, 99, Trusted::default()).await;
    let _held = streams(&server, 2).await;
    for (target, status) in [(path::HEALTHZ, 200), (path::CLOCK, 503), (path::CLOCK_EVENTS, 200)] {
        let Wire(stream) = Wire::open(server.address()).await;
        let (client, connection) = h2::client::handshake(stream).await.expect("HTTP/2");
        let connection = tokio::spawn(connection);
        let mut client = client.ready().await.expect("room for a stream");
        let request = http::Request::get(server.http(target)).body(()).expect("a request");
        let (answer, _) = client.send_request(request, true).expect("a stream");
        let answer = answer.await.expect("an answer");
        assert_eq!(answer.status(), status, "{target}");
        assert_eq!(answer.headers().contains_key("retry-after"), status == 503, "{target}");
        // After that it is told that there is no more, as `connection: close` says over HTTP/1.
        let gone = async {
            loop {
                match client.clone().ready().await {
                    Ok(_) => tokio::task::yield_now().await,
                    Err(error) => return error,
                }
            }
        };
        let gone = tokio::time::timeout(PATIENCE, gone).await.expect("it is told");
        assert_eq!(gone.reason(), Some(h2::Reason::NO_ERROR), "{gone}");
        drop(answer);
        let ended = tokio::time::timeout(PATIENCE, connection).await.expect("it ends");
        ended.expect("no panic").expect("in order");
    }
}

#[tokio::test]
async fn who_takes_no_answer_fills_no_reserve() {
    let server = server(2, 99, Trusted::default()).await;
    let _held = streams(&server, 2).await;
    let mut stuck = vec![];
    for _ in 0..3 {
        for _ in 0..70 {
            let Wire(stream) = Wire::open(server.address()).await;
            let mut builder = h2::client::Builder::new();
            let shake = builder.initial_window_size(0).handshake::<_, bytes::Bytes>(stream);
            let (client, connection) = shake.await.expect("HTTP/2");
            let connection = tokio::spawn(connection);
            let mut client = client.ready().await.expect("room for a stream");
            let request = http::Request::get(server.http(path::CLOCK)).body(()).expect("a request");
            let (answer, _) = client.send_request(request, true).expect("a stream");
            let answer = answer.await.expect("a head");
            assert_eq!(answer.status(), 503);
            stuck.push((client, connection, answer));
        }
        for _ in 0..10 {
            assert_eq!(status(&server, path::HEALTHZ).await, 200);
            assert_eq!(status(&server, "/").await, 503);
        }
    }
}

#[tokio::test]
async fn a_newcomer_has_a_moment_to_ask() {
    let server = server(10, 99, Trusted::default()).await;
    let _held = streams(&server, 9).await;
    let mut newcomers = vec![];
    for _ in 0..20 {
        newcomers.push(Wire::open(server.address()).await);
    }
    // All of them have arrived before the first of them asks.
    let (_last, head) = ask(&server, path::HEALTHZ).await;
    assert!(head.starts_with("http/1.1 200"), "{head}");
    for (number, mut wire) in newcomers.into_iter().enumerate() {
        wire.write("GET /api/nowhere HTTP/1.1\r\nhost: a\r\n\r\n").await;
        let head = wire.read_head().await;
        let status = if number == 0 { "http/1.1 404" } else { "http/1.1 503" };
        assert!(head.starts_with(status), "{number}: {head}");
    }
}

#[tokio::test]
async fn who_says_nothing_makes_room() {
    let server = server(20, 99, Trusted::default()).await;
    let held = streams(&server, 2).await;
    let mut chat = Client::open_chat(server.ws(path::ECHO)).await;
    let mut silent = vec![];
    for begun in ["", "G", "GET /healthz HTTP/1.1\r\nhost: a\r\n"].into_iter().cycle().take(201) {
        let mut wire = Wire::open(server.address()).await;
        // It may have been sent away already.
        let _ = tokio::io::AsyncWriteExt::write_all(&mut wire.0, begun.as_bytes()).await;
        silent.push(wire);
    }
    // The first 17 of them have places, until they have had their moment to ask.
    for target in [path::CLOCK, path::HEALTHZ, path::CLOCK_EVENTS] {
        let asking = async {
            loop {
                let (_, head) = ask(&server, target).await;
                if head.starts_with("http/1.1 200") && head.contains("keep-alive") {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(PATIENCE, asking).await.expect("the silent make room");
    }
    // The oldest has ended, while the others may still say something.
    assert_eq!(silent[0].read_to_end().await, b"");
    silent[14].write("\r\n").await;
    assert!(silent[14].read_head().await.starts_with("http/1.1 200"));
    for wire in &mut silent[17..] {
        assert_eq!(wire.read_to_end().await, b"", "it had no place");
    }
    // And what was under way goes on.
    assert!(matches!(chat.ask(&FromBrowser::Ping).await, FromServer::Pong { .. }));
    until("the other stream's end", || server.state.counts.open().streams == 2).await;
    drop(held);
}

#[tokio::test]
async fn an_open_socket_does_not_rest_though_it_is_silent() {
    let server = server(2, 99, Trusted::default()).await;
    let _held = [
        Client::open_chat(server.ws(path::ECHO)).await,
        Client::open(server.ws(path::ECHO_RAW)).await,
    ];
    for _ in 0..5 {
        assert_eq!(status(&server, "/").await, 503);
    }
}

#[tokio::test]
async fn a_flood_of_those_who_have_no_room_keeps_nobody_from_its_answer() {
    let server = server(2, 99, Trusted::default()).await;
    let held = streams(&server, 2).await;
    let mut silent = vec![];
    for _ in 0..300 {
        silent.push(Wire::open(server.address()).await);
    }
    for _ in 0..20 {
        assert_eq!(status(&server, path::HEALTHZ).await, 200);
        assert_eq!(status(&server, "/").await, 503);
        silent.push(Wire::open(server.address()).await);
    }
    // Those who were the first had to go; the last have a moment to ask.
    for mut wire in silent.drain(..200) {
        assert_eq!(wire.read_to_end().await, b"");
    }
    let since = tokio::time::Instant::now();
    for mut wire in silent {
        assert_eq!(wire.read_to_end().await, b"");
    }
    assert!(since.elapsed() < Duration::from_secs(8), "{:?}", since.elapsed());

    // While it drains that can be asked, too.
    for _ in 0..100 {
        drop(Wire::open(server.address()).await);
    }
    let (address, state) = (server.address(), server.state.clone());
    let stopping = server.begin_to_stop();
    state.drain.begun().await;
    let mut wire = Wire::open(address).await;
    wire.write("GET /readyz HTTP/1.1\r\nhost: a\r\n\r\n").await;
    assert!(wire.read_head().await.starts_with("http/1.1 503"));
    drop(held);
    stopping.stopped().await;
}

#[tokio::test]
async fn a_client_has_a_share_of_what_is_told_to_those_without_room() {
    let server = server(99, 1, Trusted::NOBODY).await;
    let _held = streams(&server, 1).await;
    let mut silent = vec![];
    for _ in 0..30 {
        silent.push(Wire::open(server.address()).await);
    }
    for mut wire in silent.drain(..20) {
        let since = tokio::time::Instant::now();
        assert_eq!(wire.read_to_end().await, b"");
        assert!(since.elapsed() < Duration::from_secs(2), "it made room for the client's next");
    }
    assert_eq!(status(&server, path::HEALTHZ).await, 200);
}

#[tokio::test]
async fn an_idle_connection_of_http2_makes_room_and_a_used_one_does_not() {
    let server = server(3, 99, Trusted::default()).await;
    let get = |path: &str| http::Request::get(server.http(path)).body(()).expect("a request");
    let mut clients = vec![];
    for target in [path::HEALTHZ, STREAM] {
        let Wire(stream) = Wire::open(server.address()).await;
        let (client, connection) = h2::client::handshake(stream).await.expect("HTTP/2");
        let connection = tokio::spawn(connection);
        let mut client = client.ready().await.expect("room for a stream");
        let (answer, _) = client.send_request(get(target), true).expect("a stream");
        let mut body = answer.await.expect("an answer").into_body();
        let block = body.data().await.expect("it has a body").expect("a block");
        body.flow_control().release_capacity(block.len()).expect("it was taken");
        clients.push((client, connection, body));
    }
    let _held = streams(&server, 1).await;
    let (_client, used, _body) = clients.pop().expect("there are two");
    let (_idle_client, idle, body) = clients.pop().expect("there are two");
    drop(body);
    // As long as the idle one is not known to be that, there is no room.
    let mut others = vec![];
    while !idle.is_finished() {
        others.push(Wire::open(server.address()).await);
        tokio::task::yield_now().await;
    }
    assert!(!used.is_finished(), "what is used stays");
}
