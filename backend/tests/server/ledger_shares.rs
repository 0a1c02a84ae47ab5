//! Whose ledgers are kept where there is no room for all, and for how long.

use std::sync::Arc;
use std::time::Duration;

use echoclock_backend::limits::{LedgerLimits, Limits, Places};
use echoclock_shared::ledger::{LedgerId, What};
use echoclock_shared::path;
use echoclock_shared::transport::Transport;
use tokio::io::AsyncReadExt;
use tokio::net::TcpSocket;
use tokio::time::timeout;

use crate::support::clock::ManualClock;
use crate::support::{self, PATIENCE, Server, Setup, Wire};

fn id() -> LedgerId {
    LedgerId::from_random(7)
}

fn request(method: &str, transport: Transport, link: &LedgerId) -> String {
    let target = transport.of(path::CLOCK);
    format!("{method} {target}?link={link} HTTP/1.1\r\nhost: localhost\r\n\r\n")
}

/// Connects from another address of this machine, where it has any.
async fn wire_from(address: [u8; 4], server: &Server) -> Wire {
    let socket = TcpSocket::new_v4().expect("a socket");
    if cfg!(target_os = "linux") {
        socket.bind((address, 0).into()).expect("all of 127.0.0.0/8 is this machine");
    }
    Wire(socket.connect(server.address()).await.expect("the server accepts"))
}

async fn read_until(wire: &mut Wire, text: &str) {
    let mut read = vec![];
    while !String::from_utf8_lossy(&read).contains(text) {
        let more = timeout(PATIENCE, wire.0.read_buf(&mut read)).await;
        assert_ne!(more.expect("more").expect("a whole connection"), 0, "no {text}");
    }
}

#[tokio::test]
async fn a_stream_that_is_open_is_recorded_whatever_others_do() {
    let many = |places| Places { requests: 1_000_000, ..places };
    let limits = Limits {
        in_all: many(Places::IN_ALL),
        per_client: many(Places::PER_CLIENT),
        ..Limits::default()
    };
    for from in [[127, 0, 0, 1], [127, 0, 0, 2]] {
        let wall = Arc::new(ManualClock::new(10_000));
        let server =
            support::start_with(Setup { wall: wall.clone(), limits, ..Setup::default() }).await;
        let mut stream = Wire::open(server.address()).await;
        stream.write(request("GET", Transport::Events, &id())).await;
        read_until(&mut stream, r#""seq":10"#).await;
        let mut attacker = wire_from(from, &server).await;
        for n in 0..60 {
            let links = (n * 50..(n + 1) * 50).map(|n| LedgerId::from_random(1_000 + n));
            let asked = links.map(|link| request("HEAD", Transport::Poll, &link));
            attacker.write(asked.collect::<String>()).await;
            for _ in 0..50 {
                assert!(attacker.read_head().await.starts_with("http/1.1 200"));
            }
        }
        let first = LedgerId::from_random(1_000);
        assert_eq!(server.state.ledgers.read(&first), None, "there is no room for all");
        wall.set(11_000);
        read_until(&mut stream, r#""seq":11"#).await;
        // What a client has read may not be written down yet.
        let is_recorded = || {
            let ledger = server.state.ledgers.read(&id()).expect("it is open");
            let last = ledger.entries.last().map(|entry| &entry.what);
            matches!(last, Some(What::Sent(piece)) if piece.raw.contains(r#""seq":11"#))
        };
        support::until("the tick in the ledger", is_recorded).await;
    }
}

#[tokio::test]
async fn old_ledgers_are_given_back_where_nobody_asks() {
    let ledger = LedgerLimits { age: Duration::from_millis(20), ..LedgerLimits::default() };
    let limits = Limits { ledger, ..Limits::default() };
    let server = support::start_with(Setup { limits, ..Setup::default() }).await;
    // And so is the next one.
    for _ in 0..2 {
        let mut wire = Wire::open(server.address()).await;
        wire.write(request("GET", Transport::Poll, &id())).await;
        read_until(&mut wire, "]}").await;
        let ledgers = &server.state.ledgers;
        support::until("the ledger to be forgotten", || ledgers.bytes() == 0).await;
    }
}

#[tokio::test]
async fn those_who_do_not_read_ledgers_take_a_bounded_amount_of_memory() {
    let memory = 1024 * 1024;
    let limits = Limits { memory, ..Limits::default() };
    let server = support::start_with(Setup { limits, ..Setup::default() }).await;
    let mut wire = Wire::open(server.address()).await;
    let say = r#"{"type":"say","key":1,"text":"TEXT"}"#.replace("TEXT", &"x".repeat(4_000));
    let target = format!("{}?link={}", path::ECHO_ONCE, id());
    for _ in 0..60 {
        let length = say.len();
        let head = format!("POST {target} HTTP/1.1\r\nhost: x\r\ncontent-length: {length}\r\n\r\n");
        wire.write(head + &say).await;
        read_until(&mut wire, "received").await;
    }
    let mut idle = vec![];
    loop {
        // Many at once on each connection, for the system keeps some of what is not read.
        let mut wire = Wire::open(server.address()).await;
        let target = format!("{}/{}", path::LINKS, id());
        let one = format!("GET {target} HTTP/1.1\r\nhost: x\r\n\r\n");
        wire.write(one.repeat(50)).await;
        let is_refused = wire.read_head().await.starts_with("http/1.1 503");
        assert!(server.state.memory_used() <= memory);
        if is_refused {
            break;
        }
        idle.push(wire);
        assert!(idle.len() < 1_000, "all of them have room");
    }
    drop(idle);
    let state = server.state.clone();
    support::until("the memory to be given back", || state.memory_used() == 0).await;
}
