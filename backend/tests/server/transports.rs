//! The same cases over every transport, and over two feeds that have nothing in common.

use std::time::Duration;

use axum::Router;
use echoclock_backend::feed::Shared;
use echoclock_backend::limits::Limits;
use echoclock_backend::{app, transport};
use echoclock_shared::feed::Period;
use echoclock_shared::info::Open;
use echoclock_shared::problem::{MEDIA_TYPE, Problem};
use echoclock_shared::transport::Transport;
use futures_util::future::join_all;
use http::StatusCode;

use crate::support::clock::ManualClock;
use crate::support::follow::{Client, Said};
use crate::support::notes::{NOTES, Notes, NotesSource};
use crate::support::{self, Server, Setup, Wire};

/// A feed that a test moves on, and what it promises.
enum Bench {
    Clock { wall: std::sync::Arc<ManualClock> },
    Notes(Notes),
}

struct Case {
    bench: Bench,
    server: Server,
    transport: Transport,
}

impl Case {
    /// Both feeds over every transport, each on a server of its own, the newest place being
    /// [`NEWEST`].
    async fn all(limits: Limits) -> Vec<Self> {
        let mut cases = vec![];
        for transport in Transport::ALL {
            cases.push(Self::clock(transport, limits).await);
            cases.push(Self::notes(transport, limits, 1).await);
        }
        cases
    }

    async fn clock(transport: Transport, limits: Limits) -> Self {
        let wall = std::sync::Arc::new(ManualClock::new(NEWEST * 1_000));
        let setup = Setup { wall: wall.clone(), limits, ..Setup::default() };
        let server = support::start_with(setup).await;
        Self { bench: Bench::Clock { wall }, server, transport }
    }

    /// Notes of `length` bytes each.
    async fn notes(transport: Transport, limits: Limits, length: usize) -> Self {
        let notes = Notes::new(length);
        notes.write_up_to(NEWEST);
        let source = NotesSource(std::sync::Arc::new(Shared::new(notes.clone())));
        let routes = |state: echoclock_backend::state::AppState| -> Router {
            app(state.clone()).merge(transport::routes(NOTES, source, state))
        };
        let server = support::start_routed(Setup { limits, ..Setup::default() }, routes).await;
        Self { bench: Bench::Notes(notes), server, transport }
    }

    fn name(&self) -> String {
        format!("{} over {}", self.path(), self.transport)
    }

    fn path(&self) -> &'static str {
        match self.bench {
            Bench::Clock { .. } => echoclock_shared::path::CLOCK,
            Bench::Notes(_) => NOTES,
        }
    }

    /// How many items are kept.
    fn retained(&self) -> u64 {
        match self.bench {
            Bench::Clock { .. } => 3_600,
            Bench::Notes(_) => Notes::RETAINED,
        }
    }

    /// How far past the newest place a cursor may be.
    fn ahead(&self) -> u64 {
        match self.bench {
            Bench::Clock { .. } => 60,
            Bench::Notes(_) => Notes::AHEAD,
        }
    }

    fn move_on_to(&self, newest: u64) {
        match &self.bench {
            Bench::Clock { wall } => wall.set(newest * 1_000),
            Bench::Notes(notes) => notes.write_up_to(newest),
        }
    }

    async fn follow(&self, after: Option<u64>) -> Client {
        Client::open(&self.server, self.transport, self.path(), after).await
    }

    async fn refused(&self, query: &str) -> Problem {
        let url = self.server.http(&self.transport.of(self.path())) + query;
        // A socket's opening is told what is wrong with it as any other request.
        let request = reqwest::Client::new().get(url).headers(support::follow::opening());
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{} {query}", self.name());
        assert_eq!(answer.headers()["content-type"], MEDIA_TYPE, "{} {query}", self.name());
        answer.json().await.expect("a problem")
    }
}

const NEWEST: u64 = 100_000;

fn quick() -> Limits {
    Limits { drain_at_least: Duration::from_millis(50), ..Limits::default() }
}

#[tokio::test]
async fn a_client_starts_at_the_newest_and_goes_on() {
    for case in Case::all(quick()).await {
        let mut client = case.follow(None).await;
        assert_eq!(client.next().await, Said::Item(NEWEST), "{}", case.name());
        for newest in [NEWEST + 1, NEWEST + 2] {
            case.move_on_to(newest);
            assert_eq!(client.next().await, Said::Item(newest), "{}", case.name());
        }
        drop(client);
        case.server.until_nothing_is_open().await;
    }
}

#[tokio::test]
async fn what_a_poller_adds_against_caches_means_nothing() {
    for case in Case::all(quick()).await {
        let url = case.server.http(&case.transport.of(case.path()));
        for query in ["?_=1795365720250", "?after=99999&_=", "?_&_=2"] {
            let request = reqwest::Client::new().get(url.clone() + query);
            let answer = request.headers(support::follow::opening()).send().await;
            let status = answer.expect("an answer").status();
            assert!(status == 200 || status == 101, "{} {query}: {status}", case.name());
        }
    }
}

#[tokio::test]
async fn a_client_resumes_after_its_cursor() {
    for case in Case::all(quick()).await {
        let mut client = case.follow(Some(NEWEST - 40)).await;
        for place in NEWEST - 39..=NEWEST {
            assert_eq!(client.next().await, Said::Item(place), "{}", case.name());
        }
        case.move_on_to(NEWEST + 1);
        assert_eq!(client.next().await, Said::Item(NEWEST + 1), "{}", case.name());
    }
}

#[tokio::test]
async fn everything_that_is_kept_is_replayed_and_the_rest_is_a_gap() {
    for case in Case::all(quick()).await {
        let oldest = NEWEST + 1 - case.retained();
        for (after, gap) in [(0, true), (oldest - 2, true), (oldest - 1, false)] {
            let mut client = case.follow(Some(after)).await;
            if gap {
                assert_eq!(client.next().await, Said::Gap(oldest), "{}", case.name());
            }
            for place in oldest..=NEWEST {
                assert_eq!(client.next().await, Said::Item(place), "{}", case.name());
            }
        }
    }
}

#[tokio::test]
async fn a_cursor_a_little_ahead_counts_as_the_newest() {
    for case in Case::all(quick()).await {
        let mut client = case.follow(Some(NEWEST + case.ahead())).await;
        client.wait_for_more(&case.server).await;
        case.move_on_to(NEWEST + 1);
        // A short poll asks anew, with a cursor that is still ahead.
        if case.transport != Transport::Poll {
            assert_eq!(client.next().await, Said::Item(NEWEST + 1), "{}", case.name());
        }
    }
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_by_name() {
    for case in Case::all(quick()).await {
        let beyond = format!("?after={}", NEWEST + case.ahead() + 1);
        for (query, parameter) in [
            (&*beyond, "after"),
            ("?after=soon", "after"),
            ("?after=-1", "after"),
            ("?after=", "after"),
            ("?after=9007199254740992", "after"),
            ("?after=1&after=2", "after"),
            ("?since=1", "since"),
            ("?%0Aafter=1", "\nafter"),
        ] {
            let problem = case.refused(query).await;
            assert_eq!(problem.parameter.as_deref(), Some(parameter), "{}", case.name());
            assert!(problem.detail.starts_with(parameter), "{}: {problem:?}", case.name());
        }
        case.server.until_nothing_is_open().await;
    }
}

#[tokio::test]
async fn a_client_that_was_slow_takes_up_where_it_was() {
    for case in Case::all(quick()).await {
        let mut client = case.follow(None).await;
        assert_eq!(client.next().await, Said::Item(NEWEST), "{}", case.name());
        // More comes than one pull takes, while the client does not read.
        case.move_on_to(NEWEST + 200);
        case.move_on_to(NEWEST + 400);
        for place in NEWEST + 1..=NEWEST + 400 {
            assert_eq!(client.next().await, Said::Item(place), "{}", case.name());
        }
    }
}

#[tokio::test]
async fn a_clock_that_was_wrong_for_a_while_is_a_gap_and_no_silence() {
    let wrong = NEWEST + 864_000;
    for transport in Transport::ALL {
        let case = Case::clock(transport, quick()).await;
        let mut client = case.follow(None).await;
        assert_eq!(client.next().await, Said::Item(NEWEST), "{transport}");
        case.move_on_to(wrong);
        assert_eq!(client.next().await, Said::Gap(wrong - 3_599), "{transport}");
        while client.next().await != Said::Item(wrong) {}
        // What waits for the next tick is told as well as what asks anew.
        client.wait_for_more(&case.server).await;
        case.move_on_to(NEWEST + 4);
        let told = [client.next().await, client.next().await];
        assert_eq!(told, [Said::Gap(NEWEST + 4), Said::Item(NEWEST + 4)], "{transport}");
        case.move_on_to(NEWEST + 5);
        assert_eq!(client.next().await, Said::Item(NEWEST + 5), "{transport}");
        // One that was away meanwhile.
        let mut late = case.follow(Some(wrong)).await;
        let told = [late.next().await, late.next().await];
        assert_eq!(told, [Said::Gap(NEWEST + 5), Said::Item(NEWEST + 5)], "{transport}");
        case.refused(&format!("?after={}", wrong + 1)).await;
    }
}

#[tokio::test]
async fn a_client_that_does_not_read_is_let_go() {
    let limits =
        Limits { write_timeout: Duration::from_millis(300), min_rate: 1024 * 1024, ..quick() };
    for transport in Transport::ALL.into_iter().filter(|transport| transport.is_pushed()) {
        let case = Case::notes(transport, limits, 64 * 1024).await;
        let mut wire = Wire::open(case.server.address()).await;
        let mut request = format!("GET {}?after={}", transport.of(NOTES), NEWEST - 400);
        request += " HTTP/1.1\r\nhost: test\r\n";
        for (name, value) in &support::follow::opening() {
            request += &format!("{name}: {}\r\n", value.to_str().expect("a plain header"));
        }
        wire.write(request + "\r\n").await;
        wire.read_head().await;
        let counts = &case.server.state.counts;
        support::until("it to begin", || counts.open() != Open::default()).await;
        case.server.until_nothing_is_open().await;
        wire.read_to_end().await;
    }
}

#[tokio::test]
async fn everything_ends_when_the_server_drains() {
    for case in Case::all(quick()).await {
        let name = case.name();
        let mut client = case.follow(None).await;
        assert_eq!(client.next().await, Said::Item(NEWEST), "{name}");
        client.wait_for_more(&case.server).await;
        let stopping = case.server.begin_to_stop();
        assert_eq!(client.next().await, Said::End, "{name}");
        stopping.stopped().await;
    }
}

#[tokio::test]
async fn an_item_is_encoded_once_for_all_who_follow_alike() {
    for transport in Transport::ALL {
        let case = Case::clock(transport, quick()).await;
        let mut clients = vec![];
        for _ in 0..100 {
            clients.push(case.follow(None).await);
        }
        for newest in NEWEST..NEWEST + 3 {
            let moves_on = async {
                if transport == Transport::LongPoll && newest > NEWEST {
                    let waits = || case.server.state.counts.open().polls == 100;
                    support::until("all polls to wait", waits).await;
                }
                case.move_on_to(newest);
            };
            let told = join_all(clients.iter_mut().map(Client::next));
            let (told, ()) = tokio::join!(told, moves_on);
            assert_eq!(told, [Said::Item(newest); 100], "{transport}");
            let encoded = case.server.state.clocks.feed(Period::S1).encoded();
            assert_eq!(encoded, newest - NEWEST + 1, "{transport}");
        }
    }
}

#[tokio::test]
async fn answers_say_what_they_are_and_are_never_kept() {
    for transport in Transport::ALL.into_iter().filter(|it| *it != Transport::Socket) {
        let case = Case::clock(transport, quick()).await;
        let answer = reqwest::get(case.server.http(&transport.of(case.path()))).await;
        let answer = answer.expect("an answer");
        let media_type = match transport {
            Transport::Poll | Transport::LongPoll | Transport::Socket => "application/json",
            Transport::Stream => "application/x-ndjson",
            Transport::Frame => "text/html; charset=utf-8",
            Transport::Events => "text/event-stream",
        };
        let header = |name: &str| answer.headers()[name].to_str().expect("text").to_owned();
        assert_eq!(header("content-type"), media_type, "{transport}");
        let kept = if transport.is_pushed() { "no-store, no-transform" } else { "no-store" };
        assert_eq!(header("cache-control"), kept, "{transport}");
        assert_eq!(header("x-content-type-options"), "nosniff", "{transport}");
        let policy = if transport == Transport::Frame {
            "sandbox allow-scripts; default-src 'none'; script-src 'unsafe-inline'; \
             frame-ancestors 'self'"
        } else {
            "default-src 'none'; frame-ancestors 'self'"
        };
        assert_eq!(header("content-security-policy"), policy, "{transport}");
    }
}

#[tokio::test]
async fn a_long_poll_without_news_is_answered_when_its_wait_is_over() {
    let case = Case::clock(Transport::LongPoll, quick()).await;
    let url = case.server.http("/api/clock/next");
    let answer = reqwest::get(format!("{url}?after={NEWEST}&wait=0")).await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::NO_CONTENT);
    let poll = Case::clock(Transport::Poll, quick()).await;
    let problem = poll.refused("?wait=1").await;
    assert_eq!(problem.parameter.as_deref(), Some("wait"));
}

#[tokio::test]
async fn nothing_can_be_said_on_a_feeds_socket() {
    let case = Case::clock(Transport::Socket, quick()).await;
    let mut client = support::socket::Client::open(case.server.ws("/api/clock/socket")).await;
    client.send("hello").await;
    let (code, reason) = support::socket::told(client.until_closed().await);
    assert_eq!((code, &*reason), (1003, "nothing can be said on this socket"));
}
