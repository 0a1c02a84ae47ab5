//! The ledgers of links: what a client that counts every byte itself finds in them.

use std::sync::Arc;
use std::time::Duration;

use echoclock_backend::limits::{LedgerLimits, Limits};
use echoclock_backend::origin::Allowed;
use echoclock_shared::ledger::{Entry, Kind, Ledger, LedgerId, Piece, Totals, What, hidden};
use echoclock_shared::path;
use echoclock_shared::problem::Problem;
use echoclock_shared::transport::Transport;
use http::StatusCode;
use tokio::io::AsyncReadExt;
use tokio::time::timeout;

use crate::support::clock::ManualClock;
use crate::support::raw::frame;
use crate::support::socket::Client;
use crate::support::{self, PATIENCE, Server, Setup, Wire};

const ID: &str = "0123456789abcdef0123456789abcdef";

fn id() -> LedgerId {
    ID.parse().expect("an id")
}

/// What a client that is no browser sends to open a WebSocket.
const OPENING: &str = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
                       Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

/// One request over a connection of its own, and all bytes that passed on it.
struct Counted {
    wire: Wire,
    sent: u64,
    received: Vec<u8>,
}

impl Counted {
    async fn ask(server: &Server, method: &str, target: &str, rest: &str) -> Self {
        let wire = Wire::open(server.address()).await;
        let mut counted = Self { wire, sent: 0, received: vec![] };
        counted.write(format!("{method} {target} HTTP/1.1\r\nHost: localhost\r\n{rest}")).await;
        counted
    }

    async fn write(&mut self, bytes: impl AsRef<[u8]>) {
        self.sent += bytes.as_ref().len() as u64;
        self.wire.write(bytes).await;
    }

    /// Reads on until all that was received holds `text`.
    async fn read_until(&mut self, text: &str) {
        while !String::from_utf8_lossy(&self.received).contains(text) {
            let read = timeout(PATIENCE, self.wire.0.read_buf(&mut self.received)).await;
            assert_ne!(read.expect("more").expect("a whole connection"), 0, "no {text}");
        }
    }

    async fn read_to_end(mut self) -> (u64, u64) {
        let rest = self.wire.read_to_end().await;
        (self.sent, (self.received.len() + rest.len()) as u64)
    }
}

#[tokio::test]
async fn the_totals_are_what_passes_on_the_wire() {
    for transport in Transport::ALL {
        let wall = Arc::new(ManualClock::new(10_000));
        let server = support::start_with(Setup { wall: wall.clone(), ..Setup::default() }).await;
        let state = server.state.clone();
        let target = |after: &str| format!("{}?link={ID}{after}", transport.of(path::CLOCK));
        let (mut up, mut down, mut requests) = (0, 0, 0);
        let mut add = |(sent, received): (u64, u64)| {
            (up, down, requests) = (up + sent, down + received, requests + 1);
        };
        match transport {
            Transport::Poll | Transport::LongPoll => {
                for (after, last) in [("", "\r\n"), ("&after=9", "Connection: close\r\n\r\n")] {
                    let mut asked = Counted::ask(&server, "GET", &target(after), last).await;
                    asked.read_until("]}").await;
                    if after.is_empty() {
                        add((asked.sent, asked.received.len() as u64));
                    } else {
                        add(asked.read_to_end().await);
                    }
                }
                if transport == Transport::LongPoll {
                    let target = target("&after=10&wait=0");
                    let end = "Connection: close\r\n\r\n";
                    add(Counted::ask(&server, "GET", &target, end).await.read_to_end().await);
                }
                server.stop().await;
            }
            Transport::Stream | Transport::Frame | Transport::Events => {
                let mut asked = Counted::ask(&server, "GET", &target("&after=3"), "\r\n").await;
                asked.read_until(r#""seq":10,"#).await;
                wall.set(11_000);
                asked.read_until(r#""seq":11,"#).await;
                server.stop().await;
                add(asked.read_to_end().await);
            }
            Transport::Socket => {
                let opening = format!("{OPENING}\r\n");
                let mut asked = Counted::ask(&server, "GET", &target(""), &opening).await;
                asked.read_until(r#""seq":10,"#).await;
                asked.write(frame(0x89, b"are you there")).await;
                asked.read_until("are you there").await;
                let stopping = server.begin_to_stop();
                asked.read_until("the server stops").await;
                asked.write(frame(0x88, &1001_u16.to_be_bytes())).await;
                add(asked.read_to_end().await);
                stopping.stopped().await;
            }
        }
        let ledger = state.ledgers.read(&id()).expect("a ledger");
        let totals = Totals { requests, received: up, sent: down };
        assert_eq!(ledger.totals, totals, "{transport}: {ledger:#?}");
        adds_up(&ledger);
    }
}

/// Nothing is dropped, so the entries are all there is.
fn adds_up(ledger: &Ledger) {
    assert_eq!(ledger.dropped, 0);
    let all: u64 = ledger.entries.iter().map(|entry| entry.size).sum();
    assert_eq!(all, ledger.totals.received + ledger.totals.sent);
}

#[tokio::test]
async fn the_totals_of_echoes_are_what_passes_on_the_wire() {
    let server = support::start().await;
    let state = server.state.clone();
    let target = |path: &str| format!("{path}?link={ID}");
    let body = r#"{"type":"ping"}"#;
    let rest = format!("Content-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len());
    let once = Counted::ask(&server, "POST", &target(path::ECHO_ONCE), &rest).await;
    let once = once.read_to_end().await;

    let opening = format!("Sec-WebSocket-Protocol: echoclock.v1\r\n{OPENING}\r\n");
    let mut chat = Counted::ask(&server, "GET", &target(path::ECHO), &opening).await;
    chat.read_until("hello").await;
    chat.write(frame(0x81, body.as_bytes())).await;
    chat.read_until("pong").await;
    chat.write(frame(0x88, &[])).await;
    let chat = chat.read_to_end().await;

    let opening = format!("{OPENING}\r\n");
    let mut raw = Counted::ask(&server, "GET", &target(path::ECHO_RAW), &opening).await;
    let long = "x".repeat(300);
    raw.write(frame(0x82, long.as_bytes())).await;
    raw.read_until(&long).await;
    raw.write(frame(0x88, &[&3000_u16.to_be_bytes()[..], b"that is all"].concat())).await;
    let raw = raw.read_to_end().await;
    server.stop().await;

    let ledger = state.ledgers.read(&id()).expect("a ledger");
    let (received, sent) = (once.0 + chat.0 + raw.0, once.1 + chat.1 + raw.1);
    assert_eq!(ledger.totals, Totals { requests: 3, received, sent }, "{ledger:#?}");
    adds_up(&ledger);
}

#[tokio::test]
async fn a_ledger_tells_what_passed() {
    let wall = Arc::new(ManualClock::new(10_000));
    let server = support::start_with(Setup { wall: wall.clone(), ..Setup::default() }).await;
    let target = format!("{}?link={ID}&every=1s", path::CLOCK_EVENTS);
    let rest = "Cookie: a=secret\r\nAuthorization: secret\r\nX-Mine: mine\r\n\r\n";
    let mut asked = Counted::ask(&server, "GET", &target, rest).await;
    asked.read_until(r#""seq":10,"#).await;
    // One that is closed may only have ended its side, and would be sent more to find out.
    asked.wire.0.set_zero_linger().expect("the system lets it");
    drop(asked);
    server.until_nothing_is_open().await;
    let ledger = read(&server, ID).await;
    let [request, response, head, tick, ended] = ledger.entries.as_slice() else {
        panic!("{ledger:#?}")
    };
    let What::Request { method, target: asked, version, headers } = &request.what else {
        panic!("{request:?}")
    };
    assert_eq!((&**method, asked, &**version), ("GET", &target, "HTTP/1.1"));
    let told = |name, value: &str| (str::to_owned(name), value.to_owned());
    assert_eq!(
        *headers,
        [
            told("Host", "localhost"),
            told("Cookie", &hidden(b"a=secret")),
            told("Authorization", &hidden(b"secret")),
            told("X-Mine", &hidden(b"mine"))
        ]
    );
    let What::Response { status, headers } = &response.what else { panic!("{response:?}") };
    assert_eq!(*status, 200);
    assert!(headers.contains(&told("cache-control", "no-store, no-transform")), "{headers:?}");
    assert!(headers.contains(&told("vary", "origin")), "as it leaves the gate: {headers:?}");
    assert!(headers.contains(&told("transfer-encoding", "chunked")), "{headers:?}");
    let body = |text: &str| Piece { kind: Kind::Body, raw: text.to_owned(), hex: false };
    assert!(matches!(&head.what, What::Sent(piece) if piece.raw.starts_with("retry: ")));
    let text = "id: 10\ndata: {\"seq\":10,\"due\":\"1970-01-01T00:00:10.000Z\"}\n\n";
    assert_eq!(tick.what, What::Sent(body(text)));
    assert_eq!(
        tick.size,
        text.len() as u64 + 6,
        "a chunk has its length before it, in hexadecimal"
    );
    assert_eq!(ended.what, What::Ended { reason: "the client left".to_owned() });
    assert!(ledger.entries.iter().all(|entry| entry.at.get() == 10_000 && entry.request == 1));
}

#[tokio::test]
async fn both_directions_of_a_socket_are_told_and_its_end() {
    let server = support::start().await;
    let mut socket = Client::open(server.ws(&format!("{}?link={ID}", path::ECHO_RAW))).await;
    socket.send("hello").await;
    socket.receive().await;
    socket.0.close(None).await.expect("it is open");
    server.until_nothing_is_open().await;
    let ledger = read(&server, ID).await;
    let text = |raw: &str| Piece { kind: Kind::Text, raw: raw.to_owned(), hex: false };
    let close = Piece { kind: Kind::Close, raw: String::new(), hex: false };
    let whats: Vec<_> = ledger.entries.iter().skip(2).map(|entry| entry.what.clone()).collect();
    let reason = "closed by the client without a code".to_owned();
    assert_eq!(
        whats,
        [
            What::Received(text("hello")),
            What::Sent(text("hello")),
            What::Received(close.clone()),
            What::Sent(close),
            What::Ended { reason }
        ]
    );
    assert!(matches!(ledger.entries[1], Entry { what: What::Response { status: 101, .. }, .. }));
}

#[tokio::test]
async fn a_poll_is_answered_even_where_its_client_may_have_left() {
    let server =
        support::start_with(Setup { wall: Arc::new(ManualClock::new(10_000)), ..Setup::default() })
            .await;
    let target = format!("{}?after=10&wait=1&link={ID}", Transport::LongPoll.of(path::CLOCK));
    let waits = Counted::ask(&server, "GET", &target, "\r\n").await;
    support::until("the poll to wait", || server.state.counts.open().polls == 1).await;
    drop(waits);
    server.until_nothing_is_open().await;
    let ledger = read(&server, ID).await;
    // It might have read on, so it was answered in its time.
    let last = ledger.entries.last().map(|entry| entry.what.clone());
    assert!(matches!(last, Some(What::Response { status: 204, .. })), "{last:?}");
}

#[tokio::test]
async fn long_texts_and_long_heads_are_cut() {
    let ledger = LedgerLimits { text: 40, head: 60, ..LedgerLimits::default() };
    let limits = Limits { ledger, ..Setup::default().limits };
    let server = support::start_with(Setup { limits, ..Setup::default() }).await;
    let mut socket = Client::open(server.ws(&format!("{}?link={ID}", path::ECHO_RAW))).await;
    socket.send("é".repeat(50)).await;
    socket.receive().await;
    let ledger = read(&server, ID).await;
    for entry in &ledger.entries {
        assert!(entry.cut, "{entry:?}");
        match &entry.what {
            What::Request { target, headers, .. } => {
                assert_eq!(target.len(), 40);
                let length: usize = headers.iter().map(|(n, v)| n.len() + v.len()).sum();
                assert!(length <= 60, "{headers:?}");
            }
            What::Response { headers, .. } => {
                let length: usize = headers.iter().map(|(n, v)| n.len() + v.len()).sum();
                assert!(length <= 60, "{headers:?}");
            }
            What::Received(piece) | What::Sent(piece) => assert_eq!(piece.raw, "é".repeat(20)),
            What::Ended { .. } => panic!("it is open"),
        }
    }
    assert_eq!(ledger.entries.last().map(|entry| entry.size), Some(102), "the size is whole");
}

#[tokio::test]
async fn only_an_id_that_was_used_has_a_ledger() {
    let server = support::start().await;
    let get = |target: String| reqwest::get(server.http(&target));
    for (target, status, parameter) in [
        (format!("{}/{ID}", path::LINKS), 404, None),
        (format!("{}/short", path::LINKS), 400, Some("link")),
        (format!("{}/{}", path::LINKS, "x".repeat(65)), 400, Some("link")),
        (format!("{}?link=short", path::CLOCK), 400, Some("link")),
        (format!("{}?link={ID}&link={ID}", path::CLOCK), 400, Some("link")),
        (format!("{}?link=short", path::ECHO), 400, Some("link")),
        (format!("{}?link=short", path::ECHO_RAW), 400, Some("link")),
        (format!("{}?link=short", path::ECHO_ONCE), 400, Some("link")),
        (format!("{}?link={ID}&session=1", path::CLOCK), 400, Some("session")),
    ] {
        let answer = get(target.clone()).await.expect("an answer");
        assert_eq!(answer.status(), status, "{target}");
        assert_eq!(answer.headers()["cache-control"], "no-store", "{target}");
        let problem = answer.json::<Problem>().await.expect("a problem");
        assert_eq!(problem.parameter.as_deref(), parameter, "{target}");
    }
    // The last of them was opened, and refused; reading leaves no trace, nor does what opens no
    // link.
    get(format!("{}?link={ID}", path::INFO)).await.expect("an answer");
    get(format!("{}/{ID}?link={ID}", path::LINKS)).await.expect("an answer");
    let ledger = read(&server, ID).await;
    assert_eq!(ledger.totals.requests, 1);
    assert!(matches!(ledger.entries[1].what, What::Response { status: 400, .. }));
}

#[tokio::test]
async fn a_page_from_elsewhere_neither_writes_nor_reads() {
    let allowed = Allowed::Listed(vec![]);
    let server = support::start_with(Setup { allowed, ..Setup::default() }).await;
    let client = reqwest::Client::new();
    for target in [format!("{}?link={ID}", path::CLOCK), format!("{}/{ID}", path::LINKS)] {
        let request = client.get(server.http(&target)).header("origin", "https://evil.example");
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{target}");
    }
    assert_eq!(server.state.ledgers.read(&id()), None);
}

#[tokio::test]
async fn over_http2_heads_and_bodies_are_computed_and_say_so() {
    let server = support::start().await;
    let client = reqwest::Client::builder().http2_prior_knowledge().build().expect("a client");
    let target = server.http(&format!("{}?link={ID}", path::ECHO_ONCE));
    let body = r#"{"type":"ping"}"#;
    client.post(target).body(body).send().await.expect("an answer").text().await.expect("text");
    let ledger = read(&server, ID).await;
    let whats: Vec<_> = ledger.entries.iter().map(|entry| (entry.computed, &entry.what)).collect();
    let [(true, request), (true, received), (true, _), (true, sent)] = whats[..] else {
        panic!("{ledger:#?}")
    };
    assert!(matches!(request, What::Request { version, .. } if version == "HTTP/2.0"));
    assert!(matches!(received, What::Received(piece) if piece.raw == body), "{received:?}");
    assert!(matches!(sent, What::Sent(piece) if piece.raw.contains("pong")), "{sent:?}");
    adds_up(&ledger);
}

#[tokio::test]
async fn a_visitor_leaves_no_ledger_to_who_made_the_link() {
    let server = support::start().await;
    let visit = reqwest::Client::new()
        .get(server.http(&format!("{}?link={ID}", path::CLOCK)))
        .header("sec-fetch-site", "cross-site")
        .header("sec-fetch-mode", "navigate")
        .header("sec-fetch-dest", "document");
    let answer = visit.send().await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(server.state.ledgers.read(&id()), None);
}

#[tokio::test]
async fn a_head_alone_has_no_body() {
    let server = support::start().await;
    let target = format!("{}?link={ID}", path::CLOCK_EVENTS);
    let client = reqwest::Client::new();
    client.head(server.http(&target)).send().await.expect("an answer");
    let ledger = read(&server, ID).await;
    assert_eq!(ledger.entries.len(), 2, "{ledger:#?}");
    assert!(timeout(Duration::from_secs(5), server.state.counts.nothing_open()).await.is_ok());
}

async fn read(server: &Server, id: &str) -> Ledger {
    let answer = reqwest::get(server.http(&format!("{}/{id}", path::LINKS))).await;
    let answer = answer.expect("an answer");
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.headers()["cache-control"], "no-store");
    answer.json().await.expect("a ledger")
}
