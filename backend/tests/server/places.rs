//! How much clients may have: each bound at its limit and one past it, for one client and for all.

use std::time::Duration;

use echoclock_backend::limits::{Limits, Places};
use echoclock_backend::origin::Allowed;
use echoclock_shared::info::{Amount, Info};
use echoclock_shared::path;
use tokio::io::AsyncReadExt;

use crate::support::asked::Asked;
use crate::support::asks::LISTED;
use crate::support::{self, PATIENCE, Server, Setup, Wire};

/// Two clients, as the proxy beside the server tells them apart; one of a household for the second.
const ONE: &str = "192.0.2.1";
const TWO: &str = "2001:db8:1:2::1";
const TWO_AS_WELL: &str = "2001:db8:1:2:ffff::2";

/// Two for each client, three for all.
const FEW: (Places, Places) = (
    Places { sockets: 3, streams: 3, polls: 3, requests: 100_000, ..Places::IN_ALL },
    Places { sockets: 2, streams: 2, polls: 2, requests: 100_000, ..Places::PER_CLIENT },
);

async fn server((in_all, per_client): (Places, Places)) -> Server {
    support::start_with(Setup { limits: limits(in_all, per_client), ..Setup::default() }).await
}

fn limits(in_all: Places, per_client: Places) -> Limits {
    Limits { in_all, per_client, drain_at_least: Duration::ZERO, ..Limits::default() }
}

#[tokio::test]
async fn streams_have_a_bound_of_ones_own_and_of_all() {
    let server = server(FEW).await;
    for target in ["stream", "frame"].map(|it| format!("{}/{it}?every=60s", path::CLOCK)) {
        let get = async |client| Asked::get(&server, client, &target).await;
        let (first, second) = (get(ONE).await, get(ONE).await);
        assert_eq!([first.status(), second.status()], [200, 200]);
        let told = get(ONE).await.refused_with(429).await;
        assert!(
            told.contains("your network has 2 streams") && told.contains("close some"),
            "{told}"
        );
        let third = get(TWO).await;
        assert_eq!(third.status(), 200, "another client is not kept out");
        let told = get(TWO_AS_WELL).await.refused_with(503).await;
        assert!(told.contains("this server has 3 streams open"), "{told}");
        drop(first);
        support::until("its end", || server.state.counts.open().streams == 2).await;
        assert_eq!(get(TWO_AS_WELL).await.status(), 200, "what one gives back another may have");
        drop((second, third));
        server.until_nothing_is_open().await;
    }
}

#[tokio::test]
async fn an_event_stream_is_refused_within_the_stream() {
    let server = server(FEW).await;
    let target = format!("{}?every=60s", path::CLOCK_EVENTS);
    let mut held = vec![];
    for client in [ONE, ONE, TWO] {
        held.push(Asked::get(&server, client, &target).await);
    }
    for (client, status) in [(ONE, 429), (TWO, 503)] {
        let mut refused = Asked::get(&server, client, &target).await;
        assert_eq!(refused.status(), 200);
        assert!(refused.head.contains("content-type: text/event-stream"), "{}", refused.head);
        let told = refused.until("\n\n").await;
        assert!(told.starts_with("retry: ") && told.contains("event: refused\n"), "{told}");
        assert!(told.contains(&format!("\"status\":{status}")), "{told}");
    }
    drop(held);
    server.until_nothing_is_open().await;
}

#[tokio::test]
async fn sockets_have_a_bound_of_ones_own_and_of_all() {
    let server = server(FEW).await;
    for target in [path::ECHO, path::ECHO_RAW, "/api/clock/socket"] {
        let open = async |client| Asked::socket(&server, client, target).await;
        let held = [open(ONE).await, open(ONE).await, open(TWO).await];
        assert_eq!(held.each_ref().map(Asked::status), [101; 3]);
        let told = open(ONE).await.refused_with(429).await;
        assert!(told.contains("your network has 2 WebSockets open here"), "{told}");
        open(TWO_AS_WELL).await.refused_with(503).await;

        // The page learns of it by a plain request, as of whatever else keeps sockets out.
        let info = info(&server, ONE).await;
        let reason = info.socket.reason.expect("it would be refused");
        assert!(!info.socket.allowed && reason.contains("2 WebSockets"), "{reason}");
        drop(held);
        server.until_nothing_is_open().await;
        assert!(self::info(&server, ONE).await.socket.allowed);
    }
}

#[tokio::test]
async fn whoever_waits_to_be_answered_or_is_waited_for_has_a_bound() {
    let server = server(FEW).await;
    let poll = "GET /api/clock/next?every=60s&after=9007199254740991 HTTP/1.1";
    let poll = poll.replace("9007199254740991", &newest(&server).await);
    let post = format!("POST {} HTTP/1.1\r\ncontent-length: 15", path::ECHO_ONCE);
    let wait = async |said: &str, client: &str| {
        let mut wire = Wire::open(server.address()).await;
        // It leaves by a reset: who only closes its side may still read.
        wire.0.set_zero_linger().expect("the system lets it");
        wire.write(format!("{said}\r\nx-forwarded-for: {client}\r\nhost: a\r\n\r\n")).await;
        wire
    };
    for (first, second) in [(&*poll, &*post), (&*post, &*poll), (&*post, &*post)] {
        let held = [wait(first, ONE).await, wait(second, ONE).await, wait(second, TWO).await];
        support::until("them to wait", || server.state.counts.open().polls == 3).await;
        for (client, status) in [(ONE, 429), (TWO, 503)] {
            for said in [first, second] {
                let said = format!("{said}\r\nx-forwarded-for: {client}");
                let told = Asked::say(&server, &said).await.refused_with(status).await;
                assert!(told.contains("waiting requests"), "{told}");
            }
        }
        // What is answered at once is.
        assert_eq!(Asked::get(&server, ONE, path::CLOCK).await.status(), 200);
        drop(held);
        server.until_nothing_is_open().await;
    }
}

/// Returns the newest place of a slow clock, after which nothing comes for a while.
async fn newest(server: &Server) -> String {
    let mut asked = Asked::get(server, ONE, "/api/clock?every=60s").await;
    let page = asked.until("]}").await;
    let seq = page.split("\"seq\":").nth(1).expect("an item");
    seq.split(',').next().expect("a number").to_owned()
}

#[tokio::test]
async fn requests_have_a_rate_of_ones_own_and_of_all() {
    let slow = |requests| Places { requests, ..Places::IN_ALL };
    let allowed = Allowed::Listed(vec![LISTED.parse().expect(LISTED)]);
    // Too many to come back while the test runs.
    let limits = limits(slow(30), slow(20));
    let server = support::start_with(Setup { limits, allowed, ..Setup::default() }).await;
    let began = tokio::time::Instant::now();
    let mut let_in = 0;
    for _ in 0..60 {
        let asked = Asked::get(&server, ONE, "/api/nowhere").await;
        assert!([404, 429].contains(&asked.status()), "{}", asked.head);
        let_in += u32::from(asked.status() == 404);
    }
    // At the limit and not one past it, but for what has come back since.
    let back = 20.0 * began.elapsed().as_secs_f64();
    assert!((20.0..=20.0 + back).contains(&f64::from(let_in)), "{let_in} of 20 and {back}");
    let told = exhausted(&server, ONE, "/").await.refused_with(429).await;
    assert!(told.contains("your network asks more than 20 requests a second"), "{told}");

    // Another one is let in, and the household shares what it has.
    assert_eq!(Asked::get(&server, TWO, "/api/nowhere").await.status(), 404);
    for client in [TWO, TWO_AS_WELL].into_iter().cycle().take(30) {
        Asked::get(&server, client, "/api/nowhere").await;
    }
    let asked = exhausted(&server, TWO, "/api/nowhere").await;
    assert!([429, 503].contains(&asked.status()));

    // A page of a listed origin can read why, and an event stream says it in its own way.
    let said = format!("GET {} HTTP/1.1\r\nx-forwarded-for: {ONE}\r\norigin: {LISTED}", path::INFO);
    let asked = loop {
        let asked = Asked::say(&server, &said).await;
        if asked.status() == 429 {
            break asked;
        }
    };
    assert!(
        asked.head.contains(&format!("access-control-allow-origin: {LISTED}")),
        "{}",
        asked.head
    );
    for target in [path::CLOCK_EVENTS, "/api/clock/%65vents"] {
        let mut asked = loop {
            let mut asked = Asked::get(&server, ONE, target).await;
            if asked.until("\n\n").await.contains("event: refused") {
                break asked;
            }
        };
        assert_eq!(asked.status(), 200);
        assert!(!asked.head.contains("retry-after"), "{}", asked.head);
        asked.wire.write("GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n").await;
        assert!(asked.until("ok\n").await.contains("200 OK"), "the connection goes on");
    }
    // Whether the process lives is always answered.
    for _ in 0..100 {
        assert_eq!(Asked::get(&server, ONE, path::HEALTHZ).await.status(), 200);
    }
    // Refusals cost nothing of the rate, so that it comes back by itself.
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(Asked::get(&server, ONE, "/api/nowhere").await.status(), 404);
}

/// Asks until it is refused.
async fn exhausted(server: &Server, client: &str, target: &str) -> Asked {
    loop {
        let asked = Asked::get(server, client, target).await;
        if [429, 503].contains(&asked.status()) {
            return asked;
        }
    }
}

async fn info(server: &Server, client: &str) -> Info {
    let asked = reqwest::Client::new().get(server.http(path::INFO));
    let asked = asked.header("x-forwarded-for", client).send().await.expect("an answer");
    asked.json().await.expect("an Info")
}

#[tokio::test]
async fn what_there_may_be_and_what_is_taken_of_it_is_told() {
    let server = server(FEW).await;
    let _stream = Asked::get(&server, ONE, "/api/clock/stream").await;
    let _socket = Asked::socket(&server, TWO, path::ECHO).await;
    support::until("both", || server.state.counts.open().sockets == 1).await;
    for (client, streams, sockets) in [(ONE, 1, 0), (TWO_AS_WELL, 0, 1)] {
        let bounds = info(&server, client).await.bounds.expect("it is told");
        let amount = |taken, max| Amount { taken, max };
        assert_eq!(bounds.streams.in_all, amount(1, 3));
        assert_eq!(bounds.streams.yours, Some(amount(streams, 2)), "{client}");
        assert_eq!(bounds.sockets.in_all, amount(1, 3));
        assert_eq!(bounds.sockets.yours, Some(amount(sockets, 2)), "{client}");
        assert_eq!(bounds.polls.in_all, amount(0, 3));
        assert_eq!(bounds.connections.in_all.max, 10_000);
        let files = bounds.files.expect("they are told");
        assert_eq!((files.in_all, files.yours), (amount(0, 256), Some(amount(0, 32))));
        let memory = bounds.memory.expect("it is told");
        assert_eq!(memory.max, 256 * 1024 * 1024);
        let each = bounds.each.expect("it is told");
        assert_eq!((each.socket_messages, each.socket_bytes), (1_000, 16 * 1024 * 1024));
        assert_eq!((each.raw_max, each.http2_streams, each.min_rate), (1024 * 1024, 100, 1_024));
        assert!(bounds.connections.in_all.taken >= 3, "{bounds:?}");
        assert_eq!(bounds.connections.yours, None, "a proxy's are those of many");
        let asked = bounds.requests.yours.expect("each has a rate");
        assert_eq!(asked.max, 100_000);
    }
}

#[tokio::test]
async fn a_place_is_given_back_however_its_holder_ends() {
    let server = server(FEW).await;
    let all = || server.state.counts.open();
    for _ in 0..3 {
        // Refused by what comes after: a subprotocol that is not offered, a query, a method.
        for target in ["/api/echo/raw?protocol=x", "/api/clock/socket?x=y"] {
            assert_eq!(Asked::socket(&server, ONE, target).await.status(), 400, "{target}");
        }
        for target in
            ["/api/clock/events?x=y", "/api/clock/stream?after=x", "/api/clock/next?wait=x"]
        {
            assert_eq!(Asked::get(&server, ONE, target).await.status(), 400, "{target}");
        }
        // A HEAD has no body that could go on.
        for way in ["events", "stream", "frame"] {
            let said = format!("HEAD /api/clock/{way} HTTP/1.1\r\nx-forwarded-for: {ONE}");
            assert_eq!(Asked::say(&server, &said).await.status(), 200);
        }
        // A body that makes no sense, and one that is too large.
        let post = format!("POST {} HTTP/1.1\r\nx-forwarded-for: {ONE}", path::ECHO_ONCE);
        for (length, status) in [("0", 400), ("99999999", 413)] {
            let said = format!("{post}\r\ncontent-length: {length}");
            assert_eq!(Asked::say(&server, &said).await.status(), status);
        }
        assert_eq!(Asked::get(&server, ONE, "/api/clock/next").await.status(), 200);
    }
    server.until_nothing_is_open().await;
    // The end of the server is one for all of them.
    let held = [
        Asked::get(&server, ONE, "/api/clock/events?every=60s").await,
        Asked::socket(&server, ONE, path::ECHO).await,
        Asked::socket(&server, TWO, "/api/clock/socket?every=60s").await,
    ];
    support::until("all of them", || (all().streams, all().sockets) == (1, 2)).await;
    let state = server.state.clone();
    server.stop().await;
    assert_eq!(state.counts.open(), echoclock_shared::info::Open::default());
    drop(held);
}

#[tokio::test]
async fn who_asks_too_often_whether_the_server_lives_is_told_later() {
    let rate = |requests, polls| Places { requests, polls, ..Places::IN_ALL };
    let server = server((rate(100_000, 9), rate(1, 1))).await;
    let since = tokio::time::Instant::now();
    for target in [path::HEALTHZ, path::READYZ, path::HEALTHZ, path::READYZ, path::HEALTHZ] {
        assert_eq!(Asked::get(&server, ONE, target).await.status(), 200);
    }
    // One is within the rate, another is while it takes no more than two seconds.
    let took = since.elapsed();
    assert!(took >= Duration::from_millis(300), "{took:?}");
    // To wait takes a place, of which it has none left.
    let mut waits = Wire::open(server.address()).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let post = format!("POST {} HTTP/1.1\r\nhost: a\r\ncontent-length: 15", path::ECHO_ONCE);
    waits.write(format!("{post}\r\nx-forwarded-for: {ONE}\r\n\r\n{{")).await;
    support::until("it to wait", || server.state.counts.open().polls == 1).await;
    while Asked::get(&server, ONE, path::HEALTHZ).await.status() != 429 {}
    assert_eq!(Asked::get(&server, TWO, path::HEALTHZ).await.status(), 200);
}

#[tokio::test]
async fn a_client_has_a_part_of_the_memory() {
    const MESSAGE: usize = 400 * 1024;
    let memory = 4 * 1024 * 1024;
    let limits = Limits { memory, ..limits(Places::IN_ALL, Places::PER_CLIENT) };
    let server = support::start_with(Setup { limits, ..Setup::default() }).await;
    let used = || server.state.memory_used();
    let message = support::raw::frame(0x82, &vec![7; MESSAGE]);
    let (most, last) = message.split_at(message.len() - 1);
    // One has as much as it may: a quarter of all.
    let mut held = vec![];
    for number in 1..=2 {
        let mut one = Asked::socket(&server, ONE, path::ECHO_RAW).await;
        one.wire.write(most).await;
        support::until("what came", || used() >= number * (MESSAGE - 64 * 1024)).await;
        held.push(one);
    }
    let mut third = Asked::socket(&server, ONE, path::ECHO_RAW).await;
    // It may be refused in the middle of it.
    let _ = tokio::io::AsyncWriteExt::write_all(&mut third.wire.0, most).await;
    let close = third.wire.read_to_end().await;
    assert!(close.starts_with(&[0x88]) && close[2..4] == 1013_u16.to_be_bytes(), "{close:?}");
    assert!(used() <= memory / 4, "{}", used());
    // Of which another learns nothing.
    let mut other = Asked::socket(&server, TWO, path::ECHO_RAW).await;
    other.wire.write(&message).await;
    echoed(&mut other.wire, MESSAGE).await;
    // What is given back is there again.
    drop((held.pop(), other));
    support::until("what is left", || used() < 2 * MESSAGE - 128 * 1024).await;
    let mut first = held.pop().expect("there were two");
    first.wire.write(last).await;
    echoed(&mut first.wire, MESSAGE).await;
    drop(first);
    support::until("nothing", || used() == 0).await;
}

/// Reads a message of so many bytes.
async fn echoed(wire: &mut Wire, length: usize) {
    let mut frame = vec![0; 10 + length];
    let read = tokio::time::timeout(PATIENCE, wire.0.read_exact(&mut frame)).await;
    read.expect("the echo").expect("it is whole");
    assert_eq!((frame[0], frame[1]), (0x82, 127));
    assert!(frame[10..].iter().all(|byte| *byte == 7));
}
