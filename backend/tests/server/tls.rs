//! TLS that ends at the server, and what is told of it.

use std::time::Duration;

use bytes::Bytes;
use echoclock_backend::limits::Limits;
use echoclock_shared::info::Info;
use echoclock_shared::path;
use http::{Request, StatusCode};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;
use tokio_rustls::client::TlsStream;
use tokio_tungstenite::client_async;
use tokio_tungstenite::tungstenite::Message;

use crate::support::tls::Pair;
use crate::support::{self, PATIENCE, Server, Setup, Wire, until};

async fn server(limits: Limits) -> (Server, Pair) {
    let pair = Pair::new();
    let setup = Setup { limits, tls: Some(pair.tls()), ..Setup::default() };
    (support::start_with(setup).await, pair)
}

/// Asks for one thing, and returns all that comes up to the end, which TLS has to tell.
async fn ask(mut stream: TlsStream<TcpStream>, said: &str) -> String {
    let said = format!("{said}\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    stream.write_all(said.as_bytes()).await.expect("the server reads");
    let mut answer = String::new();
    let read = timeout(PATIENCE, stream.read_to_string(&mut answer)).await;
    read.expect("the end in time").expect("an end that TLS tells");
    answer
}

#[tokio::test]
async fn over_http1_all_that_asks_for_the_scheme_is_told_https() {
    let (server, pair) = server(Limits::default()).await;
    let connect = async || pair.connect(&server, "http/1.1").await;
    let answer = ask(connect().await, "GET /api/info?pass= HTTP/1.1").await;
    assert!(answer.contains("\r\nset-cookie: __Host-"), "{answer}");
    assert!(answer.contains("; Secure"), "{answer}");
    let (_, body) = answer.split_once("\r\n\r\n").expect("a body");
    let info: Info = serde_json::from_str(body).expect("an Info");
    assert_eq!((&*info.request.scheme, &*info.request.http_version), ("https", "HTTP/1.1"));
    let said = "GET /api/clock HTTP/1.1\r\norigin: https://localhost";
    let answer = ask(connect().await, said).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

#[tokio::test]
async fn browsers_are_asked_to_come_by_https_alone_where_the_setting_says_so_and_tls_ends_here() {
    let policy = "\r\nstrict-transport-security: max-age=90\r\n";
    for (hsts, is_asked) in [(Some(Duration::from_secs(90)), true), (None, false)] {
        let pair = Pair::new();
        let setup = Setup { tls: Some(pair.tls()), hsts, ..Setup::default() };
        let server = support::start_with(setup).await;
        for said in ["GET / HTTP/1.1", "GET /api/info HTTP/1.1", "GET /nowhere HTTP/1.1"] {
            let answer = ask(pair.connect(&server, "http/1.1").await, said).await;
            assert_eq!(answer.contains(policy), is_asked, "{said}: {answer}");
        }
    }
    let plain = Setup { hsts: Some(Duration::from_secs(90)), ..Setup::default() };
    let server = support::start_with(plain).await;
    let answer = reqwest::get(server.http("/")).await.expect("an answer");
    assert_eq!(answer.headers().get("strict-transport-security"), None);
}

#[tokio::test]
async fn over_http2_requests_and_sockets_share_one_connection() {
    let (server, pair) = server(Limits::default()).await;
    let stream = pair.connect(&server, "h2").await;
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    let (client, connection) = h2::client::handshake(stream).await.expect("HTTP/2");
    tokio::spawn(connection);
    let mut client = client.ready().await.expect("room for a stream");
    let request = Request::get("https://localhost/api/info").body(()).expect("a request");
    let (answer, _) = client.send_request(request, true).expect("a stream");
    let mut body = answer.await.expect("an answer").into_body();
    let mut json = vec![];
    while let Some(piece) = body.data().await {
        json.extend(piece.expect("it goes on"));
    }
    let info: Info = serde_json::from_slice(&json).expect("an Info");
    assert_eq!((&*info.request.scheme, &*info.request.http_version), ("https", "HTTP/2.0"));
    // The server's settings, which allow it, have come with that (RFC 8441, section 3).
    let opening = Request::connect("https://localhost/api/echo/raw")
        .extension(h2::ext::Protocol::from_static("websocket"))
        .header("sec-websocket-version", "13")
        .header("origin", "https://localhost")
        .body(())
        .expect("a request");
    let (answer, mut outgoing) = client.send_request(opening, false).expect("a stream");
    let answer = answer.await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::OK);
    outgoing.send_data(Bytes::from_static(b"\x81\x82\0\0\0\0hi"), false).expect("it is open");
    let mut incoming = answer.into_body();
    let echoed = timeout(PATIENCE, incoming.data()).await.expect("in time").expect("an echo");
    assert_eq!(echoed.expect("it goes on"), &b"\x81\x02hi"[..]);
}

#[tokio::test]
async fn what_is_larger_than_all_buffers_comes_back_whole() {
    let (server, pair) = server(Limits::default()).await;
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_recv_buffer_size(32 * 1024).expect("a size");
    let stream = socket.connect(server.address()).await.expect("the server accepts");
    let stream = pair.greet(stream, "http/1.1").await.expect("they come to terms");
    let (mut client, _) =
        client_async(format!("wss://localhost{}", path::ECHO_RAW), stream).await.expect("a socket");
    for size in [1, 16 * 1024, 1024 * 1024] {
        let said = Message::binary(vec![b'x'; size]);
        futures_util::SinkExt::send(&mut client, said.clone()).await.expect("it is open");
        let echoed = timeout(PATIENCE, futures_util::StreamExt::next(&mut client)).await;
        let echoed = echoed.expect("in time").expect("an echo").expect("it goes on");
        assert!(echoed == said, "{size} bytes");
    }
    client.close(None).await.expect("it is open");
}

#[tokio::test]
async fn an_event_stream_goes_on_and_a_client_that_leaves_is_missed() {
    let (server, pair) = server(Limits::default()).await;
    for is_told in [true, false] {
        let mut stream = pair.connect(&server, "http/1.1").await;
        let said = "GET /api/clock/events?every=100ms HTTP/1.1\r\nhost: localhost\r\n\r\n";
        stream.write_all(said.as_bytes()).await.expect("the server reads");
        let mut seen = vec![];
        while String::from_utf8_lossy(&seen).matches("\"seq\":").count() < 3 {
            let read = timeout(PATIENCE, stream.read_buf(&mut seen)).await.expect("in time");
            assert_ne!(read.expect("it goes on"), 0);
        }
        if is_told {
            stream.shutdown().await.expect("it is open");
        }
        drop(stream);
        server.until_nothing_is_open().await;
    }
}

#[tokio::test]
async fn who_speaks_no_tls_is_told_so() {
    let (server, _) = server(Limits::default()).await;
    for said in ["GET / HTTP/1.1\r\nhost: localhost\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"] {
        let mut wire = Wire::open(server.address()).await;
        wire.write(said).await;
        let answer = String::from_utf8(wire.read_to_end().await).expect("text");
        assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
        assert!(answer.contains("this port speaks TLS: ask by https"), "{answer}");
        // RFC 9110, section 6.6.1.
        assert!(answer.contains("\r\ndate: ") && answer.contains(" GMT\r\n"), "{answer}");
    }
}

#[tokio::test]
async fn who_speaks_neither_version_of_http_is_told_by_tls() {
    let (server, pair) = server(Limits::default()).await;
    let stream = TcpStream::connect(server.address()).await.expect("the server accepts");
    let error = pair.greet(stream, "imap").await.expect_err("there is no such protocol here");
    assert!(error.to_string().contains("NoApplicationProtocol"), "{error}");
}

#[tokio::test]
async fn at_the_end_everybody_is_told_by_tls() {
    let limits = Limits { drain_at_least: Duration::from_millis(50), ..Limits::default() };
    let (server, pair) = server(limits).await;
    let mut stream = pair.connect(&server, "http/1.1").await;
    stream
        .write_all(b"GET /api/clock/events HTTP/1.1\r\nhost: localhost\r\n\r\n")
        .await
        .expect("open");
    until("the stream", || server.state.counts.open().streams == 1).await;
    let stopping = server.begin_to_stop();
    let mut seen = String::new();
    let read = timeout(PATIENCE, stream.read_to_string(&mut seen)).await.expect("the end in time");
    read.expect("an end that TLS tells");
    assert!(seen.contains("event: stopped"), "{seen}");
    drop(stream);
    stopping.stopped().await;
}
