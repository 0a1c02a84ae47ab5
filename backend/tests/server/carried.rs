//! What large and endless answers cost, and what becomes of a connection that carries them.

use std::sync::Arc;
use std::time::Duration;

use echoclock_backend::feed::{Asked, Encoding, Follower, Shared};
use echoclock_backend::limits::Limits;
use echoclock_shared::feed::{Period, Seq};
use echoclock_shared::ledger::{LedgerId, What};
use echoclock_shared::path;
use echoclock_shared::transport::Transport;
use http::header::CONTENT_LENGTH;
use reqwest::Client;
use tokio::io::AsyncReadExt;
use tokio::net::TcpSocket;
use tokio::time::Instant;

use crate::support::clock::ManualClock;
use crate::support::log::Log;
use crate::support::notes::Notes;
use crate::support::{self, Server, Setup, Wire};

/// The newest place: more than is kept are before it.
const NEWEST: u64 = 5_000;

async fn server() -> (Server, Arc<ManualClock>) {
    let wall = Arc::new(ManualClock::new(NEWEST * 1_000));
    (support::start_with(Setup { wall: wall.clone(), ..Setup::default() }).await, wall)
}

fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: test\r\n\r\n")
}

fn encoded(server: &Server) -> u64 {
    server.state.clocks.feed(Period::S1).encoded()
}

fn versions() -> [Client; 2] {
    let builders = [Client::builder().http1_only(), Client::builder().http2_prior_knowledge()];
    builders.map(|builder| builder.build().expect("a client"))
}

/// Reads until `end` has come.
async fn read_until(wire: &mut Wire, end: &str) -> String {
    let mut seen = vec![];
    while !String::from_utf8_lossy(&seen).contains(end) {
        assert_ne!(wire.0.read_buf(&mut seen).await.expect("there is more"), 0, "{seen:?}");
    }
    String::from_utf8(seen).expect("text")
}

#[tokio::test]
async fn a_head_does_no_work_and_waits_for_nothing() {
    let (server, _) = server().await;
    for client in versions() {
        for transport in Transport::ALL.into_iter().filter(|it| *it != Transport::Socket) {
            let target = format!("{}?after=0", server.http(&transport.of(path::CLOCK)));
            let waits = if transport == Transport::LongPoll { "&wait=60" } else { "" };
            for target in [format!("{target}{waits}"), target.replace("=0", "=5000") + waits] {
                let asked = Instant::now();
                let answer = client.head(&target).send().await.expect("an answer");
                assert!(asked.elapsed() < Duration::from_secs(5), "{target}");
                assert_eq!(answer.status(), 200, "{target}");
                assert_eq!(answer.headers().get(CONTENT_LENGTH), None, "{target}");
                let whole = client.get(&target).send();
                if !transport.is_pushed() && target.ends_with("=0") {
                    let whole = whole.await.expect("an answer");
                    let media_type = |it: &reqwest::Response| it.headers()["content-type"].clone();
                    assert_eq!(media_type(&answer), media_type(&whole), "{target}");
                }
            }
            let wrong = server.http(&format!("{}?after=x", transport.of(path::CLOCK)));
            let answer = client.head(wrong).send().await.expect("an answer");
            assert_eq!(answer.status(), 400, "{transport}");
        }
    }
    let only_the_pages = encoded(&server);
    assert!(only_the_pages <= Period::S1.retained(), "{only_the_pages} were encoded");
    server.until_nothing_is_open().await;
}

#[tokio::test]
async fn a_page_is_put_together_from_what_was_encoded_once() {
    let (server, wall) = server().await;
    let page = async |client: &Client, after: u64| {
        let target = format!("{}?after={after}", server.http(path::CLOCK));
        let answer = client.get(target).send().await.expect("an answer");
        let length = answer.headers()[CONTENT_LENGTH].to_str().expect("text").to_owned();
        let page = answer.text().await.expect("a page");
        assert_eq!(length, page.len().to_string());
        page
    };
    let oldest = NEWEST - Period::S1.retained() + 1;
    let tick = |place| serde_json::to_string(&Period::S1.tick(Seq::new(place))).expect("JSON");
    let written = |first: u64, last: u64, gap: &str| {
        let items: Vec<_> = (first..=last).map(tick).collect();
        format!("{{\"items\":[{gap}{}]}}", items.join(","))
    };
    let gap = format!("{{\"gap\":{{\"oldest\":{oldest}}}}},");
    let clients = versions();
    for client in &clients {
        assert_eq!(page(client, 0).await, written(oldest, NEWEST, &gap));
    }
    let all = encoded(&server);
    assert!(all >= Period::S1.retained(), "{all}");
    for after in [oldest - 1, oldest, 1_791, 1_792, 2_047, 2_048, 3_000, NEWEST - 33, NEWEST - 1] {
        assert_eq!(page(&clients[0], after).await, written(after + 1, NEWEST, ""), "{after}");
    }
    assert_eq!(page(&clients[0], NEWEST).await, "{\"items\":[]}");
    assert_eq!(encoded(&server), all, "all of them had been encoded");
    // As time goes on, what is there is made longer.
    for newest in NEWEST + 1..NEWEST + 200 {
        wall.set(newest * 1_000);
        assert_eq!(page(&clients[0], newest - 300).await, written(newest - 299, newest, ""));
    }
    let more = encoded(&server) - all;
    assert!((199..=2 * 200).contains(&more), "{more} more were encoded");
}

#[tokio::test]
async fn large_replays_are_encoded_once_for_all_who_ask_at_once() {
    let (server, _) = server().await;
    let feed = server.state.clocks.feed(Period::S1);
    let replays = (0..50).map(|_| async {
        let asked = Asked::After(Seq::new(NEWEST - 3_000));
        let mut follower = Follower::new(Arc::clone(feed), Encoding::Events, asked).expect("near");
        let mut items = 0;
        while follower.is_behind() {
            items += follower.next().await.expect("it goes on").len();
        }
        items
    });
    let items = futures_util::future::join_all(replays).await;
    assert_eq!(items, [3_000; 50]);
    assert!((3_000..3_200).contains(&encoded(&server)), "{}", encoded(&server));
}

#[tokio::test]
async fn a_connection_goes_on_behind_an_endless_answer_that_has_ended() {
    for target in ["events", "stream", "frame"] {
        let (server, wall) = server().await;
        let mut wire = Wire::open(server.address()).await;
        // The second request was read with the first one, and the third comes meanwhile.
        wire.write(get(&format!("/api/clock/{target}")) + &get("/healthz")).await;
        read_until(&mut wire, "5000").await;
        wire.write(get("/api/info")).await;
        wall.set((NEWEST + 1) * 1_000);
        read_until(&mut wire, "5001").await;
        server.state.drain.begin();
        let rest = read_until(&mut wire, "\"instance\"").await;
        assert!(rest.contains("\r\n0\r\n\r\nHTTP/1.1 200 OK\r\n"), "{rest}");
        assert!(rest.contains("\r\n\r\nok\nHTTP/1.1 200 OK\r\n"), "{rest}");
        server.until_nothing_is_open().await;
    }
}

#[tokio::test]
async fn much_that_was_read_ahead_is_not_kept_for_as_long_as_an_endless_answer_lasts() {
    let with = |target: &str, more: usize| {
        format!("GET {target} HTTP/1.1\r\nhost: test\r\nx: {}\r\n\r\n", "x".repeat(more))
    };
    // Behind a short head not much is read, and the rest waits in the system's buffer.
    for (first, second, goes_on) in
        [(0, 5_000, true), (2_000, 700, true), (2_000, 1_100, false), (2_000, 50_000, false)]
    {
        let (server, _) = server().await;
        let mut wire = Wire::open(server.address()).await;
        wire.write(with("/api/clock/events", first) + &with("/healthz", second)).await;
        read_until(&mut wire, "id: 5000\n").await;
        server.state.drain.begin();
        if goes_on {
            let rest = read_until(&mut wire, "ok\n").await;
            assert!(rest.contains("\r\n0\r\n\r\nHTTP/1.1 200 OK\r\n"), "{second}: {rest}");
        } else {
            let rest = String::from_utf8(wire.read_to_end().await).expect("text");
            assert!(rest.ends_with("\r\n0\r\n\r\n"), "{second}: {rest}");
            assert!(!rest.contains("HTTP/1"), "{second}: {rest}");
        }
        server.until_nothing_is_open().await;
    }
}

#[tokio::test]
async fn a_connection_is_idle_once_its_endless_answer_has_ended() {
    let limits = Limits { idle_timeout: Duration::from_millis(300), ..Limits::default() };
    let wall = Arc::new(ManualClock::new(NEWEST * 1_000));
    let server =
        support::start_with(Setup { limits, wall: wall.clone(), ..Setup::default() }).await;
    let mut wire = Wire::open(server.address()).await;
    wire.write(get("/api/clock/events")).await;
    read_until(&mut wire, "id: 5000\n").await;
    wall.set((NEWEST + 1) * 1_000);
    read_until(&mut wire, "id: 5001\n").await;
    tokio::time::sleep(2 * limits.idle_timeout).await;
    server.state.drain.begin();
    let rest = tokio::time::timeout(Duration::from_secs(20), wire.read_to_end()).await;
    assert!(rest.expect("it is not kept").ends_with(b"\r\n0\r\n\r\n"));
}

#[tokio::test]
async fn a_connection_ends_with_an_endless_answer_where_that_was_said() {
    let closes = "GET /api/clock/events HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n";
    let old = "GET /api/clock/events HTTP/1.0\r\nconnection: keep-alive\r\n\r\n";
    let body = "GET /api/clock/events HTTP/1.1\r\nhost: test\r\ncontent-length: 4\r\n\r\nbody";
    for (request, is_chunked) in [(closes, true), (old, false), (body, true)] {
        let (server, wall) = server().await;
        let mut wire = Wire::open(server.address()).await;
        wire.write(request.to_owned() + &get("/healthz")).await;
        let begun = read_until(&mut wire, "id: 5000\n").await;
        assert!(begun.contains("connection: close\r\n"), "{begun}");
        wall.set((NEWEST + 2) * 1_000);
        // Chunks, or the bytes as they are, and each item by itself.
        let item =
            |seq: u64| format!("\"seq\":{seq},\"due\":\"1970-01-01T01:23:2{}.000Z\"", seq % 10);
        let goes_on = read_until(&mut wire, "id: 5002\n").await;
        assert!(goes_on.contains(&item(5_001)), "{goes_on}");
        server.state.drain.begin();
        let rest = String::from_utf8(wire.read_to_end().await).expect("text");
        assert_eq!(rest.ends_with("\n\n\r\n0\r\n\r\n"), is_chunked, "{rest}");
        assert!(is_chunked || rest.ends_with("\n\n"), "{rest}");
        assert!(!rest.contains("HTTP/1"), "{rest}");
        server.until_nothing_is_open().await;
    }
}

#[tokio::test]
async fn a_stream_that_is_read_byte_by_byte_is_whole() {
    let (server, _) = server().await;
    let mut wire = Wire::open(server.address()).await;
    wire.write(get("/api/clock/stream?after=1400")).await;
    let mut seen = vec![];
    for _ in 0..4_000 {
        seen.push(wire.0.read_u8().await.expect("there is more"));
    }
    while !seen.ends_with(b"\n\r\n") || !String::from_utf8_lossy(&seen).contains(":5000,") {
        assert_ne!(wire.0.read_buf(&mut seen).await.expect("there is more"), 0);
    }
    let seen = String::from_utf8(seen).expect("text");
    let (_, mut chunks) = seen.split_once("\r\n\r\n").expect("a head");
    for place in 1_401..=NEWEST {
        let item = format!(
            "{}\n",
            serde_json::to_string(&Period::S1.tick(Seq::new(place))).expect("JSON")
        );
        let chunk = format!("{:X}\r\n{item}\r\n", item.len());
        chunks = chunks.strip_prefix(&*chunk).unwrap_or_else(|| panic!("no {chunk} in {chunks}"));
    }
}

#[tokio::test]
async fn a_long_poll_is_not_kept_for_a_client_that_may_have_left() {
    let (server, _) = server().await;
    let mut wire = Wire::open(server.address()).await;
    wire.write(get("/api/clock/next?after=5000&wait=60")).await;
    support::until("the poll to wait", || server.state.counts.open().polls == 1).await;
    let left = Instant::now();
    drop(wire);
    server.until_nothing_is_open().await;
    assert!(left.elapsed() < Duration::from_secs(20), "{:?}", left.elapsed());
}

#[tokio::test]
async fn who_leaves_a_carried_stream_leaves_nothing_behind() {
    let (server, wall) = server().await;
    let mut wires = vec![];
    for _ in 0..20 {
        let mut wire = Wire::open(server.address()).await;
        wire.write(get("/api/clock/events")).await;
        read_until(&mut wire, "id: 5000\n").await;
        wires.push(wire);
    }
    wires.truncate(10);
    for second in 1..4 {
        wall.set((NEWEST + second) * 1_000);
        for wire in &mut wires {
            read_until(wire, &format!("id: {}\n", NEWEST + second)).await;
        }
    }
    support::until("those who left to be gone", || server.state.counts.open().streams == 10).await;
    drop(wires);
    server.until_nothing_is_open().await;
}

#[tokio::test]
async fn a_stream_that_nobody_read_when_the_server_stopped_says_so_wherever_it_is_told() {
    let log = Log::of_this_process();
    let limits = Limits {
        drain_at_least: Duration::from_millis(10),
        drain_at_most: Duration::from_millis(50),
        stop_after: Duration::from_millis(500),
        ..Limits::default()
    };
    let wall = Arc::new(ManualClock::new(NEWEST * 1_000));
    let server =
        support::start_with(Setup { limits, wall: wall.clone(), ..Setup::default() }).await;
    let id = LedgerId::from_random(u128::MAX / 3);
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_recv_buffer_size(4 * 1024).expect("it takes little");
    let mut wire = Wire(socket.connect(server.address()).await.expect("the server accepts"));
    let port = wire.0.local_addr().expect("an address").port();
    wire.write(get(&format!("/api/clock/events?link={id}"))).await;
    let mut other = Wire::open(server.address()).await;
    other.write(get("/api/clock/events")).await;
    read_until(&mut other, "id: 5000\n").await;
    let sent = || server.state.ledgers.read(&id).map_or(0, |ledger| ledger.totals.sent);
    // A few items wait, as they do where one comes after the other.
    let (mut newest, mut before, mut rounds) = (NEWEST, 0, 0);
    while rounds < 4 {
        newest += 8;
        wall.set(newest * 1_000);
        read_until(&mut other, &format!("id: {newest}\n")).await;
        rounds = if sent() == before { rounds + 1 } else { 0 };
        before = sent();
    }
    let ledgers = server.state.ledgers.clone();
    server.stop().await;
    let reason = "the client did not read on";
    let closed = log.lines(&["stream closed", &format!(":{port} ")]);
    assert!(matches!(&closed[..], [one] if one.contains(reason)), "{closed:?}");
    let ledger = ledgers.read(&id).expect("it is kept");
    let is_end = |what: &What| matches!(what, What::Ended { reason: it } if it == reason);
    assert!(ledger.entries.iter().any(|entry| is_end(&entry.what)), "{ledger:?}");
}

#[tokio::test]
async fn large_items_go_out_few_at_a_time() {
    let notes = Notes::new(50_000);
    notes.write_up_to(Notes::RETAINED);
    let shared = Arc::new(Shared::new(notes));
    for encoding in [Encoding::Json, Encoding::Lines] {
        // The second one finds what is kept for the first.
        for _ in 0..2 {
            let asked = Asked::After(Seq::new(0));
            let mut follower =
                Follower::new(Arc::clone(&shared), encoding, asked).expect("it is there");
            let mut got = 0;
            while got < Notes::RETAINED {
                let items = follower.next().await.expect("more");
                let bytes: usize = items.iter().map(bytes::Bytes::len).sum();
                assert!(bytes < 256 * 1024 + 51_000, "{} items of {bytes} bytes", items.len());
                for item in items {
                    got += 1;
                    let place = format!("\"seq\":{got},");
                    assert!(String::from_utf8_lossy(&item[..99]).contains(&place), "{place}");
                }
            }
            assert_eq!(got, Notes::RETAINED);
        }
    }
}
