//! What followers are told where the server stops, so that they come back, and not all together.

use std::time::Duration;

use echoclock_backend::limits::Limits;
use echoclock_shared::path;
use futures_util::future::join_all;
use tokio::time::Instant;

use crate::support::asked::Asked;
use crate::support::socket::{Client, told};
use crate::support::{self, Setup, Wire};

const SPREAD: Duration = Duration::from_secs(2);

/// How many there are of each kind.
const MANY: usize = 20;

fn setup() -> Setup {
    let limits = Limits {
        drain_at_least: Duration::ZERO,
        drain_at_most: Duration::from_secs(30),
        drain_spread: SPREAD,
        stop_after: Duration::from_secs(60),
        ..Limits::default()
    };
    Setup { limits, ..Setup::default() }
}

/// How far ends are apart.
fn width(ends: &[Duration]) -> Duration {
    let (first, last) = (ends.iter().min(), ends.iter().max());
    *last.expect("there are some") - *first.expect("there are some")
}

#[tokio::test]
async fn event_streams_end_at_once_and_say_when_to_come_back() {
    let server = support::start_with(setup()).await;
    let mut streams = vec![];
    for _ in 0..MANY {
        let mut stream = Asked::say(&server, "GET /api/clock/events?every=60s HTTP/1.1").await;
        stream.until("connecttime").await;
        streams.push(stream);
    }
    let began = Instant::now();
    let stopping = server.begin_to_stop();
    let mut waits = vec![];
    for stream in &mut streams {
        let rest = String::from_utf8(stream.wire.read_to_end().await).expect("text");
        let (_, last) = rest.rsplit_once("retry: ").expect("a time to come back");
        let (wait, last) = last.split_once('\n').expect("lines");
        assert_eq!(last, "event: stopped\ndata: {}\n\n\r\n0\r\n\r\n", "and then the proper end");
        waits.push(Duration::from_millis(wait.parse().expect("milliseconds")));
    }
    // They are not spread, only those who come back.
    assert!(began.elapsed() < SPREAD, "{:?}", began.elapsed());
    let first = Duration::from_secs(2);
    assert!(waits.iter().all(|wait| (first..=first + SPREAD).contains(wait)), "{waits:?}");
    assert!(width(&waits) > SPREAD / 4, "{waits:?}");
    stopping.stopped().await;
}

#[tokio::test]
async fn sockets_end_one_by_one_and_are_told_whether_the_server_starts_again() {
    for (restarts, code) in [(false, 1001), (true, 1012)] {
        let server = support::start_with(Setup { restarts, ..setup() }).await;
        let mut sockets = vec![];
        for path in [path::ECHO_RAW, "/api/clock/socket?every=60s"].into_iter().cycle().take(MANY) {
            sockets.push(Client::open(server.ws(path)).await);
        }
        let began = Instant::now();
        let stopping = server.begin_to_stop();
        let ends = join_all(sockets.iter_mut().map(async |socket| {
            assert_eq!(told(socket.until_closed().await).0, code);
            began.elapsed()
        }))
        .await;
        assert!(width(&ends) > SPREAD / 4, "{ends:?}");
        stopping.stopped().await;
    }
}

#[tokio::test]
async fn streams_that_cant_say_when_to_come_back_end_one_by_one() {
    let server = support::start_with(setup()).await;
    let mut streams = vec![];
    for way in ["stream", "frame"].into_iter().cycle().take(MANY) {
        let said = format!("GET /api/clock/{way}?every=60s HTTP/1.1");
        streams.push(Asked::say(&server, &said).await);
    }
    let began = Instant::now();
    let stopping = server.begin_to_stop();
    let ends = join_all(streams.iter_mut().map(async |stream| {
        // The proper end, behind which the connection goes on.
        stream.until("\r\n0\r\n\r\n").await;
        began.elapsed()
    }))
    .await;
    assert!(width(&ends) > SPREAD / 4, "{ends:?}");
    stopping.stopped().await;
}

#[tokio::test]
async fn long_polls_are_answered_at_once() {
    let server = support::start_with(setup()).await;
    let newest = server.info().await.now.get() / 60_000;
    let mut waiting = vec![];
    for _ in 0..MANY {
        let mut wire = Wire::open(server.address()).await;
        let target = format!("/api/clock/next?every=60s&after={}&wait=60", newest + 1);
        wire.write(format!("GET {target} HTTP/1.1\r\nhost: a\r\n\r\n")).await;
        waiting.push(wire);
    }
    support::until("all to wait", || server.state.counts.open().polls == MANY as u64).await;
    let began = Instant::now();
    let stopping = server.begin_to_stop();
    for mut wire in waiting {
        let head = wire.read_head().await;
        Asked { wire, head }.refused_with(503).await;
    }
    assert!(began.elapsed() < SPREAD, "{:?}", began.elapsed());
    stopping.stopped().await;
}
