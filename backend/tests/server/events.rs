//! The clock as Server-Sent Events, over HTTP and by a real client.

use std::time::Duration;

use axum::body::Body;
use echoclock_shared::feed::{ConnectTime, Gap, Item, Period, Seq, Tick};
use echoclock_shared::path;
use echoclock_shared::problem::{MEDIA_TYPE, Problem};
use futures_util::StreamExt;
use http::{Request, StatusCode};
use http_body_util::BodyExt;
use reqwest_eventsource::{Event, EventSource, retry::Never};
use tower::ServiceExt;

use crate::support::clock::{ManualClock, PausedClock};
use crate::support::{self, Server, Setup, Wire};

/// An event as a client sees it.
#[derive(Debug, Eq, PartialEq)]
struct Seen {
    name: String,
    id: String,
    data: String,
}

impl Seen {
    fn item(&self) -> Item<Tick> {
        assert_eq!(self.name, "message");
        serde_json::from_str(&self.data).expect("an item")
    }

    fn tick(&self) -> Tick {
        let Item::Value(tick) = self.item() else { panic!("{self:?} is a gap") };
        assert_eq!(self.id, tick.seq.to_string());
        tick
    }
}

struct Client(EventSource);

impl Client {
    /// Opens a stream, and takes its `connecttime`.
    async fn open(
        server: &Server,
        query: &str,
        last_event_id: Option<&str>,
    ) -> (Self, ConnectTime) {
        let mut request = reqwest::Client::new().get(server.http(path::CLOCK_EVENTS) + query);
        if let Some(id) = last_event_id {
            request = request.header("last-event-id", id);
        }
        let mut source = EventSource::new(request).expect("a request that can be repeated");
        source.set_retry_policy(Box::new(Never));
        let mut client = Self(source);
        let hello = client.next().await;
        assert_eq!((&*hello.name, &*hello.id), ("connecttime", ""));
        (client, serde_json::from_str(&hello.data).expect("a hello"))
    }

    async fn next(&mut self) -> Seen {
        loop {
            let event = tokio::time::timeout(support::PATIENCE, self.0.next()).await;
            match event.expect("an event").expect("the stream goes on").expect("events only") {
                Event::Open => {}
                Event::Message(event) => {
                    return Seen { name: event.event, id: event.id, data: event.data };
                }
            }
        }
    }
}

/// A server whose clock stands at `millis`.
async fn server_at(millis: u64) -> (Server, std::sync::Arc<ManualClock>) {
    let wall = std::sync::Arc::new(ManualClock::new(millis));
    let setup = Setup { wall: wall.clone(), ..Setup::default() };
    (support::start_with(setup).await, wall)
}

#[tokio::test]
async fn a_stream_begins_with_the_servers_time_and_the_newest_tick() {
    let (server, wall) = server_at(100_250).await;
    let instance = server.info().await.instance;
    for (query, every) in
        [("", Period::S1), ("?every=250ms", Period::Ms250), ("?every=60s", Period::S60)]
    {
        let (mut client, hello) = Client::open(&server, query, None).await;
        let now = hello.now.get();
        assert_eq!((now, &hello.instance, hello.every), (100_250, &instance, every));
        let newest = every.newest_at(hello.now);
        assert_eq!(client.next().await.tick(), every.tick(newest));
        let due = every.tick(newest.plus(1)).due;
        wall.set(due.get());
        let next = client.next().await.tick();
        assert_eq!(next, Tick { sent: Some(due), ..every.tick(newest.plus(1)) });
        wall.set(100_250);
    }
}

#[tokio::test]
async fn the_bytes_are_those_of_the_standard() {
    let (server, _) = server_at(3_000).await;
    let mut wire = Wire::open(server.address()).await;
    wire.write(format!("GET {} HTTP/1.1\r\nhost: test\r\n\r\n", path::CLOCK_EVENTS)).await;
    let head = wire.read_head().await;
    for line in [
        "http/1.1 200 ok",
        "content-type: text/event-stream",
        "cache-control: no-store, no-transform",
        "x-accel-buffering: no",
    ] {
        assert!(head.lines().any(|there| there == line), "{line} is not in {head}");
    }
    drop(wire);
    let answer = reqwest::get(server.http(path::CLOCK_EVENTS)).await.expect("an answer");
    let mut body = answer.bytes_stream();
    let mut text = String::new();
    while !text.contains("id: 3") || !text.ends_with("\n\n") {
        let block = body.next().await.expect("the stream goes on").expect("bytes");
        text.push_str(std::str::from_utf8(&block).expect("text"));
    }
    let instance = server.info().await.instance;
    assert_eq!(
        text,
        format!(
            "retry: 2000\nevent: connecttime\ndata: {{\"now\":\"1970-01-01T00:00:03.000Z\",\
             \"instance\":\"{instance}\",\"every\":\"1s\"}}\n\n\
             id: 3\ndata: {{\"seq\":3,\"due\":\"1970-01-01T00:00:03.000Z\"}}\n\n"
        )
    );
}

#[tokio::test]
async fn a_client_resumes_where_it_was() {
    let (server, wall) = server_at(100_000).await;
    for (query, id, first) in [
        ("?after=97", None, 98),
        ("", Some("97"), 98),
        ("?after=1", Some("97"), 98), // Last-Event-ID wins
        ("?after=97", Some(""), 98),  // an empty one is none
        ("?lastEventId=97", None, 98),
        ("?lastEventId=97&after=1&_=1795365720250", None, 98),
        ("?lastEventId=1", Some("97"), 98),
        ("?lastEventId=&after=97", None, 98),
        ("?every=1s&after=100", None, 101),
        ("?after=160", None, 101), // clocks differ by a minute at the most
    ] {
        let (mut client, _) = Client::open(&server, query, id).await;
        wall.set(101_000);
        assert_eq!(client.next().await.tick().seq, Seq::new(first), "{query} {id:?}");
        drop(client);
        server.until_nothing_is_open().await;
        support::until("the clock to rest", || {
            !server.state.clocks.feed(Period::S1).feed().is_ticking()
        })
        .await;
        wall.set(100_000);
    }
}

#[tokio::test]
async fn a_gap_is_said_out_loud() {
    let (server, _) = server_at(100_000_000).await;
    let oldest = Gap { oldest: Seq::new(100_000 - 3_599) };
    let newest = Gap { oldest: Seq::new(100_000) };
    for (query, id, gap) in [
        ("?after=5", None, oldest),
        ("", Some("5"), oldest),
        ("", Some("yesterday"), newest),
        ("", Some("-1"), newest),
        ("", Some("9007199254740991"), newest),
        ("?after=7", Some("99999999999999999999999"), newest),
        ("?lastEventId=5", None, oldest),
        ("?lastEventId=yesterday", None, newest),
        ("?after=7&lastEventId=9007199254740991", None, newest),
    ] {
        let (mut client, _) = Client::open(&server, query, id).await;
        let told = client.next().await;
        assert_eq!((told.item(), &*told.id), (Item::Gap { gap }, ""), "{query} {id:?}");
        assert_eq!(client.next().await.tick(), Period::S1.tick(gap.oldest));
    }
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_by_name() {
    let (server, _) = server_at(100_000).await;
    for (query, parameter) in [
        ("?after=161", "after"),
        ("?after=9007199254740991", "after"),
        ("?after=9007199254740992", "after"),
        ("?after=soon", "after"),
        ("?after=-1", "after"),
        ("?after=", "after"),
        ("?after=1&after=2", "after"),
        ("?every=2s", "every"),
        ("?every=1s&every=1s", "every"),
        ("?evry=1s", "evry"),
        ("?link=abc", "link"),
        ("?%0Aafter=1", "\nafter"),
    ] {
        let answer = reqwest::get(server.http(path::CLOCK_EVENTS) + query).await.expect(query);
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{query}");
        assert_eq!(answer.headers()["content-type"], MEDIA_TYPE);
        assert_eq!(answer.headers()["cache-control"], "no-store");
        let problem: Problem = answer.json().await.expect("a problem");
        assert_eq!(problem.parameter.as_deref(), Some(parameter), "{query}: {problem:?}");
        assert!(problem.detail.starts_with(parameter), "{query}: {problem:?}");
    }
    server.until_nothing_is_open().await;
    let answer = reqwest::Client::new().post(server.http(path::CLOCK_EVENTS)).send().await;
    let answer = answer.expect("an answer");
    assert_eq!(answer.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(answer.headers()["content-type"], MEDIA_TYPE);
    assert_eq!(answer.headers()["allow"], "GET,HEAD");
}

#[tokio::test]
async fn the_work_for_a_client_ends_when_it_goes() {
    let server = support::start().await;
    let mut clients = vec![];
    for _ in 0..5 {
        clients.push(Client::open(&server, "?every=60s", None).await);
    }
    assert_eq!(server.info().await.open.streams, 5);
    clients.truncate(2);
    support::until("three streams to end", || server.state.counts.open().streams == 2).await;
    drop(clients);
    server.until_nothing_is_open().await;
    let clock = server.state.clocks.feed(Period::S60).feed();
    support::until("the clock to rest", || !clock.is_ticking()).await;
}

#[tokio::test]
async fn real_ticks_come_after_they_are_due_and_without_a_hole() {
    let server = support::start().await;
    let (mut client, _) = Client::open(&server, "?every=100ms", None).await;
    let mut last = client.next().await.tick();
    for _ in 0..10 {
        let tick = client.next().await.tick();
        assert_eq!(tick.seq, last.seq.plus(1));
        assert_eq!(tick.due.get() % 100, 0);
        assert!(tick.sent.is_some_and(|sent| sent >= tick.due), "{tick:?}");
        last = tick;
    }
}

/// Time passes here only as far as the next thing that waits for it.
#[tokio::test(start_paused = true)]
async fn a_ping_breaks_the_silence_of_a_slow_feed() {
    let start = tokio::time::Instant::now();
    let wall = std::sync::Arc::new(PausedClock::new(60_000_000 + 50_000));
    let app = echoclock_backend::app(Setup { wall, ..Setup::default() }.state());
    let request = Request::get(format!("http://test{}?every=60s", path::CLOCK_EVENTS))
        .header("host", "test")
        .body(Body::empty());
    let answer = app.oneshot(request.expect("a request")).await.expect("an answer");
    let mut body = answer.into_body();
    let mut seen = vec![];
    while seen.len() < 6 {
        let frame = body.frame().await.expect("the stream goes on").expect("a frame");
        let block = String::from_utf8(frame.into_data().expect("data").to_vec()).expect("text");
        let kind = ["connecttime", "ping", "id: "].into_iter().find(|kind| block.contains(kind));
        seen.push((start.elapsed().as_secs(), kind.expect("a known block")));
        assert!(!block.contains("ping") || block == "event: ping\ndata: {}\n\n", "{block}");
        let data = block.lines().filter(|line| line.starts_with("data: ")).count();
        assert!(data == 1 && block.find("\n\n") == Some(block.len() - 2), "{block:?}");
    }
    let expected =
        [(0, "connecttime"), (0, "id: "), (10, "id: "), (25, "ping"), (40, "ping"), (55, "ping")];
    assert_eq!(seen, expected);
}

#[tokio::test(start_paused = true)]
async fn a_feed_that_keeps_pace_is_not_pinged() {
    let wall = std::sync::Arc::new(PausedClock::new(60_000_000));
    let app = echoclock_backend::app(Setup { wall, ..Setup::default() }.state());
    let start = tokio::time::Instant::now();
    let request = Request::get(format!("http://test{}?every=15s", path::CLOCK_EVENTS))
        .header("host", "test")
        .body(Body::empty());
    let answer = app.oneshot(request.expect("a request")).await.expect("an answer");
    let mut body = answer.into_body();
    while start.elapsed() < Duration::from_secs(120) {
        let frame = body.frame().await.expect("the stream goes on").expect("a frame");
        let block = String::from_utf8(frame.into_data().expect("data").to_vec()).expect("text");
        assert!(!block.contains("ping"), "{block} after {:?}", start.elapsed());
    }
}
