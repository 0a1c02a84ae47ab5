//! Connections that are slow, too many, or of another version of HTTP.

use std::time::Duration;

use echoclock_backend::limits::Limits;
use echoclock_shared::limits::RAW_MESSAGE_MAX;
use echoclock_shared::path;
use http::{StatusCode, Version};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::support::clock::ManualClock;
use crate::support::{self, Server, Setup, Wire};

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
async fn an_idle_connection_is_kept_longer_than_a_head_may_take() {
    let limits = Limits {
        header_timeout: Duration::from_millis(200),
        idle_timeout: Duration::from_secs(2),
        ..Limits::default()
    };
    let server = server(limits).await;
    let mut wire = Wire::open(server.address()).await;
    for _ in 0..2 {
        wire.write(get("/healthz")).await;
        let head = wire.read_head().await;
        assert!(head.contains("connection: keep-alive\r\nkeep-alive: timeout=2\r\n"), "{head}");
        wire.0.read_exact(&mut [0; 3]).await.expect("a body");
        // Longer than a head may take.
        tokio::time::sleep(Duration::from_millis(600)).await;
    }
    let since = tokio::time::Instant::now();
    assert_eq!(wire.read_to_end().await, b"");
    assert!(since.elapsed() < Duration::from_secs(4), "{:?}", since.elapsed());

    // A head that was begun is waited for as long as a head may take.
    let mut wire = Wire::open(server.address()).await;
    wire.write(get("/healthz")).await;
    wire.read_head().await;
    wire.write("GET").await;
    let since = tokio::time::Instant::now();
    wire.read_to_end().await;
    assert!(since.elapsed() < Duration::from_secs(1), "{:?}", since.elapsed());
}

#[tokio::test]
async fn nobody_is_told_of_a_next_request_where_there_is_none() {
    let server = support::start().await;
    for request in [
        "GET /healthz HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n",
        "GET /healthz HTTP/1.0\r\n\r\n",
    ] {
        let mut wire = Wire::open(server.address()).await;
        wire.write(request).await;
        let head = wire.read_head().await;
        assert!(!head.contains("keep-alive"), "{head}");
        assert_eq!(wire.read_to_end().await, b"ok\n");
    }
    // An answer that ends with its connection keeps none, whatever was asked.
    let mut wire = Wire::open(server.address()).await;
    let target = format!("{}/stream", path::CLOCK);
    wire.write(format!("GET {target} HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")).await;
    let head = wire.read_head().await;
    assert!(head.contains("connection: close\r\n") && !head.contains("keep-alive"), "{head}");
}

#[tokio::test]
async fn an_idle_connection_of_http2_is_told_to_go() {
    let limits = Limits { idle_timeout: Duration::from_millis(300), ..Limits::default() };
    let server = server(limits).await;
    let Wire(stream) = Wire::open(server.address()).await;
    let (client, connection) = h2::client::handshake(stream).await.expect("an HTTP/2 connection");
    let connection = tokio::spawn(connection);
    let get = |path: &str| http::Request::get(server.http(path)).body(()).expect("a request");
    let mut client = client.ready().await.expect("room for a stream");
    let (events, _) = client.send_request(get("/api/clock/events?every=100ms"), true).expect("one");
    let mut events = events.await.expect("an answer").into_body();
    let since = tokio::time::Instant::now();
    while since.elapsed() < Duration::from_millis(600) {
        // A stream that goes on is a use.
        let block = events.data().await.expect("it goes on").expect("a block");
        events.flow_control().release_capacity(block.len()).expect("it was taken");
    }
    drop(events);
    let ended = tokio::time::timeout(support::PATIENCE, connection).await;
    // The server says goodbye and closes, which is no error.
    ended.expect("the connection ends").expect("no panic").expect("an orderly end");
}

#[tokio::test]
async fn a_client_that_has_asked_all_that_it_wants_gets_its_answer() {
    let server = support::start().await;
    let body = r#"{"type":"ping"}"#;
    let post = format!(
        "POST {} HTTP/1.1\r\nhost: a\r\ncontent-length: {}\r\n\r\n{body}",
        path::ECHO_ONCE,
        body.len()
    );
    for _ in 0..20 {
        for (request, last) in [
            (get("/healthz"), "ok\n"),
            (get(path::CLOCK), "]}"),
            (get(path::INFO), "}"),
            (get("/api/nowhere"), "}"),
            (get("/api/clock/next?every=100ms"), "]}"),
            ("GET /healthz HTTP/1.0\r\n\r\n".to_owned(), "ok\n"),
            (post.clone(), "}"),
        ] {
            let mut wire = Wire::open(server.address()).await;
            wire.write(&request).await;
            wire.0.shutdown().await.expect("the client's side closes");
            let answer = String::from_utf8(wire.read_to_end().await).expect("text");
            assert!(answer.ends_with(last), "{request}: {answer}");
        }
    }
}

#[tokio::test]
async fn an_endless_answer_goes_on_for_who_reads_and_ends_for_who_has_left() {
    let server = support::start().await;
    for target in ["events?every=100ms", "stream?every=100ms", "frame?every=100ms"] {
        let mut wire = Wire::open(server.address()).await;
        wire.write(get(&format!("{}/{target}", path::CLOCK))).await;
        wire.0.shutdown().await.expect("the client's side closes");
        let mut seen = vec![];
        while String::from_utf8_lossy(&seen).matches("\"seq\"").count() < 5 {
            assert_ne!(wire.0.read_buf(&mut seen).await.expect("it goes on"), 0);
        }
        drop(wire);
        server.until_nothing_is_open().await;
    }
    // Where nothing is to be written for long, something is, to see who is there.
    let mut wires = vec![];
    for target in ["events?every=60s", "stream?every=60s", "frame?every=60s"] {
        let mut wire = Wire::open(server.address()).await;
        wire.write(get(&format!("{}/{target}", path::CLOCK))).await;
        // With all of it read, it leaves without a reset.
        let mut seen = vec![];
        while !String::from_utf8_lossy(&seen).contains("\"seq\"") {
            assert_ne!(wire.0.read_buf(&mut seen).await.expect("it goes on"), 0);
        }
        wires.push(wire);
    }
    support::until("all to be open", || server.state.counts.open().streams == 3).await;
    let since = tokio::time::Instant::now();
    drop(wires);
    server.until_nothing_is_open().await;
    let took = since.elapsed();
    assert!(took < Duration::from_secs(14), "sooner than by a ping: {took:?}");
}

#[tokio::test]
async fn a_poll_waits_for_who_has_asked_all_that_it_wants() {
    let wall = std::sync::Arc::new(ManualClock::new(10_000));
    let server = support::start_with(Setup { wall: wall.clone(), ..Setup::default() }).await;
    let mut wire = Wire::open(server.address()).await;
    wire.write(get("/api/clock/next?after=10&wait=60")).await;
    wire.0.shutdown().await.expect("the client's side closes");
    support::until("the poll to wait", || server.state.counts.open().polls == 1).await;
    wall.set(11_000);
    let answer = String::from_utf8(wire.read_to_end().await).expect("text");
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("\"seq\":11"), "{answer}");
}

#[tokio::test]
async fn a_connection_that_was_to_become_a_socket_takes_no_other_request() {
    let server = support::start().await;
    for (target, status) in [
        ("/api/info", 200),
        ("/api/echo", 426),
        ("/nowhere", 404),
        ("/api/check/stream?times=1&every=0", 400),
        ("/api/clock?after=x", 400),
    ] {
        let mut wire = Wire::open(server.address()).await;
        wire.write(format!(
            "GET {target} HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: WebSocket\r\n\r\n\
             GET /api/info HTTP/1.1\r\nhost: a\r\nx-forwarded-for: 203.0.113.9\r\n\r\n"
        ))
        .await;
        let answers = String::from_utf8(wire.read_to_end().await).expect("text");
        assert!(answers.starts_with(&format!("HTTP/1.1 {status} ")), "{answers}");
        let ends = ["close", "upgrade, close"].map(|said| format!("\r\nconnection: {said}\r\n"));
        assert!(ends.iter().any(|end| answers.contains(end)), "{answers}");
        assert_eq!(answers.matches("HTTP/1.1 ").count(), 1, "{answers}");
    }
}

#[tokio::test]
async fn a_connection_is_promised_only_where_it_goes_on() {
    let server = support::start().await;
    let body = r#"{"type":"ping"}"#;
    for (target, goes_on) in [(path::ECHO_ONCE, true), (path::CLOCK, false), ("/nowhere", false)] {
        for (framing, body) in [
            (format!("content-length: {}", body.len()), body.to_owned()),
            (
                "transfer-encoding: chunked".to_owned(),
                format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len()),
            ),
        ] {
            let mut wire = Wire::open(server.address()).await;
            wire.write(format!("POST {target} HTTP/1.1\r\nhost: a\r\n{framing}\r\n\r\n")).await;
            wire.write(body).await;
            let head = wire.read_head().await;
            let promised = head.contains("keep-alive: timeout=");
            assert_eq!(
                (promised, head.contains("connection: close")),
                (goes_on, !goes_on),
                "{head}"
            );
        }
    }
}

#[tokio::test]
async fn a_body_that_does_not_come_is_not_waited_for() {
    let limits = Limits {
        body_idle_timeout: Duration::from_millis(200),
        body_timeout: Duration::from_millis(900),
        min_rate: 0,
        ..Limits::default()
    };
    let server = server(limits).await;
    let head = format!("POST {} HTTP/1.1\r\nhost: a\r\n", path::ECHO_ONCE);
    let mut wire = Wire::open(server.address()).await;
    wire.write(format!("{head}content-length: 100\r\n\r\n{{\"type\"")).await;
    let answer = String::from_utf8(wire.read_to_end().await).expect("text").to_lowercase();
    assert!(answer.starts_with("http/1.1 408 "), "{answer}");
    assert!(answer.contains("connection: close\r\n") && answer.contains("7 bytes"), "{answer}");

    // Where no rate is asked for, a byte now and then buys time, but not without end.
    let mut wire = Wire::open(server.address()).await;
    wire.write(format!("{head}transfer-encoding: chunked\r\n\r\n")).await;
    let (mut from, mut to) = wire.0.into_split();
    let since = tokio::time::Instant::now();
    let drip = async {
        while to.write_all(b"1\r\n \r\n").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        std::future::pending().await
    };
    let mut answer = vec![];
    tokio::select! {
        () = drip => {}
        read = from.read_buf(&mut answer) => assert!(read.is_ok(), "{read:?}"),
    }
    assert!(answer.starts_with(b"HTTP/1.1 408 "), "{}", String::from_utf8_lossy(&answer));
    assert!(since.elapsed() > Duration::from_millis(600), "{:?}", since.elapsed());
}

#[tokio::test]
async fn more_requests_at_once_than_are_followed_end_the_connection_in_order() {
    let server = support::start().await;
    let mut wire = Wire::open(server.address()).await;
    wire.write(get("/healthz").repeat(200)).await;
    let answers = String::from_utf8(wire.read_to_end().await).expect("text");
    let answered = answers.matches("HTTP/1.1 200").count();
    assert!((1..200).contains(&answered) && answers.ends_with("ok\n"), "{answered} of 200");
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
