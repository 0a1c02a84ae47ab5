//! A client that records every byte, and the ledger of what it did: they agree, whatever it does.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use echoclock_shared::ledger::{Ledger, LedgerId, Totals, What};
use echoclock_shared::path;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::support::clock::ManualClock;
use crate::support::{self, PATIENCE, Server, Setup};

/// A connection that counts.
struct Recording {
    stream: TcpStream,
    dice: fastrand::Rng,
    requests: u64,
    sent: u64,
    /// All that was received.
    received: Vec<u8>,
    /// How much of it has been looked at.
    seen: usize,
}

/// How a request's answer ends.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Answer {
    /// As its head says.
    Whole,
    /// As its head says; what comes after depends on whether all of the request was there.
    Last,
    /// With its head, as the answer to HEAD does.
    Head,
    /// When the server stops, or the connection ends.
    Endless,
    /// It is a WebSocket.
    Socket,
}

const PING: &str = r#"{"type":"ping"}"#;

impl Recording {
    async fn write(&mut self, bytes: &[u8]) {
        self.sent += bytes.len() as u64;
        let mut rest = bytes;
        while !rest.is_empty() {
            // Often all at once, and else in pieces of any size.
            let size = if self.dice.bool() { rest.len() } else { self.dice.usize(1..=rest.len()) };
            let (piece, later) = rest.split_at(size);
            self.stream.write_all(piece).await.expect("the server reads");
            self.stream.flush().await.expect("the server reads");
            rest = later;
            if !rest.is_empty() {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        }
    }

    async fn read_more(&mut self) -> usize {
        let read = timeout(PATIENCE, self.stream.read_buf(&mut self.received)).await;
        read.expect("more").expect("a whole connection")
    }

    /// Reads until what was not looked at yet holds `end`; returns what comes before.
    async fn until(&mut self, end: &[u8]) -> String {
        loop {
            let rest = &self.received[self.seen..];
            if let Some(at) = rest.windows(end.len()).position(|window| window == end) {
                let found = String::from_utf8_lossy(&rest[..at]).into_owned();
                self.seen += at + end.len();
                return found;
            }
            let read = self.read_more().await;
            assert_ne!(read, 0, "{}", String::from_utf8_lossy(&self.received));
        }
    }

    async fn take(&mut self, bytes: usize) {
        while self.received.len() < self.seen + bytes {
            assert_ne!(self.read_more().await, 0);
        }
        self.seen += bytes;
    }

    /// Reads an answer that is not endless; tells whether the connection goes on.
    async fn answer(&mut self, answer: Answer) -> bool {
        let head = self.until(b"\r\n\r\n").await.to_lowercase();
        if head.starts_with("http/1.1 100 ") {
            return Box::pin(self.answer(answer)).await;
        }
        let field = |name: &str| head.lines().find_map(|line| line.strip_prefix(name));
        let has_body = answer != Answer::Head && !head.contains(" 204 ");
        match (field("content-length: "), field("transfer-encoding: ")) {
            _ if !has_body => {}
            (Some(length), _) => self.take(length.parse().expect("a length")).await,
            (None, Some(_)) => {
                self.until(b"0\r\n\r\n").await;
            }
            (None, None) => return false,
        }
        match field("connection: ") {
            Some(words) => !words.contains("close"),
            None => head.starts_with("http/1.1"),
        }
    }

    /// Makes a request, with all that belongs to it.
    async fn ask(&mut self, id: &LedgerId) -> Answer {
        self.requests += 1;
        let link = format!("link={id}");
        let post = format!("POST {}?{link} HTTP/1.1\r\nHost: a\r\n", path::ECHO_ONCE);
        let length = PING.len();
        let get = |rest: &str| format!("GET /api/clock?{link} HTTP/1.1\r\n{rest}\r\n");
        let upgrade = "Host: a\r\nConnection: keep-alive\r\nConnection: Upgrade\r\n\
                       Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
                       Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
        let (request, answer) = match self.dice.u8(..28) {
            0 => (get("Host: a\r\n"), Answer::Whole),
            1 => (get("Host:a\r\nX: \t y  \r\nx:z\r\n"), Answer::Whole),
            2 => (get("HOST: a\r\nAccept-Encoding: gzip\r\n"), Answer::Whole),
            3 => (get("Host: a\nCookie: secret\n"), Answer::Whole),
            4 => (format!("\r\n\r\n{}", get("Host: a\r\n")), Answer::Whole),
            5 => (get("Host: a\r\nConnection: close\r\n"), Answer::Whole),
            6 => (get("Host: a\r\n").replace("GET", "HEAD"), Answer::Head),
            7 => (get("Host: a\r\n").replace("GET", "OPTIONS"), Answer::Whole),
            8 => (get("Host: a\r\n").replace("/api", "http://b/%61pi"), Answer::Whole),
            9 => (get("Host: a\r\n").replace("clock?", "clock?unknown=1&"), Answer::Whole),
            10 => (get("Host: a\r\n").replace("1.1", "1.0"), Answer::Whole),
            11 => {
                let rest = "Host: a\r\nConnection: keep-alive\r\n";
                (get(rest).replace("1.1", "1.0"), Answer::Whole)
            }
            12 => (get("Host: a\r\n").replace("clock?", "clock/events?"), Answer::Endless),
            13 => (get("Host: a\r\n").replace("clock?", "clock/stream?"), Answer::Endless),
            14 => (get("Host: a\r\n").replace("clock?", "clock/frame?"), Answer::Endless),
            15 => {
                let rest = "Connection: keep-alive\r\n";
                let get = get(rest).replace("clock?", "clock/stream?");
                (get.replace("1.1", "1.0"), Answer::Endless)
            }
            16 => {
                let head = get("Host: a\r\n").replace("clock?", "clock/events?");
                (head.replace("GET", "HEAD"), Answer::Head)
            }
            17 => {
                let target = "clock/next?after=10&wait=0&";
                (get("Host: a\r\n").replace("clock?", target), Answer::Whole)
            }
            18 => (format!("{post}Content-Length: {length}\r\n\r\n{PING}"), Answer::Whole),
            19 => {
                let chunks = format!("1;a=b\r\n{{\r\n{:X}\r\n{}", length - 1, &PING[1..]);
                let end = "\r\n0\r\nTrailer: x\r\n\r\n";
                let te = "Transfer-Encoding: chunked\r\n\r\n";
                (format!("{post}{te}{chunks}{end}"), Answer::Whole)
            }
            20 => {
                let both = format!(
                    "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n\
                                    {length:x}\r\n{PING}\r\n0\r\n\r\n"
                );
                (post + &both, Answer::Whole)
            }
            21 => {
                let expect =
                    format!("{post}Expect: 100-continue\r\nContent-Length: {length}\r\n\r\n");
                self.write(expect.as_bytes()).await;
                self.until(b"HTTP/1.1 100 Continue\r\n\r\n").await;
                (PING.to_owned(), Answer::Whole)
            }
            22 => {
                let body = "Content-Length: 34\r\n\r\n0123456789012345678901234567890123";
                (format!("{}{body}", post.replace("echo/once", "clock")), Answer::Last)
            }
            23 => (format!("{post}Content-Length: 9\r\n\r\nnot JSON!"), Answer::Whole),
            24 => (get("Host: a\r\n").replace("clock?", "echo/raw?"), Answer::Whole),
            25 => {
                let get = get(upgrade).replace("clock?", "clock/socket?");
                (get, Answer::Socket)
            }
            26 => (get(upgrade).replace("clock?", "echo?"), Answer::Socket),
            _ => (get(upgrade).replace("clock?", "echo/raw?"), Answer::Socket),
        };
        self.write(request.as_bytes()).await;
        answer
    }

    /// Says a few things on a socket, and closes it in one of many ways.
    async fn converse(&mut self) {
        self.until(b"\r\n\r\n").await;
        for _ in 0..self.dice.u8(..5) {
            let payload = vec![b'x'; self.dice.usize(..400)];
            let frames = match self.dice.u8(..4) {
                0 => self.frame(0x82, &payload),
                1 => [self.frame(0x01, b"he"), self.frame(0x80, b"llo")].concat(),
                2 => self.frame(0x89, b"are you there"),
                _ => self.frame(0x81, "h\u{e9}llo".as_bytes()),
            };
            self.write(&frames).await;
        }
        let close = match self.dice.u8(..6) {
            0 => self.frame(0x88, &[]),
            1 => self.frame(0x88, &[&3000_u16.to_be_bytes()[..], b"that is all"].concat()),
            2 => self.frame(0x88, &[&1005_u16.to_be_bytes()[..], b"x"].concat()),
            3 => self.frame(0x88, &[3]),
            4 => self.frame(0x83, b"no such opcode"),
            _ => self.frame(0x88, &1000_u16.to_be_bytes()),
        };
        self.write(&close).await;
    }

    fn frame(&mut self, first: u8, payload: &[u8]) -> Vec<u8> {
        let mask = self.dice.u32(..).to_be_bytes();
        let mut frame = vec![first];
        match payload.len() {
            length @ 0..=125 => frame.push(0x80 | length as u8),
            length => {
                frame.push(0x80 | 126);
                frame.extend((length as u16).to_be_bytes());
            }
        }
        frame.extend(mask);
        frame.extend((0..).zip(payload).map(|(at, byte): (usize, _)| byte ^ mask[at % 4]));
        frame
    }

    /// Makes requests one after the other for as long as the connection goes on.
    async fn live(mut self, id: LedgerId) -> (LedgerId, Self) {
        for _ in 0..=self.dice.u8(..6) {
            match self.ask(&id).await {
                answer @ (Answer::Whole | Answer::Last | Answer::Head) => {
                    if !self.answer(answer).await || answer == Answer::Last {
                        break;
                    }
                }
                Answer::Endless => return (id, self),
                Answer::Socket => {
                    self.converse().await;
                    return (id, self);
                }
            }
        }
        (id, self)
    }

    /// Reads what is left once the server has been asked to stop.
    async fn end(mut self) -> Totals {
        while self.read_more().await > 0 {}
        Totals { requests: self.requests, received: self.sent, sent: self.received.len() as u64 }
    }
}

async fn record(server: &Server, seed: u64) -> Recording {
    let stream = TcpStream::connect(server.address()).await.expect("the server accepts");
    stream.set_nodelay(true).expect("a socket");
    let dice = fastrand::Rng::with_seed(seed);
    Recording { stream, dice, requests: 0, sent: 0, received: vec![], seen: 0 }
}

#[tokio::test]
async fn the_ledger_and_a_recording_client_agree_to_the_byte() {
    let wall = Arc::new(ManualClock::new(10_000));
    let server = support::start_with(Setup { wall: wall.clone(), ..Setup::default() }).await;
    let mut clients = JoinSet::new();
    for seed in 0..CLIENTS {
        let id = LedgerId::from_random(u128::from(seed) + 1);
        clients.spawn(record(&server, seed).await.live(id));
    }
    wall.set(12_000);
    let mut recorded: HashMap<_, _> = clients.join_all().await.into_iter().collect();
    let state = server.state.clone();
    let stopping = server.begin_to_stop();
    let mut ends = JoinSet::new();
    for (id, recording) in recorded.drain() {
        ends.spawn(async move { (id, recording.end().await) });
    }
    let ends = ends.join_all().await;
    stopping.stopped().await;
    for (id, totals) in ends {
        let ledger = state.ledgers.read(&id).expect("a ledger");
        assert_eq!(ledger.totals, totals, "{ledger:#?}");
        check(&ledger);
    }
}

/// The entries are all there is, and say what passed.
fn check(ledger: &Ledger) {
    assert_eq!(ledger.dropped, 0, "{ledger:#?}");
    let all: u64 = ledger.entries.iter().map(|entry| entry.size).sum();
    assert_eq!(all, ledger.totals.received + ledger.totals.sent, "{ledger:#?}");
    assert!(ledger.entries.iter().all(|entry| !entry.computed), "{ledger:#?}");
    for entry in &ledger.entries {
        if let What::Received(piece) = &entry.what {
            assert_ne!(piece.raw, "1002 Protocol violation", "what was sent, not its substitute");
        }
    }
}

/// Enough for every shape to come several times.
const CLIENTS: u64 = 150;
