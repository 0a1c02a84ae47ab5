//! Connections that are slow, too many, or of another version of HTTP.

mod support;

use std::time::Duration;

use echoclock_backend::limits::Limits;
use echoclock_shared::limits::RAW_MESSAGE_MAX;
use echoclock_shared::path;
use http::{StatusCode, Version};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use support::{Server, Setup, Wire};

async fn server(limits: Limits) -> Server {
    support::start_with(Setup { limits, ..Setup::default() }).await
}

fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: test\r\n\r\n")
}

#[tokio::test]
async fn headers_that_come_too_slowly_are_cut_off() {
    let limits = Limits { header_timeout: Duration::from_millis(300), ..Limits::default() };
    let server = server(limits).await;
    for begun in ["", "G", "GET / HTTP/1.1\r\nhost:", "PRI * HTTP/2.0\r\n"] {
        let mut wire = Wire::open(server.address()).await;
        wire.write(begun).await;
        wire.read_to_end().await;
    }
    // A byte now and then does not buy more time.
    let (mut from, mut to) = Wire::open(server.address()).await.0.into_split();
    let drip = async {
        to.write_all(b"GET / HTTP/1.1\r\n").await.expect("the server reads");
        loop {
            to.write_all(b"x: y\r\n").await.expect("the server reads");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let mut byte = [0];
    tokio::select! {
        () = drip => {}
        end = from.read(&mut byte) => assert_eq!(end.expect("the end"), 0),
    }
}

#[tokio::test]
async fn a_connection_is_kept_for_the_next_request() {
    let server = support::start().await;
    let mut wire = Wire::open(server.address()).await;
    for _ in 0..2 {
        wire.write(get("/healthz")).await;
        assert!(wire.read_head().await.starts_with("http/1.1 200"));
        let mut body = [0; 3];
        wire.0.read_exact(&mut body).await.expect("a body");
        assert_eq!(&body, b"ok\n");
    }
}

#[tokio::test]
async fn a_slow_stream_is_not_cut_off_by_the_header_timeout() {
    let limits = Limits { header_timeout: Duration::from_millis(500), ..Limits::default() };
    let server = server(limits).await;
    let mut wire = Wire::open(server.address()).await;
    wire.write(get("/api/clock/events?every=250ms")).await;
    wire.read_head().await;
    let mut text = String::new();
    while text.matches("id: ").count() < 6 {
        let byte = wire.0.read_u8().await.expect("the stream goes on");
        text.push(byte.into());
    }
}

#[tokio::test]
async fn one_connection_too_many_waits() {
    let server = server(Limits { connections: 1, ..Limits::default() }).await;
    let mut first = Wire::open(server.address()).await;
    first.write(get("/readyz")).await;
    assert!(first.read_head().await.starts_with("http/1.1 200"));

    let mut second = Wire::open(server.address()).await;
    second.write(get("/readyz")).await;
    let answer = tokio::time::timeout(Duration::from_millis(200), second.read_head()).await;
    assert!(answer.is_err(), "there is no room yet: {answer:?}");
    drop(first);
    assert!(second.read_head().await.starts_with("http/1.1 200"));
}

#[tokio::test]
async fn the_answer_to_an_upload_that_is_refused_arrives() {
    let server = support::start().await;
    for _ in 0..5 {
        let upload = reqwest::Client::new().post(server.http("/")).body(vec![0; RAW_MESSAGE_MAX]);
        let answer = upload.send().await.expect("an answer, not a reset");
        assert_eq!(answer.status(), StatusCode::METHOD_NOT_ALLOWED);
    }
}

#[tokio::test]
async fn http2_carries_many_streams_on_one_connection() {
    let server = support::start().await;
    let client = reqwest::Client::builder().http2_prior_knowledge().build().expect("a client");
    let mut streams = vec![];
    for _ in 0..20 {
        let answer = client.get(server.http(path::CLOCK_EVENTS)).send().await.expect("an answer");
        assert_eq!((answer.status(), answer.version()), (StatusCode::OK, Version::HTTP_2));
        streams.push(answer);
    }
    assert_eq!(server.state.counts.open().streams, 20);
    for stream in &mut streams {
        let block = stream.chunk().await.expect("the stream is whole").expect("a block");
        assert!(block.starts_with(b"retry: "), "{block:?}");
    }
    drop(streams);
    server.until_nothing_is_open().await;
}

#[tokio::test]
async fn a_socket_opens_over_http2() {
    let server = support::start().await;
    let Wire(stream) = Wire::open(server.address()).await;
    let (client, connection) = h2::client::handshake(stream).await.expect("an HTTP/2 connection");
    tokio::spawn(connection);
    let mut client = client.ready().await.expect("room for a stream");
    // The server's settings, which allow it, come with the first round trip.
    let health = http::Request::get(server.http(path::HEALTHZ)).body(()).expect("a request");
    client.send_request(health, true).expect("a stream").0.await.expect("an answer");
    assert!(client.is_extended_connect_protocol_enabled());

    let opening = http::Request::connect(server.http(path::ECHO))
        .extension(h2::ext::Protocol::from_static("websocket"))
        .header("sec-websocket-version", "13")
        .header("origin", server.http(""))
        .body(());
    let (answer, outgoing) =
        client.send_request(opening.expect("a request"), false).expect("a stream");
    let mut answer = answer.await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::OK);
    let frame = answer.body_mut().data().await.expect("the socket is open").expect("a frame");
    assert_eq!(frame[0], 0x81, "a text message comes first");
    let hello = str::from_utf8(&frame[2..]).expect("text");
    assert!(hello.contains(r#"{"type":"hello""#), "{hello}");
    assert_eq!(server.state.counts.open().sockets, 1);
    drop((answer, outgoing));
    server.until_nothing_is_open().await;
}
