//! What a socket may keep, how long it may take, and why it ends: clients that overdo it.

use std::time::Duration;

use bytes::Bytes;
use echoclock_backend::limits::{Limits, SocketRate};
use echoclock_shared::path;
use tokio::time::{sleep, timeout};

use crate::support::raw::{Raw, frame};
use crate::support::{self, PATIENCE, Server, Setup, Wire};

const CLOCK: &str = "/api/clock/socket";

async fn start(limits: Limits) -> Server {
    support::start_with(Setup { limits, ..Setup::default() }).await
}

/// As a client that does not mean well finds them.
fn limits() -> Limits {
    Limits {
        socket: SocketRate { messages: u32::MAX, bytes: u32::MAX },
        write_timeout: Duration::from_millis(500),
        close_timeout: Duration::from_millis(300),
        // So that what the system has taken gives no patience to speak of.
        min_rate: 1_000_000,
        ..Setup::default().limits
    }
}

#[tokio::test]
async fn who_does_not_read_is_not_read_and_then_given_up() {
    let server = start(limits()).await;
    for (path, first, payload) in [
        (path::ECHO, 0x89, vec![b'p'; 125]),
        (path::ECHO_RAW, 0x89, vec![]),
        (path::ECHO_RAW, 0x82, vec![b'x'; 64]),
        (path::ECHO_RAW, 0x82, vec![b'x'; 20_000]),
        (path::ECHO_RAW, 0x82, vec![b'x'; 300_000]),
        // The answer to each is much longer than the question.
        (path::ECHO, 0x81, b"{}".to_vec()),
    ] {
        let mut raw = Raw::open(&server, path).await;
        raw.flood(first, &payload).await;
        let told = raw.end(&server).await;
        assert!(told.starts_with("given up: the client did not read"), "{path} {first:x}: {told}");
        server.until_nothing_is_open().await;
        raw.until_reset().await;
    }
}

#[tokio::test]
async fn who_reads_at_last_gets_every_answer() {
    let limits = Limits { write_timeout: PATIENCE, ..limits() };
    let server = start(limits).await;
    for (first, payload) in [(0x89, vec![b'p'; 100]), (0x82, vec![b'x'; 300_000])] {
        let mut raw = Raw::open(&server, path::ECHO_RAW).await;
        let sent = raw.flood(first, &payload).await;
        let whole = sent / frame(first, &payload).len();
        assert!(whole > 2, "{whole}");
        for n in 0..whole {
            let (answered, same) = raw.next().await.expect("an answer");
            assert!(answered == if first == 0x89 { 0x8a } else { 0x82 }, "{n}: {answered:x}");
            assert!(same == payload, "{n} of {whole}");
        }
    }
}

#[tokio::test]
async fn a_message_may_take_as_long_as_it_gets_on() {
    let limits = Limits {
        socket_silence: Duration::from_millis(400),
        socket_ping_every: Duration::from_secs(60),
        min_rate: 1_000,
        ..limits()
    };
    let server = start(limits).await;
    let mut slow = Raw::open(&server, path::ECHO_RAW).await;
    let payload = vec![b'x'; 20_000];
    // One frame, so that the client can't even answer a ping meanwhile.
    for piece in frame(0x82, &payload).chunks(1_000) {
        slow.wire.write(piece).await;
        sleep(Duration::from_millis(50)).await;
    }
    assert!(slow.next().await == Some((0x82, payload)), "the echo");

    let mut stuck = Raw::open(&server, path::ECHO_RAW).await;
    stuck.send(0x02, &[b'x'; 100_000]).await;
    let pings = async {
        // The other socket stays, and this one is over while it still pings.
        while server.state.counts.open().sockets > 1 {
            stuck.wire.write(frame(0x89, b"")).await;
            sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(PATIENCE, pings).await.expect("signs of life are none of the message");
    let told = (1008, "a message came too slowly".to_owned());
    assert_eq!(stuck.until_closed().await, Some(told));
    let told = stuck.end(&server).await;
    assert_eq!(told, "closed by the server with 1008 \"a message came too slowly\"");
}

#[tokio::test]
async fn five_seconds_worth_may_come_at_once_and_one_more_is_told_why() {
    for path in [path::ECHO_RAW, path::ECHO, CLOCK] {
        // A chat's answers are messages too, and the clock's socket takes pings only.
        let first = if path == path::ECHO_RAW { 0x82 } else { 0x89 };
        let rate = SocketRate { messages: 2, bytes: u32::MAX };
        let server = start(Limits { socket: rate, ..limits() }).await;
        let mut raw = Raw::open(&server, path).await;
        raw.wire.write(frame(first, b"hello").repeat(10)).await;
        let mut echoed = 0;
        while echoed < 10 {
            let (_, payload) = raw.next().await.expect("as many as may come");
            echoed += usize::from(payload == b"hello");
        }
        raw.send(first, b"hello").await;
        let told = (1008, "more than 2 messages a second".to_owned());
        assert_eq!(raw.until_closed().await, Some(told), "{path}");

        let rate = SocketRate { messages: u32::MAX, bytes: 100 };
        let server = start(Limits { socket: rate, ..limits() }).await;
        let mut raw = Raw::open(&server, path).await;
        let half = frame(first | 0x80, &[b'x'; 119]);
        raw.wire.write(half.repeat(4)).await;
        let mut echoed = 0;
        while echoed < 4 {
            let (_, payload) = raw.next().await.expect("as many as may come");
            echoed += usize::from(payload == [b'x'; 119]);
        }
        raw.wire.write(half).await;
        let told = (1008, "more than 100 bytes a second".to_owned());
        assert_eq!(raw.until_closed().await, Some(told), "{path}");
    }
}

#[tokio::test]
async fn parts_of_a_message_are_counted_like_messages() {
    let rate = SocketRate { messages: 20, bytes: u32::MAX };
    let server = start(Limits { socket: rate, ..limits() }).await;
    let mut raw = Raw::open(&server, path::ECHO_RAW).await;
    raw.send(0x02, b"x").await;
    raw.wire.write(frame(0x00, b"x").repeat(98)).await;
    raw.send(0x80, b"x").await;
    assert_eq!(raw.next().await, Some((0x82, vec![b'x'; 100])));
    raw.send(0x02, b"x").await;
    raw.wire.write(frame(0x00, b"x").repeat(200)).await;
    let told = (1008, "more than 20 messages a second".to_owned());
    assert_eq!(raw.until_closed().await, Some(told));
}

#[tokio::test]
async fn past_the_budget_large_messages_are_refused_and_small_ones_go_on() {
    let raw_message = 1024 * 1024;
    // A client has a quarter of it. Small ones are counted as well, though not refused.
    let memory = 4 * (raw_message + 64 * 1024);
    let server = start(Limits { memory, raw_message, ..limits() }).await;
    let mut holder = Raw::open(&server, path::ECHO_RAW).await;
    // All but its end, which takes what there is.
    let large = frame(0x82, &vec![b'x'; raw_message]);
    holder.wire.write(&large[..large.len() - 1]).await;
    let mut other = Raw::open(&server, path::ECHO_RAW).await;
    let told = loop {
        // It may be early, while the first one has not grown to its size.
        other.send(0x82, &[b'y'; 100_000]).await;
        match other.next().await {
            Some((0x88, payload)) => break payload,
            Some((0x82, payload)) => assert!(payload == [b'y'; 100_000]),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(told[..2], 1013_u16.to_be_bytes());
    assert!(String::from_utf8_lossy(&told[2..]).contains("try again"), "{told:?}");
    let mut small = Raw::open(&server, path::ECHO_RAW).await;
    for size in [10, 16 * 1024] {
        let payload = vec![b'z'; size];
        // In pieces, so that it has to be kept.
        let bytes = frame(0x82, &payload);
        for piece in bytes.chunks(1 + bytes.len() / 2) {
            small.wire.write(piece).await;
            sleep(Duration::from_millis(20)).await;
        }
        assert!(small.next().await == Some((0x82, payload)), "{size}");
    }
    holder.wire.write(&large[large.len() - 1..]).await;
    assert_eq!(holder.next().await.expect("the echo").1.len(), raw_message);
    // All is given back.
    let mut last = Raw::open(&server, path::ECHO_RAW).await;
    last.wire.write(&large).await;
    assert_eq!(last.next().await.expect("the echo").1.len(), raw_message);
}

#[tokio::test]
async fn a_stuck_write_gets_its_1001_out_where_the_client_reads_at_last() {
    for reads in [true, false] {
        let limits = Limits {
            write_timeout: PATIENCE,
            close_timeout: if reads { PATIENCE } else { Duration::from_millis(300) },
            drain_at_most: PATIENCE,
            stop_after: PATIENCE,
            ..limits()
        };
        let server = start(limits).await;
        let mut raw = Raw::open(&server, path::ECHO_RAW).await;
        raw.flood_until_still_for(Duration::from_secs(2), 0x82, &vec![b'x'; 1_000_000]).await;
        server.state.drain.begin();
        let away = (1001, "the server stops".to_owned());
        if reads {
            assert_eq!(raw.until_closed().await, Some(away));
            let Wire(stream) = &raw.wire;
            let socket = socket2::SockRef::from(stream);
            socket.shutdown(std::net::Shutdown::Write).expect("it is open");
            let told = raw.end(&server).await;
            assert_eq!(told, "closed by the server with 1001 \"the server stops\"");
        } else {
            let told = raw.end(&server).await;
            assert_eq!(
                told,
                "closed by the server with 1001 \"the server stops\", which the client, stalled, \
                 did not read"
            );
            raw.until_reset().await;
        }
    }
}

#[tokio::test]
async fn every_end_is_told_as_what_it_was() {
    let limits = Limits {
        socket_ping_every: Duration::from_secs(30),
        socket_silence: Duration::from_secs(75),
        ..limits()
    };
    let server = start(limits).await;
    let raw = Raw::open(&server, path::ECHO_RAW).await;
    let Wire(stream) = &raw.wire;
    socket2::SockRef::from(stream).shutdown(std::net::Shutdown::Write).expect("it is open");
    let told = raw.end(&server).await;
    assert_eq!(told, "the client left without a close frame: its side ended");

    let Raw { wire: Wire(stream), id } = Raw::open(&server, path::ECHO_RAW).await;
    stream.set_zero_linger().expect("an option");
    drop(stream);
    let told = support::raw::end(&server, &id).await;
    assert!(told.starts_with("the client left without a close frame: "), "{told}");
    assert!(told.contains("reset"), "{told}");

    let limits = Limits {
        socket_ping_every: Duration::from_millis(50),
        socket_silence: Duration::from_millis(150),
        ..self::limits()
    };
    let server = start(limits).await;
    let silent = Raw::open(&server, path::ECHO_RAW).await;
    let told = silent.end(&server).await;
    assert_eq!(told, "given up: the client gave no sign of life");
}

/// Opens sockets on one connection of HTTP/2, whose streams begin with so much window.
async fn open_over_http2(server: &Server, window: u32, sockets: usize) -> Vec<Stream> {
    let Wire(stream) = Wire::open(server.address()).await;
    stream.set_nodelay(true).expect("a socket");
    let mut builder = h2::client::Builder::new();
    builder.initial_window_size(window);
    let (client, connection) = builder.handshake::<_, Bytes>(stream).await.expect("HTTP/2");
    tokio::spawn(connection);
    let mut client = client.ready().await.expect("room for a stream");
    let health = http::Request::get(server.http(path::HEALTHZ)).body(()).expect("a request");
    drop(client.send_request(health, true).expect("a stream").0.await.expect("an answer"));
    let mut streams = vec![];
    for _ in 0..sockets {
        let opening = http::Request::connect(server.http(path::ECHO_RAW))
            .extension(h2::ext::Protocol::from_static("websocket"))
            .header("sec-websocket-version", "13")
            .body(())
            .expect("a request");
        client = client.ready().await.expect("room for a stream");
        let (answer, outgoing) = client.send_request(opening, false).expect("a stream");
        let answer = answer.await.expect("an answer");
        assert_eq!(answer.status(), 200);
        streams.push((outgoing, answer.into_body()));
    }
    streams
}

type Stream = (h2::SendStream<Bytes>, h2::RecvStream);

#[tokio::test]
async fn over_http2_who_gives_no_window_is_given_up_as_well() {
    let server = start(limits()).await;
    for payload in [vec![b'x'; 100], vec![b'x'; 60_000]] {
        let mut streams = open_over_http2(&server, 0, 4).await;
        for (outgoing, _) in &mut streams {
            let frames: Bytes = frame(0x82, &payload).repeat(1 + 60_000 / payload.len()).into();
            outgoing.send_data(frames, false).expect("it is open");
        }
        support::until("an echo", || server.state.counts.open().sockets == 4).await;
        server.until_nothing_is_open().await;
    }
}

#[tokio::test]
async fn over_http2_a_socket_takes_memory_once_it_is_not_read() {
    let limits = Limits { write_timeout: PATIENCE, ..limits() };
    let server = start(limits).await;
    let mut streams = open_over_http2(&server, 0, 2).await;
    assert_eq!(server.state.memory_used(), 0);
    for (outgoing, _) in &mut streams {
        let frames: Bytes = frame(0x82, &[b'x'; 100]).repeat(400).into();
        outgoing.send_data(frames, false).expect("it is open");
    }
    let window = 128 * 1024;
    support::until("a blocked write", || server.state.memory_used() >= window).await;
    assert!(server.state.memory_used() < 2 * window, "one window for both");
    drop(streams);
    support::until("all is given back", || server.state.memory_used() == 0).await;
}

#[tokio::test]
async fn over_http2_who_takes_little_by_little_is_not_cut_off() {
    let limits = Limits { min_rate: 20_000, ..limits() };
    let server = start(limits).await;
    let streams = open_over_http2(&server, 8_000, 1).await;
    let (mut outgoing, mut incoming) = streams.into_iter().next().expect("one");
    let echo = frame(0x82, &[b'x'; 200_000]);
    let expected = echo.len() - 4;
    outgoing.send_data(echo.into(), false).expect("it is open");
    let mut taken = 0;
    // For longer than a write may be blocked at all, and faster than the least rate.
    while taken < expected {
        let part = incoming.data().await.expect("the socket is open").expect("a part");
        taken += part.len();
        sleep(Duration::from_micros(8) * part.len() as u32).await;
        incoming.flow_control().release_capacity(part.len()).expect("it was taken");
    }
    assert_eq!((taken, server.state.counts.open().sockets), (expected, 1));
}
