//! How sockets end: no wait for what can't come, and an end that stays to be read.

use std::future::pending;
use std::time::Duration;

use echoclock_backend::limits::{Limits, SocketRate};
use echoclock_shared::path;
use tokio::io::AsyncWriteExt;

use crate::support::raw::{Raw, end, frame};
use crate::support::{self, PATIENCE, Server, Setup};

/// A server that would wait for very long for a client's part.
async fn start(rate: SocketRate) -> Server {
    let limits = Limits {
        socket: rate,
        write_timeout: PATIENCE,
        close_timeout: 10 * PATIENCE,
        ..Setup::default().limits
    };
    support::start_with(Setup { limits, ..Setup::default() }).await
}

const ANY_RATE: SocketRate = SocketRate { messages: u32::MAX, bytes: u32::MAX };

#[tokio::test]
async fn a_bad_close_frame_is_the_last_all_the_same() {
    let server = start(ANY_RATE).await;
    for (payload, code, reason) in [
        (&b"\x03\xe8\xff\xff"[..], 1007, "a close frame's reason was not UTF-8"),
        (b"\x03", 1002, "a close frame has half a code"),
    ] {
        let mut raw = Raw::open(&server, path::ECHO_RAW).await;
        raw.send(0x88, payload).await;
        assert_eq!(raw.until_closed().await, Some((code, reason.to_owned())));
        assert_eq!(raw.next().await, None);
    }
}

#[tokio::test]
async fn a_close_frame_is_no_message_too_many() {
    let server = start(SocketRate { messages: 2, bytes: u32::MAX }).await;
    let mut raw = Raw::open(&server, path::ECHO_RAW).await;
    let frames = [frame(0x82, b"x").repeat(10), frame(0x88, b"\x03\xe8bye")].concat();
    raw.wire.write(frames).await;
    assert_eq!(raw.until_closed().await, Some((1000, "bye".to_owned())));
}

#[tokio::test]
async fn a_close_frame_that_has_come_already_is_seen_when_the_server_stops() {
    let server = start(ANY_RATE).await;
    let mut raw = Raw::open(&server, path::ECHO).await;
    // Their answers are much longer, so that the close frame waits behind them.
    let frames = [frame(0x81, b"{}").repeat(7_000), frame(0x88, b"\x03\xe8")].concat();
    raw.wire.write(frames).await;
    support::until("a blocked write", || server.state.memory_used() > 32 * 1024).await;
    server.state.drain.begin();
    let away = (1001, "the server stops".to_owned());
    assert_eq!(raw.until_closed().await, Some(away));
    assert_eq!(raw.next().await, None);
}

#[tokio::test]
async fn who_goes_on_after_the_end_is_read_no_more_and_pushes_no_reason_out() {
    for close_timeout in [Duration::from_millis(300), 10 * PATIENCE] {
        let limits = Limits { socket: ANY_RATE, close_timeout, ..Setup::default().limits };
        let server = support::start_with(Setup { limits, ..Setup::default() }).await;
        let mut raw = Raw::open(&server, path::ECHO_RAW).await;
        raw.send(0x82, &vec![b'x'; 2 * 1024 * 1024]).await;
        let frames = frame(0x8a, &[b'x'; 125]).repeat(100);
        let told = end(&server, &raw.id);
        let flood = async {
            while raw.wire.0.write_all(&frames).await.is_ok() {}
            pending::<()>().await;
        };
        let told = tokio::select! { told = told => told, () = flood => unreachable!("it waits") };
        assert!(told.starts_with("closed by the server with 1009"), "{told}");
    }
}
