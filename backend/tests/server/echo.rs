//! The echo sockets, talked to by a real client.

use std::time::Duration;

use echoclock_backend::limits::Limits;
use echoclock_shared::echo::{FaultCode, FromBrowser, FromServer, SUBPROTOCOL, SendKey};
use echoclock_shared::limits::{ECHO_MESSAGE_MAX, RAW_MESSAGE_MAX, TEXT_MAX};
use echoclock_shared::path;
use echoclock_shared::problem::Problem;
use futures_util::SinkExt;
use http::StatusCode;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::{Bytes, Message};

use crate::support::socket::{Client, told};
use crate::support::{self, Setup, Wire};

fn say(key: u64, text: &str) -> FromBrowser {
    FromBrowser::Say { key: SendKey::new(key).expect("a small key"), text: text.to_owned() }
}

#[tokio::test]
async fn the_server_speaks_first_then_echoes() {
    let server = support::start().await;
    let mut client = Client::open(server.ws(path::ECHO)).await;
    let FromServer::Hello { instance, version, .. } = client.next().await else {
        panic!("the first message is a hello");
    };
    let info = server.info().await;
    assert_eq!((instance, version), (info.instance, info.version));
    assert_eq!((info.open.sockets, info.done.echoes), (1, 0));

    for text in ["hello", "", "two\nlines", "\u{1f570} ünïcödé \0", &"x".repeat(TEXT_MAX)] {
        let FromServer::Echo { key, text: echoed, received } = client.ask(&say(7, text)).await
        else {
            panic!("a text is echoed");
        };
        assert_eq!((key.get(), &*echoed), (7, text));
        assert!(received >= info.now);
    }
    assert!(matches!(client.ask(&FromBrowser::Ping).await, FromServer::Pong { .. }));
    client.send(Message::Ping(Bytes::from_static(b"there?"))).await;
    assert_eq!(client.receive().await, Some(Message::Pong(Bytes::from_static(b"there?"))));
    assert_eq!(server.info().await.done.echoes, 5);
}

#[tokio::test]
async fn a_close_is_answered_with_its_code_and_reason() {
    let server = support::start().await;
    for (code, reason) in [(1000, ""), (1000, "done"), (3000, "ünïcödé"), (4999, &"x".repeat(123))]
    {
        let mut client = Client::open_chat(server.ws(path::ECHO)).await;
        let frame = CloseFrame { code: code.into(), reason: reason.into() };
        client.send(Message::Close(Some(frame))).await;
        assert_eq!(told(client.until_closed().await), (code, reason.to_owned()));
        server.until_nothing_is_open().await;
    }
    let mut client = Client::open_chat(server.ws(path::ECHO)).await;
    client.send(Message::Close(None)).await;
    assert_eq!(client.until_closed().await, None);
}

#[tokio::test]
async fn a_fault_is_named_and_the_connection_lives() {
    let server = support::start().await;
    let mut client = Client::open_chat(server.ws(path::ECHO)).await;
    let long = say(5, &"x".repeat(TEXT_MAX + 1)).encode();
    let largest = "x".repeat(ECHO_MESSAGE_MAX);
    for (json, code, key) in [
        ("", FaultCode::Malformed, None),
        ("{", FaultCode::Malformed, None),
        (&largest, FaultCode::Malformed, None),
        (r#"{"type":"shout","key":7}"#, FaultCode::UnknownType, Some(7)),
        (r#"{"type":"say","key":8,"text":1}"#, FaultCode::BadField, Some(8)),
        (r#"{"type":"say","key":6,"text":"\ud83d"}"#, FaultCode::BadField, Some(6)),
        (&long, FaultCode::TextTooLong, Some(5)),
    ] {
        client.send(json).await;
        let FromServer::Error(fault) = client.next().await else { panic!("{json} is a fault") };
        assert_eq!((fault.code, fault.key.map(SendKey::get)), (code, key), "{fault}");
        assert!(!fault.message.is_empty());
    }
    assert!(matches!(client.ask(&say(9, "still here")).await, FromServer::Echo { .. }));
}

#[tokio::test]
async fn binary_closes_the_chat() {
    let server = support::start().await;
    let mut client = Client::open_chat(server.ws(path::ECHO)).await;
    client.send(vec![1, 2, 3]).await;
    let told = told(client.until_closed().await);
    assert_eq!(told, (1003, "this socket takes text messages only".to_owned()));
    server.until_nothing_is_open().await;
}

#[tokio::test]
async fn a_message_that_is_too_big_closes_the_chat_and_the_client_learns_why() {
    let server = support::start().await;
    for (bytes, more) in [(ECHO_MESSAGE_MAX + 1, 0), (1 << 20, 0), (1 << 20, 40), (40 << 20, 2)] {
        let mut client = Client::open_chat(server.ws(path::ECHO)).await;
        client.send("x".repeat(bytes)).await;
        for _ in 0..more {
            // What is still on its way when the server closes must not destroy the close frame.
            client.0.feed(Message::text("y".repeat(1 << 18))).await.expect("the server reads on");
        }
        let told = told(client.until_closed().await);
        assert_eq!(told, (1009, format!("a message may have at most {ECHO_MESSAGE_MAX} bytes")));
    }
    server.until_nothing_is_open().await;
}

#[tokio::test]
async fn the_raw_echo_returns_every_byte() {
    let server = support::start().await;
    let mut client = Client::open(server.ws(path::ECHO_RAW)).await;
    let bytes: Vec<u8> = (0..=255).cycle().take(RAW_MESSAGE_MAX).collect();
    for message in [
        Message::text(""),
        Message::binary(vec![]),
        Message::text("{\"type\":\"say\"} is text like any other"),
        Message::binary(vec![0, 255, 128]),
        Message::binary(bytes),
        Message::text("é".repeat(RAW_MESSAGE_MAX / 2)),
    ] {
        client.send(message.clone()).await;
        assert!(client.receive().await == Some(message), "text stays text, binary stays binary");
    }
    client.send(vec![0; RAW_MESSAGE_MAX + 1]).await;
    assert_eq!(told(client.until_closed().await).0, 1009);
}

#[tokio::test]
async fn the_raw_echos_limit_can_be_set() {
    let limits = Limits { raw_message: 10, ..Limits::default() };
    let server = support::start_with(Setup { limits, ..Setup::default() }).await;
    let mut client = Client::open(server.ws(path::ECHO_RAW)).await;
    client.send("0123456789").await;
    assert_eq!(client.receive().await, Some(Message::text("0123456789")));
    client.send("0123456789a").await;
    let told = told(client.until_closed().await);
    assert_eq!(told, (1009, "a message may have at most 10 bytes".to_owned()));
}

#[tokio::test]
async fn broken_frames_are_answered_with_the_code_for_them() {
    let server = support::start().await;
    for (frame, code) in [
        (&[0x81, 0x82, 0, 0, 0, 0, 0xff, 0xff][..], 1007_u16), // text that is not UTF-8
        (&[0x83, 0x80, 0, 0, 0, 0], 1002),                     // a reserved opcode
        (&[0x81, 0x01, b'x'], 1002),                           // not masked
        (&[0xf1, 0x80, 0, 0, 0, 0], 1002),                     // reserved bits
    ] {
        let mut wire = Wire::open(server.address()).await;
        wire.write(opening(path::ECHO_RAW, "")).await;
        assert!(wire.read_head().await.starts_with("http/1.1 101"));
        wire.write(frame).await;
        let end = wire.read_to_end().await;
        assert_eq!((end[0], &end[2..4]), (0x88, &code.to_be_bytes()[..]), "{end:?}");
        assert!(end.len() > 4, "there is a reason");
    }
}

#[tokio::test]
async fn the_subprotocol_is_selected_where_it_is_offered() {
    let server = support::start().await;
    for (path, offered, selected) in [
        (path::ECHO, None, None),
        (path::ECHO, Some("echoclock.v1"), Some(SUBPROTOCOL)),
        (path::ECHO, Some("graphql-ws, echoclock.v1"), Some(SUBPROTOCOL)),
        (path::ECHO, Some("graphql-ws"), None),
        (path::ECHO_RAW, None, None),
        (path::ECHO_RAW, Some("mqtt"), Some("mqtt")),
        (path::ECHO_RAW, Some("ocpp2.0, ocpp1.6"), Some("ocpp2.0")),
        ("/api/echo/raw?protocol=", Some("ocpp2.0, ocpp1.6"), None),
        ("/api/echo/raw?protocol=ocpp1.6", Some("ocpp2.0, ocpp1.6"), Some("ocpp1.6")),
        ("/api/clock/socket", Some("mqtt"), None),
    ] {
        let offer = offered.map(|offered| format!("sec-websocket-protocol: {offered}\r\n"));
        let mut wire = Wire::open(server.address()).await;
        wire.write(opening(path, &offer.unwrap_or_default())).await;
        let head = wire.read_head().await;
        assert!(head.starts_with("http/1.1 101"), "{head}");
        let answer = head.lines().find_map(|line| line.strip_prefix("sec-websocket-protocol: "));
        assert_eq!(answer, selected, "{path} {offered:?}");
    }
}

#[tokio::test]
async fn a_subprotocol_that_is_not_offered_is_not_selected() {
    let server = support::start().await;
    for (query, offer) in [
        ("protocol=mqtt", ""),
        ("protocol=mqtt", "sec-websocket-protocol: graphql-ws\r\n"),
        ("protocol=a&protocol=b", "sec-websocket-protocol: a, b\r\n"),
    ] {
        let mut wire = Wire::open(server.address()).await;
        wire.write(opening(&format!("{}?{query}", path::ECHO_RAW), offer)).await;
        let head = wire.read_head().await;
        assert!(head.starts_with("http/1.1 400"), "{query}: {head}");
    }
}

#[tokio::test]
async fn a_socket_opens_by_what_the_request_says_and_not_by_how() {
    let server = support::start().await;
    let rest = "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    for (first, status, said) in [
        (
            " HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\nConnection: Upgrade\r\nUpgrade: websocket",
            101,
            "s3pplmbitxaq9kygzzhzrbk+xoo=",
        ),
        (
            " HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: h2c, websocket",
            101,
            "upgrade: websocket",
        ),
        (" HTTP/1.0\r\nConnection: upgrade\r\nUpgrade: websocket", 426, "upgrade: websocket"),
        (" HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: h2c", 426, "upgrade: websocket"),
        (
            " HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 8",
            400,
            "problem",
        ),
    ] {
        for path in [path::ECHO, path::ECHO_RAW, "/api/clock/socket"] {
            let mut wire = Wire::open(server.address()).await;
            wire.write(format!("GET {path}{first}\r\n{rest}")).await;
            let head = wire.read_head().await;
            assert_eq!(head.split(' ').nth(1), Some(&*status.to_string()), "{first}: {head}");
            assert!(head.contains(said), "{first}: {head}");
        }
    }
    let mut wire = Wire::open(server.address()).await;
    let version = rest.replace("13", "7");
    wire.write(format!(
        "GET {} HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n{version}",
        path::ECHO
    ))
    .await;
    let head = wire.read_head().await;
    assert!(head.starts_with("http/1.1 426"), "{head}");
    assert!(head.contains("sec-websocket-version: 13\r\n"), "{head}");
}

#[tokio::test]
async fn what_opens_no_socket_is_told_so() {
    let server = support::start().await;
    let client = reqwest::Client::new();
    for path in [path::ECHO, path::ECHO_RAW] {
        let answer = client.get(server.http(path)).send().await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::UPGRADE_REQUIRED);
        assert_eq!(answer.headers()["upgrade"], "websocket");
        let problem: Problem = answer.json().await.expect("a problem");
        assert!(problem.detail.contains("WebSocket"), "{problem:?}");
        let answer = client.post(server.http(path)).send().await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(answer.headers()["allow"], "GET, CONNECT");
    }
}

#[tokio::test]
async fn a_socket_that_shows_no_sign_of_life_is_given_up() {
    let limits = Limits {
        socket_ping_every: Duration::from_millis(20),
        socket_silence: Duration::from_millis(100),
        close_timeout: Duration::from_millis(20),
        ..Limits::default()
    };
    let server = support::start_with(Setup { limits, ..Setup::default() }).await;
    let mut wire = Wire::open(server.address()).await;
    wire.write(opening(path::ECHO_RAW, "")).await;
    wire.read_head().await;
    let frames = wire.read_to_end().await;
    assert!(frames.starts_with(&[0x89, 0]), "pings came: {frames:?}");
    server.until_nothing_is_open().await;
}

#[tokio::test]
async fn a_client_that_does_not_read_is_given_up() {
    let write_timeout = Duration::from_millis(200);
    let limits = Limits { write_timeout, min_rate: 1_000_000, ..Limits::default() };
    let server = support::start_with(Setup { limits, ..Setup::default() }).await;
    let mut client = Client::open(server.ws(path::ECHO_RAW)).await;
    // More than the system's buffers on the way back can take.
    for _ in 0..4 {
        if client.0.send(Message::binary(vec![0; RAW_MESSAGE_MAX])).await.is_err() {
            break;
        }
    }
    server.until_nothing_is_open().await;
}

/// A socket's opening, written by hand (RFC 6455, section 1.3).
fn opening(path: &str, headers: &str) -> String {
    format!(
        "GET {path} HTTP/1.1\r\nhost: test\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\
         sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n{headers}\r\n"
    )
}

#[tokio::test]
async fn a_message_may_also_be_posted() {
    let server = support::start().await;
    let http = reqwest::Client::new();
    let post = async |body: Vec<u8>| {
        let answer = http.post(server.http(path::ECHO_ONCE)).body(body).send().await;
        answer.expect("an answer")
    };
    let longest = "x".repeat(TEXT_MAX);
    for text in ["hello", "", &longest] {
        let answer = post(say(7, text).encode().into()).await;
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(answer.headers()["content-type"], "application/json");
        let FromServer::Echo { key, text: echoed, .. } = answer.json().await.expect("a message")
        else {
            panic!("a text is echoed");
        };
        assert_eq!((key.get(), &*echoed), (7, text));
    }
    assert_eq!(server.info().await.done.echoes, 3);
    let answer = post(FromBrowser::Ping.encode().into()).await.json().await;
    assert!(matches!(answer.expect("a message"), FromServer::Pong { .. }));

    let answer = post(br#"{"type":"say","key":7,"text":1}"#.to_vec()).await;
    assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
    let FromServer::Error(fault) = answer.json().await.expect("a message") else {
        panic!("a fault is named");
    };
    assert_eq!((fault.code, fault.key), (FaultCode::BadField, SendKey::new(7)));

    for (body, status, words) in [
        (vec![b' '; ECHO_MESSAGE_MAX + 1], StatusCode::PAYLOAD_TOO_LARGE, "at most 262144 bytes"),
        (vec![b'"', 0xff, b'"'], StatusCode::BAD_REQUEST, "the body is no text"),
    ] {
        let answer = post(body).await;
        assert_eq!(answer.status(), status);
        let problem: Problem = answer.json().await.expect("a problem");
        assert!(problem.detail.contains(words), "{problem:?}");
    }
    let answer = reqwest::get(server.http(path::ECHO_ONCE)).await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(answer.headers()["allow"], "POST");
}
