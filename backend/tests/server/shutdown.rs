//! How the server stops: in one process with the test, and as the program that a signal ends.

use std::time::Duration;

use echoclock_backend::limits::Limits;
use echoclock_shared::path;
use echoclock_shared::problem::Problem;
use echoclock_shared::transport::Transport;
use futures_util::StreamExt;
use http::StatusCode;

use crate::support::program::Program;
use crate::support::socket::{Client, told};
use crate::support::{self, Setup, Wire};

#[tokio::test]
async fn a_server_that_drains_ends_what_is_open_takes_nothing_new_and_says_how_it_is() {
    let limits = Limits {
        // Long enough for the test's requests; the server does not stop before.
        drain_at_least: Duration::from_secs(3),
        drain_at_most: Duration::from_secs(60),
        stop_after: Duration::from_secs(90),
        ..Limits::default()
    };
    let server = support::start_with(Setup { limits, ..Setup::default() }).await;
    let mut chat = Client::open_chat(server.ws(path::ECHO)).await;
    let mut raw = Client::open(server.ws(path::ECHO_RAW)).await;
    let stream = reqwest::get(server.http(path::CLOCK_EVENTS)).await.expect("a stream");
    let ready = server.http(path::READYZ);
    let status = async |url: &str| reqwest::get(url).await.expect("an answer").status();
    assert_eq!(status(&ready).await, StatusCode::OK);

    let urls = [path::HEALTHZ, path::INFO].map(|path| server.http(path));
    let events = server.http(path::CLOCK_EVENTS);
    let others = Transport::ALL.into_iter().filter(|transport| *transport != Transport::Events);
    let others = others.map(|transport| transport.of(path::CLOCK).to_string());
    let rest = [
        path::ECHO,
        path::ECHO_RAW,
        path::CHECK_SOCKET,
        path::CHECK_SEEN,
        "/api/check/stream?every=100",
        "/api/check/wait?seconds=1",
        "/api/check/status?code=404",
        "/api/check/body?bytes=1",
    ];
    let others: Vec<_> =
        others.chain(rest.map(str::to_owned)).map(|path| server.http(&path)).collect();
    let posted = [path::ECHO_ONCE, "/api/check/body"].map(|path| server.http(path));
    let state = server.state.clone();
    let stopping = server.begin_to_stop();
    state.drain.begun().await;
    assert_eq!(status(&ready).await, StatusCode::SERVICE_UNAVAILABLE);
    let statuses = [status(&urls[0]).await, status(&urls[1]).await];
    assert_eq!(statuses, [StatusCode::OK; 2]);
    // Nothing new is begun, and everybody is told when to come back.
    let client = reqwest::Client::new();
    let asked = others.iter().map(|url| client.get(url));
    let asked = asked.chain(posted.iter().map(|url| client.post(url).body("{\"type\":\"ping\"}")));
    for (request, url) in asked.zip(others.iter().chain(&posted)) {
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE, "{url}");
        let after = answer.headers()["retry-after"].to_str().expect("text").parse::<u64>();
        assert!((2..=6).contains(&after.expect("seconds")), "{url}");
        assert_eq!(answer.headers()["cache-control"], "no-store", "{url}");
    }
    // An `EventSource` would never come back after anything but a stream.
    let answer = reqwest::get(events).await.expect("an answer");
    assert_eq!((answer.status(), refused(answer).await), (StatusCode::OK, 503));

    let away = (1001, "the server stops".to_owned());
    assert_eq!(told(chat.until_closed().await), away);
    assert_eq!(told(raw.until_closed().await), away);
    let mut blocks = stream.bytes_stream();
    while let Some(block) = blocks.next().await {
        block.expect("the stream ends as it should, and is not cut");
    }
    stopping.stopped().await;
    reqwest::get(ready).await.expect_err("nobody listens any more");
}

/// Reads a stream that is a refusal and nothing else; returns the problem's status.
async fn refused(answer: reqwest::Response) -> u16 {
    assert_eq!(answer.headers()["content-type"], "text/event-stream");
    assert_eq!(answer.headers()["cache-control"], "no-store");
    let block = answer.text().await.expect("the stream ends");
    let (retry, rest) = block.split_once('\n').expect("lines");
    let retry = retry.strip_prefix("retry: ").and_then(|retry| retry.parse::<u64>().ok());
    assert!((2_000..=6_000).contains(&retry.expect("a wait")), "{block}");
    let json = rest.strip_prefix("event: refused\ndata: ").expect("an event");
    let json = json.strip_suffix("\n\n").expect("a whole block");
    serde_json::from_str::<Problem>(json).expect("a problem").status
}

#[tokio::test]
async fn a_client_that_does_not_answer_does_not_keep_the_server() {
    let limits = Limits {
        drain_at_least: Duration::from_millis(10),
        drain_at_most: Duration::from_millis(100),
        stop_after: Duration::from_millis(300),
        close_timeout: Duration::from_secs(3_600),
        ..Limits::default()
    };
    let server = support::start_with(Setup { limits, ..Setup::default() }).await;
    let mut silent = Wire::open(server.address()).await;
    silent
        .write(
            "GET /api/echo HTTP/1.1\r\nhost: test\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\
             sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        )
        .await;
    silent.read_head().await;
    // A request whose body does not come.
    let mut half = Wire::open(server.address()).await;
    half.write("GET /api/clock/events HTTP/1.1\r\nhost: test\r\n").await;
    server.stop().await;
}

#[tokio::test]
async fn a_signal_ends_the_program_in_good_order() {
    for signal in ["TERM", "INT"] {
        let mut program = Program::start(&["--listen", "127.0.0.1:0"]);
        let address = program.address().await;
        let mut chat = Client::open_chat(format!("ws://{address}{}", path::ECHO)).await;
        let url = format!("http://{address}{}", path::CLOCK_EVENTS);
        let stream = reqwest::get(url).await.expect("a stream");
        program.until_logged("stream opened").await;

        let began = tokio::time::Instant::now();
        program.signal(signal).await;
        assert_eq!(told(chat.until_closed().await).0, 1001);
        stream.bytes().await.expect("the stream ends as it should");
        program.until_logged("socket closed: echo").await;
        program.until_logged("stopped").await;
        assert_eq!(program.exit_code().await, Some(0), "SIG{signal}");
        assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    }
}

#[tokio::test]
async fn the_program_ends_within_the_time_that_it_is_given() {
    let arguments = ["--listen", "127.0.0.1:0", "--drain", "2", "--drain-spread=0", "--restarting"];
    let mut program = Program::start(&arguments);
    let address = program.address().await;
    let mut chat = Client::open_chat(format!("ws://{address}{}", path::ECHO)).await;
    // One that does not answer is waited for until then.
    let _silent = Client::open_chat(format!("ws://{address}{}", path::ECHO)).await;
    let began = tokio::time::Instant::now();
    program.signal("TERM").await;
    assert_eq!(told(chat.until_closed().await).0, 1012);
    // Both have ended in order, before the time was over.
    for _ in 0..2 {
        program.until_logged("closed by the server with 1012").await;
    }
    let last = program.until_logged("stopped").await;
    assert!(!last.contains("connections open"), "{last}");
    assert_eq!(program.exit_code().await, Some(0));
    let took = began.elapsed();
    assert!((1_000..4_000).contains(&took.as_millis()), "{took:?}");
}

#[tokio::test]
async fn a_second_signal_ends_the_program_at_once() {
    let mut program = Program::start(&["--listen", "127.0.0.1:0"]);
    program.address().await;
    program.signal("TERM").await;
    program.until_logged("draining").await;
    program.signal("TERM").await;
    assert_eq!(program.exit_code().await, Some(143));
}

#[tokio::test]
async fn a_port_in_use_is_a_clear_error() {
    let mut first = Program::start(&["--listen", "127.0.0.1:0"]);
    let address = first.address().await;
    let (_, port) = address.split_once(':').expect("an address has a port");
    let mut second = Program::start(&["--listen", &address]);
    let error = second.until_logged("ERROR").await;
    assert!(error.contains(&format!("port {port} is in use")), "{error}");
    assert!(error.contains("--listen 127.0.0.1:"), "{error}");
    assert_eq!(second.exit_code().await, Some(1));
}

#[tokio::test]
async fn every_address_is_printed() {
    let mut program = Program::start(&["--listen", "0.0.0.0:0"]);
    assert!(program.address().await.starts_with("127.0.0.1:"));
}
