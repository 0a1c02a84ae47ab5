//! HTTP/2's flow control in the hands of clients that are slow, or that only seem to be.

use std::future::poll_fn;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use bytes::Bytes;
use echoclock_backend::limits::Limits;
use echoclock_backend::site::Site;
use echoclock_backend::state::AppState;
use echoclock_shared::path;
use h2::client::{Builder, Connection, SendRequest};
use h2::{Reason, RecvStream, SendStream};
use http::{Method, Request, StatusCode};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};

use crate::support::log::Log;
use crate::support::{self, PATIENCE, Server, Setup, Wire};

/// A client whose windows are opened by hand.
struct Client {
    send: SendRequest<Bytes>,
    connection: JoinHandle<Result<(), h2::Error>>,
    name: String,
}

impl Client {
    async fn open(server: &Server, window: u32) -> Self {
        let Wire(stream) = Wire::open(server.address()).await;
        let name = stream.local_addr().expect("an address").to_string();
        let mut builder = Builder::new();
        builder.initial_window_size(window).initial_connection_window_size(100_000_000);
        let handshake = builder.handshake(stream);
        let (send, connection): (_, Connection<TcpStream>) = handshake.await.expect("HTTP/2");
        Self { send, connection: tokio::spawn(connection), name }
    }

    async fn ask(&mut self, server: &Server, target: &str) -> RecvStream {
        poll_fn(|cx| self.send.poll_ready(cx)).await.expect("room for a stream");
        let request = Request::get(server.http(target)).body(()).expect("a request");
        let (answer, _) = self.send.send_request(request, true).expect("a stream");
        let answer = timeout(PATIENCE, answer).await.expect("an answer").expect("an answer");
        assert_eq!(answer.status(), StatusCode::OK);
        answer.into_body()
    }
}

impl Client {
    async fn open_chat(&mut self, server: &Server) -> (RecvStream, SendStream<Bytes>) {
        // The server's settings, which allow it, come with the first round trip.
        let _health = self.ask(server, path::HEALTHZ).await;
        let opening = Request::connect(server.http(path::ECHO))
            .extension(h2::ext::Protocol::from_static("websocket"))
            .header("sec-websocket-version", "13")
            .body(())
            .expect("a request");
        let (answer, outgoing) = self.send.send_request(opening, false).expect("a stream");
        (answer.await.expect("an answer").into_body(), outgoing)
    }
}

/// Takes a body at so many bytes a second, and tells how much came, and whether that was all.
async fn take(
    mut body: RecvStream,
    rate: f64,
    for_at_most: Duration,
) -> (usize, Option<h2::Error>) {
    let (since, mut taken) = (Instant::now(), 0);
    while since.elapsed() < for_at_most {
        let piece = match timeout(PATIENCE, body.data()).await.expect("more, or an end") {
            Some(Ok(piece)) => piece,
            Some(Err(error)) => return (taken, Some(error)),
            None => break,
        };
        let mut left = piece.len();
        while left > 0 {
            let due = (since.elapsed().as_secs_f64() * rate) as usize;
            let now = due.saturating_sub(taken).min(left);
            if now > 0 {
                body.flow_control().release_capacity(now).expect("it was taken");
                taken += now;
                left -= now;
            }
            sleep(Duration::from_millis(5)).await;
        }
    }
    (taken, None)
}

fn limits() -> Limits {
    Limits { write_timeout: Duration::from_millis(800), min_rate: 100_000, ..Limits::default() }
}

async fn server(limits: Limits) -> Server {
    with_site(Site::Embedded, limits).await
}

async fn with_site(site: Site, limits: Limits) -> Server {
    let much = Bytes::from(vec![b'm'; MUCH]);
    let with_much = |state: AppState| -> Router {
        let some = much.slice(..8_000);
        echoclock_backend::app(state)
            .route("/much", get(async move || much))
            .route("/some", get(async move || some))
    };
    support::start_routed(Setup { site, limits, ..Setup::default() }, with_much).await
}

#[tokio::test]
async fn polls_that_nobody_takes_hold_no_memory_and_are_given_up() {
    let limits =
        Limits { idle_timeout: Duration::from_millis(500), http2_streams: 200, ..limits() };
    let server = server(limits).await;
    let mut client = Client::open(&server, 0).await;
    let mut bodies = vec![];
    let since = Instant::now();
    for _ in 0..200 {
        // All 3,600 items.
        bodies.push(client.ask(&server, &format!("{}?every=100ms&after=0", path::CLOCK)).await);
    }
    let held = server.state.memory_used();
    assert!(held < 100_000, "pages are of pieces that all share: {held} bytes");
    for mut body in bodies {
        let end = timeout(PATIENCE, body.data()).await.expect("an end").expect("not a whole body");
        assert_eq!(end.expect_err("nothing was taken").reason(), Some(Reason::CANCEL));
    }
    support::until("the memory to be given back", || server.state.memory_used() == 0).await;
    // The client answers pings and goodbyes, and the connection ends all the same.
    let ended = timeout(PATIENCE, client.connection).await.expect("the connection ends");
    ended.expect("no panic").expect("in order");
    assert!(since.elapsed() < Duration::from_secs(30), "{:?}", since.elapsed());
}

#[tokio::test]
async fn an_answer_whose_end_is_not_taken_is_given_up() {
    let server = server(limits()).await;
    let mut client = Client::open(&server, 100).await;
    // It is one piece, of which there is room for a part.
    let mut body = client.ask(&server, "/some").await;
    let mut got = 0;
    let error = loop {
        match timeout(PATIENCE, body.data()).await.expect("more, or an end").expect("not all of it")
        {
            Ok(piece) => got += piece.len(),
            Err(error) => break error,
        }
    };
    assert_eq!((got, error.reason()), (100, Some(Reason::CANCEL)));
}

#[tokio::test]
async fn short_answers_that_nobody_takes_keep_no_connection() {
    let limits = Limits { idle_timeout: Duration::from_millis(500), ..limits() };
    let server = server(limits).await;
    let mut client = Client::open(&server, 1).await;
    // Its end has been handed over, so no task of the server's knows of it.
    let _body = client.ask(&server, path::HEALTHZ).await;
    timeout(PATIENCE, client.connection)
        .await
        .expect("the connection ends")
        .expect("no panic")
        .ok();
}

#[tokio::test]
async fn a_slow_reader_gets_on_and_one_that_takes_too_little_does_not() {
    let server = server(limits()).await;
    let mut client = Client::open(&server, 16_384).await;
    let honest = client.ask(&server, "/much").await;
    let trickle = client.ask(&server, "/much").await;
    let ((taken, cut), (trickled, error)) = tokio::join!(
        take(honest, 400_000.0, Duration::from_secs(4)),
        take(trickle, 5_000.0, PATIENCE),
    );
    assert_eq!(cut.map(|error| error.to_string()), None, "{taken} bytes");
    assert!(taken > 1_000_000, "{taken}: the machine is too slow for this");
    let error = error.expect("a trickle is not enough");
    assert_eq!(error.reason(), Some(Reason::CANCEL), "{trickled} bytes");
}

#[tokio::test]
async fn many_streams_share_what_a_slow_reader_takes() {
    let server = server(limits()).await;
    let mut client = Client::open(&server, 16_384).await;
    let mut readers = vec![];
    for _ in 0..40 {
        // Each at less than the slowest rate, and all together at eight times that.
        let body = client.ask(&server, "/much").await;
        readers.push(tokio::spawn(take(body, 20_000.0, Duration::from_secs(4))));
    }
    for reader in readers {
        let (taken, cut) = reader.await.expect("no panic");
        assert_eq!(cut.map(|error| error.to_string()), None, "{taken} bytes");
    }
}

#[tokio::test]
async fn a_whole_body_arrives_whatever_the_window() {
    let server = server(Limits::default()).await;
    for window in [1, 100, 16_384, 65_535, 10_000_000] {
        let mut client = Client::open(&server, window).await;
        let target = format!("{}?every=100ms&after=0", path::CLOCK);
        let mut body = client.ask(&server, &target).await;
        let mut whole = vec![];
        while let Some(piece) = body.data().await {
            let piece = piece.expect("it goes on");
            body.flow_control().release_capacity(piece.len()).expect("it was taken");
            whole.extend_from_slice(&piece);
            if window == 1 && whole.len() > 500 {
                whole.clear();
                break;
            }
        }
        let text = String::from_utf8(whole).expect("text");
        assert!(window == 1 || text.ends_with("]}"), "{window}: {} bytes", text.len());
    }
}

#[tokio::test]
async fn a_stream_whose_client_does_not_read_on_is_logged_as_that() {
    let log = Log::of_this_process();
    let server = server(limits()).await;
    let mut stalled = Client::open(&server, 0).await;
    let mut left = Client::open(&server, 65_535).await;
    let target = format!("{}/events?every=100ms", path::CLOCK);
    let _stalled = stalled.ask(&server, &format!("{target}&link={ID}")).await;
    drop(left.ask(&server, &target).await);
    server.until_nothing_is_open().await;
    for (client, reason) in [(stalled, "the client did not read on"), (left, "the client left")] {
        let closed = log.lines(&["stream closed", &client.name]);
        assert!(closed[0].contains(reason), "{closed:?}");
    }
    let ledger = reqwest::get(server.http(&format!("{}/{ID}", path::LINKS))).await;
    let ledger = ledger.expect("an answer").text().await.expect("text");
    assert!(ledger.contains("the client did not read on"), "{ledger}");
}

#[tokio::test]
async fn a_stream_that_is_not_read_does_not_outlive_the_server() {
    let log = Log::of_this_process();
    let limits = Limits {
        drain_at_least: Duration::from_millis(50),
        drain_at_most: Duration::from_millis(200),
        stop_after: Duration::from_secs(10),
        ..Limits::default()
    };
    let server = server(limits).await;
    let mut client = Client::open(&server, 0).await;
    let _events = client.ask(&server, &format!("{}/events?every=100ms", path::CLOCK)).await;
    let since = Instant::now();
    server.begin_to_stop().stopped().await;
    assert!(since.elapsed() < Duration::from_secs(8), "{:?}", since.elapsed());
    let closed = log.lines(&["stream closed", &client.name]);
    assert!(closed[0].contains("the client did not read on"), "{closed:?}");
}

#[tokio::test]
async fn a_quiet_stream_is_not_waited_for() {
    let server = server(limits()).await;
    let mut client = Client::open(&server, 65_535).await;
    let mut events = client.ask(&server, &format!("{}/events?every=5s", path::CLOCK)).await;
    for _ in 0..4 {
        let piece = timeout(PATIENCE, events.data()).await.expect("in time").expect("it goes on");
        let piece = piece.expect("it is not reset");
        events.flow_control().release_capacity(piece.len()).expect("it was taken");
    }
}

#[tokio::test]
async fn one_stream_too_many_is_refused() {
    let server = server(Limits { http2_streams: 2, ..Limits::default() }).await;
    let Wire(stream) = Wire::open(server.address()).await;
    let handshake = Builder::new().initial_max_send_streams(10).handshake::<_, Bytes>(stream);
    let (mut send, connection) = handshake.await.expect("HTTP/2");
    let mut ask = || {
        let target = format!("{}/next?every=60s&wait=60", path::CLOCK);
        let request = Request::get(server.http(&target)).body(()).expect("a request");
        send.send_request(request, true).expect("a stream").0
    };
    // Before the server has told how many it takes.
    let answers = [ask(), ask(), ask()];
    tokio::spawn(connection);
    let [first, second, third] = answers;
    let refused = timeout(PATIENCE, third).await.expect("an answer").expect_err("one too many");
    assert_eq!(refused.reason(), Some(Reason::REFUSED_STREAM));
    drop((first, second));
}

#[tokio::test]
async fn what_may_come_unasked_finds_room_or_is_refused() {
    let server = server(Limits { memory: 100 * 1024, ..Limits::default() }).await;
    let mut client = Client::open(&server, 65_535).await;
    for (length, status) in [(None, 503), (Some(100_000), 503), (Some(15), 200)] {
        poll_fn(|cx| client.send.poll_ready(cx)).await.expect("room for a stream");
        let mut request = Request::builder().method(Method::POST).uri(server.http(path::ECHO_ONCE));
        if let Some(length) = length {
            request = request.header("content-length", length);
        }
        let request = request.body(()).expect("a request");
        let (answer, mut body) = client.send.send_request(request, false).expect("a stream");
        if length == Some(15) {
            body.send_data(Bytes::from_static(br#"{"type":"ping"}"#), true).expect("room");
        }
        let answer = timeout(PATIENCE, answer).await.expect("in time").expect("an answer");
        assert_eq!(answer.status(), status, "{length:?}");
        assert_eq!(server.state.memory_used(), 0);
    }
}

#[tokio::test]
async fn what_waits_for_one_client_alone_has_a_share_of_the_memory() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("file"), vec![7; 100_000]).expect("a file");
    let server = with_site(Site::Folder(folder.path().to_owned()), Limits::default()).await;
    let used = || server.state.memory_used();
    let mut client = Client::open(&server, 0).await;
    let say = format!(r#"{{"type":"say","key":1,"text":"{}"}}"#, "x".repeat(16_000));
    let mut echoes = vec![];
    for n in 1..=3 {
        let target = server.http(&format!("{}?link={ID}", path::ECHO_ONCE));
        let (answer, mut body) = client
            .send
            .send_request(Request::post(target).body(()).expect("a request"), false)
            .expect("a stream");
        body.send_data(say.clone().into(), true).expect("room");
        let answer = timeout(PATIENCE, answer).await.expect("in time").expect("an answer");
        assert_eq!(answer.status(), StatusCode::OK);
        echoes.push(answer);
        // Besides what the client may send before it is asked for.
        let all = UNASKED + n * 16_000;
        assert!((all..all + n * 100).contains(&used()), "{n}: {} bytes", used());
    }
    drop(echoes);
    support::until("the echoes to be given up", || used() == 0).await;
    for (target, bytes) in [(format!("{}/{ID}", path::LINKS), 6_000), ("/file".to_owned(), 65_536)]
    {
        let body = client.ask(&server, &target).await;
        assert!(used() >= bytes, "{target}: {} bytes", used());
        drop(body);
        support::until("the answer to be given up", || used() == 0).await;
    }
}

#[tokio::test]
async fn a_socket_outlives_the_patience_for_a_stream() {
    let server = server(limits()).await;
    let mut client = Client::open(&server, 65_535).await;
    let (mut incoming, mut outgoing) = client.open_chat(&server).await;
    incoming.data().await.expect("the socket is open").expect("a hello");
    sleep(3 * limits().write_timeout).await;
    outgoing.send_data(CLOSE, false).expect("it is open");
    let frame = timeout(PATIENCE, incoming.data()).await.expect("in time").expect("an answer");
    assert_eq!(frame.expect("a frame")[0], 0x88);
    server.until_nothing_is_open().await;
}

#[tokio::test]
async fn what_a_socket_leaves_behind_is_not_waited_for() {
    let server = server(limits()).await;
    let mut client = Client::open(&server, 0).await;
    let (mut incoming, mut outgoing) = client.open_chat(&server).await;
    outgoing.send_data(CLOSE, false).expect("it is open");
    // Neither the hello nor the answer finds room.
    let end = timeout(PATIENCE, incoming.data()).await.expect("an end").expect("no end in order");
    assert_eq!(end.expect_err("nothing was taken").reason(), Some(Reason::CANCEL));
}

/// A link whose ledger is kept.
const ID: &str = "a-link-of-a-client-that-does-not-read-on";

/// How much a connection's client may send before it is asked for, in bytes.
const UNASKED: usize = 128 * 1024;

/// A masked close frame without a code.
const CLOSE: Bytes = Bytes::from_static(&[0x88, 0x80, 0, 0, 0, 0]);

/// How much there is to take, in bytes.
const MUCH: usize = 16 * 1024 * 1024;
