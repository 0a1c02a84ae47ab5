//! Limits that are reached show at `/metrics`, each by its setting's name.

use std::time::Duration;

use echoclock_backend::limits::{LedgerLimits, Limits, Places, SocketRate};
use echoclock_shared::path;
use tokio::io::AsyncWriteExt;

use crate::support::Wire;
use crate::support::asked::Asked;
use crate::support::raw::frame;
use crate::support::two::{Two, hits_of};

/// A client, as the proxy beside the server tells it.
const CLIENT: &str = "x-forwarded-for: 192.0.2.1";

const OPENING: &str = "connection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\
                       sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==";

async fn socket(server: &Two, target: &str) -> Asked {
    Asked::at(server.at, &format!("GET {target} HTTP/1.1\r\n{OPENING}\r\n{CLIENT}")).await
}

async fn get(server: &Two, target: &str) -> Asked {
    Asked::at(server.at, &format!("GET {target} HTTP/1.1\r\n{CLIENT}")).await
}

#[tokio::test]
async fn places_that_are_taken_are_counted_by_whose_limit_it_is() {
    let few = Places { sockets: 1, streams: 1, polls: 1, ..Places::PER_CLIENT };
    let all = Places { streams: 2, connections: 40, ..Places::IN_ALL };
    let server = Two::start(Limits { in_all: all, per_client: few, ..Limits::default() }).await;
    let mut held = vec![socket(&server, path::ECHO).await, get(&server, "/api/clock/stream").await];
    held.push(
        Asked::at(server.at, "GET /api/clock/stream HTTP/1.1\r\nx-forwarded-for: 192.0.2.2").await,
    );
    assert_eq!(socket(&server, path::ECHO).await.status(), 429);
    for _ in 0..2 {
        assert_eq!(get(&server, "/api/clock/stream").await.status(), 429);
    }
    let other = "GET /api/clock/events HTTP/1.1\r\nx-forwarded-for: 192.0.2.3";
    assert_eq!(Asked::at(server.at, other).await.status(), 200, "it is told within the stream");
    let post = format!("POST {} HTTP/1.1\r\n{CLIENT}\r\ncontent-length: 9", path::ECHO_ONCE);
    let mut waits = Wire::open(server.at).await;
    waits.write(format!("{post}\r\nhost: a\r\n\r\n")).await;
    server.until("echoclock_limit_used{limit=\"polls\"}", 1.0).await;
    assert_eq!(Asked::at(server.at, &post).await.status(), 429);
    let scrape = server.scrape().await;
    for (limit, hits) in [
        ("client-sockets", 1.0),
        ("client-streams", 2.0),
        ("streams", 1.0),
        ("client-polls", 1.0),
        ("sockets", 0.0),
        ("polls", 0.0),
    ] {
        assert_eq!(scrape.hits(limit), hits, "{limit}");
    }
    assert_eq!(scrape.value("echoclock_refusals_total{reason=\"limit\"}"), 5.0);
    // Connections on which something is under way make no room.
    let mut crowd = vec![];
    while server.scrape().await.hits("connections") == 0.0 {
        crowd.push(Wire::open(server.at).await);
        assert!(crowd.len() < 100, "there are no more than 40");
    }
}

#[tokio::test]
async fn requests_past_the_rate_are_counted() {
    let own = Places { requests: 2, ..Places::PER_CLIENT };
    let server = Two::start(Limits { per_client: own, ..Limits::default() }).await;
    while get(&server, "/api/nowhere").await.status() != 429 {}
    assert!(server.scrape().await.hits("client-requests") >= 1.0);
}

#[tokio::test]
async fn what_a_socket_says_past_a_limit_is_counted() {
    let large = Limits { raw_message: 2_000_000, memory: 4_000_000, ..Limits::default() };
    let often =
        |messages, bytes| Limits { socket: SocketRate { messages, bytes }, ..Limits::default() };
    for (limit, limits, said) in [
        ("raw-max", large, frame(0x82, &vec![7; 2_000_001])),
        ("memory-budget", large, frame(0x82, &vec![7; 1_900_000])),
        // More than come back while it is said, however slow the machine is.
        ("socket-messages", often(2, 1_000_000), frame(0x81, b"x").repeat(500)),
        ("socket-bytes", often(1_000_000, 1_000), frame(0x82, &vec![7; 500_000])),
    ] {
        let server = Two::start(limits).await;
        let mut it = socket(&server, path::ECHO_RAW).await;
        assert_eq!(it.status(), 101);
        let (mut read, mut write) = it.wire.0.split();
        // It may be closed in the middle of it.
        let say = async { drop(write.write_all(&said).await) };
        let hear = async { drop(tokio::io::copy(&mut read, &mut tokio::io::sink()).await) };
        tokio::join!(say, hear);
        server.until(&hits_of(limit), 1.0).await;
    }
}

#[tokio::test]
async fn waits_in_vain_are_counted_by_the_setting_that_bounds_them() {
    let second = Duration::from_secs(1);
    let server = Two::start(Limits {
        header_timeout: second,
        idle_timeout: second,
        body_idle_timeout: second,
        write_timeout: second,
        close_timeout: second,
        socket_ping_every: second,
        socket_silence: 2 * second,
        min_rate: 0,
        ..Limits::default()
    })
    .await;
    let mut held = vec![];
    let mut silent = Wire::open(server.at).await;
    silent.write("GET / HT").await;
    held.push(silent);
    held.push(get(&server, path::HEALTHZ).await.wire);
    let mut posts = Wire::open(server.at).await;
    let post = format!("POST {} HTTP/1.1\r\nhost: a\r\ncontent-length: 9", path::ECHO_ONCE);
    posts.write(format!("{post}\r\n\r\n{{")).await;
    held.push(posts);
    held.push(socket(&server, path::ECHO).await.wire);
    // It does not read what it asks for.
    let mut stalled = socket(&server, path::ECHO_RAW).await;
    stalled.wire.write(frame(0x82, &vec![7; 1_000_000])).await;
    held.push(stalled.wire);
    // Nor does it answer a close frame.
    let mut closed = socket(&server, "/api/clock/socket").await;
    closed.wire.write(frame(0x81, b"x")).await;
    held.push(closed.wire);
    for limit in [
        "header-timeout",
        "idle-timeout",
        "body-idle-timeout",
        "socket-ping-every",
        "socket-silence",
        "close-timeout",
        "write-timeout",
    ] {
        server.until(&hits_of(limit), 1.0).await;
    }
    let scrape = server.scrape().await;
    assert_eq!((scrape.hits("body-timeout"), scrape.hits("min-rate")), (0.0, 0.0));
}

#[tokio::test]
async fn who_gets_on_too_slowly_is_told_from_who_stands_still() {
    let second = Duration::from_secs(1);
    let limits = Limits { body_idle_timeout: 4 * second, min_rate: 1_000, ..Limits::default() };
    let server = Two::start(limits).await;
    let mut slow = Wire::open(server.at).await;
    let post = format!("POST {} HTTP/1.1\r\nhost: a\r\ncontent-length: 99", path::ECHO_ONCE);
    slow.write(format!("{post}\r\n\r\n{{")).await;
    let drip = async {
        loop {
            tokio::time::sleep(second / 5).await;
            if slow.0.write_all(b" ").await.is_err() {
                return std::future::pending().await;
            }
        }
    };
    let count = hits_of("min-rate");
    tokio::select! {
        () = server.until(&count, 1.0) => {}
        () = drip => {}
    }
    assert_eq!(server.scrape().await.hits("body-idle-timeout"), 0.0);
}

#[tokio::test]
async fn what_ledgers_leave_out_is_counted() {
    let few = LedgerLimits { links: 2, entries: 16, text: 10, head: 20, ..LedgerLimits::default() };
    let small = LedgerLimits { bytes: 20_000, link_bytes: 5_000, ..LedgerLimits::default() };
    let brief = LedgerLimits { age: Duration::from_millis(200), ..LedgerLimits::default() };
    for (ledger, limits) in [
        (few, &["ledger-links", "ledger-entries", "ledger-text", "ledger-head"][..]),
        (small, &["ledger-memory", "ledger-link-memory"]),
        (brief, &["ledger-age"]),
    ] {
        let server = Two::start(Limits { ledger, ..Limits::default() }).await;
        for link in ['a', 'b', 'c', 'd', 'e'].map(|letter| letter.to_string().repeat(22)) {
            for _ in 0..20 {
                let target = format!("/api/clock?link={link}");
                assert_eq!(get(&server, &target).await.status(), 200);
            }
        }
        for limit in limits {
            server.until(&hits_of(limit), 1.0).await;
        }
    }
}
