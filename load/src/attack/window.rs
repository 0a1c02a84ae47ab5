//! HTTP/2 whose window is shut: what is to be sent can't go out, and the connection lives.

use std::time::{Duration, Instant};

use anyhow::Result;

use super::client;
use super::http2::Http2;
use super::ring::{Ring, Start};
use super::{Attack, Bounds};
use crate::frame::{self, Kind};

pub(super) const ALL: &[Attack] = &[
    Attack {
        name: "h2-sockets-shut",
        tries: "40 sockets on one connection of HTTP/2 with window 0 and 16 MiB to be echoed each",
        short: true,
        waits: true,
        start: Start::Plain,
        flags: &["--raw-max=16777216", "--memory-budget=67108864"],
        bounds: Bounds { growth: 64.0 + 32.0, cpu: 2.0, delay: 20.0 },
        run: sockets,
    },
    Attack {
        name: "h2-pings-shut",
        tries: "a socket over HTTP/2 with window 0 sends pings without pause",
        short: true,
        waits: true,
        start: Start::Plain,
        flags: &[],
        bounds: Bounds { growth: 8.0, cpu: 1.0, delay: 20.0 },
        run: pings,
    },
    Attack {
        name: "h2-polls-shut",
        tries: "connections of HTTP/2 with window 0 ask for 3,600 items 200 times each",
        short: true,
        waits: true,
        start: Start::Plain,
        flags: &["--client-requests=100000", "--client-polls=10000"],
        bounds: Bounds { growth: 48.0, cpu: 2.0, delay: 20.0 },
        run: polls,
    },
    Attack {
        name: "h2-given-up",
        tries: "a poll over HTTP/2 with window 0 whose pings are answered is given up in the end",
        short: false,
        waits: true,
        start: Start::Plain,
        flags: &[],
        bounds: Bounds { growth: 16.0, cpu: 0.5, delay: 20.0 },
        run: given_up,
    },
    Attack {
        name: "h2-silent",
        tries: "a connection of HTTP/2 with unfinished requests that answers pings and does no more",
        short: false,
        waits: true,
        start: Start::Plain,
        flags: &[],
        bounds: Bounds { growth: 16.0, cpu: 0.5, delay: 20.0 },
        run: silent,
    },
];

fn sockets(ring: &mut Ring) -> Result<()> {
    let mut connection = Http2::open(ring.address, 0, None)?;
    let message = frame::masked(Kind::Binary, &vec![7; 16 * 1024 * 1024]);
    let (began, time) = (Instant::now(), ring.time(3, 40));
    let mut whole = 0;
    for _ in 0..40 {
        if began.elapsed() > time {
            break;
        }
        let id = connection.socket("/api/echo/raw");
        connection.pump(Duration::from_millis(20));
        whole += usize::from(connection.data(id, &message, Duration::from_secs(1)));
    }
    ring.note(format!("{whole} messages of 16 MiB were taken"));
    connection.pump(ring.time(1, 60));
    told(ring, &connection, began);
    super::large_echoes::small_ones_go_on(ring)
}

fn pings(ring: &mut Ring) -> Result<()> {
    let mut connection = Http2::open(ring.address, 0, None)?;
    let id = connection.socket("/api/echo");
    connection.pump(Duration::from_millis(200));
    let pings = frame::masked(Kind::Ping, &[7; 125]).repeat(500);
    let (began, mut sent) = (Instant::now(), 0);
    while began.elapsed() < ring.time(2, 60)
        && connection.over.is_none()
        && ring.resident() < super::pings::GIVES_UP
    {
        if connection.data(id, &pings, Duration::from_millis(500)) {
            sent += pings.len();
        }
        connection.pump(Duration::from_millis(1));
    }
    ring.note(format!("{} MiB of pings were taken", sent / 1_048_576));
    told(ring, &connection, began);
    Ok(())
}

fn polls(ring: &mut Ring) -> Result<()> {
    let mut connections = Vec::new();
    let began = Instant::now();
    for _ in 0..10 {
        let mut connection = Http2::open(ring.address, 0, None)?;
        for _ in 0..200 {
            connection.ask("GET", "/api/clock?every=100ms&after=0", false);
        }
        connection.pump(Duration::from_millis(100));
        connections.push(connection);
    }
    while began.elapsed() < ring.time(2, 60) {
        for connection in &mut connections {
            connection.pump(Duration::from_millis(50));
        }
    }
    let open = connections.iter().filter(|connection| connection.over.is_none()).count();
    let refused: usize = connections.iter().map(|connection| connection.resets).sum();
    ring.note(format!("{open} of 10 connections are open, {refused} streams were refused"));
    Ok(())
}

/// A reader is judged by what it takes: half a minute of nothing is enough.
fn given_up(ring: &mut Ring) -> Result<()> {
    let mut connection = Http2::open(ring.address, 0, None)?;
    let began = Instant::now();
    connection.ask("GET", "/api/clock?every=100ms&after=0", false);
    while began.elapsed() < PATIENCE && connection.over.is_none() && connection.resets == 0 {
        connection.pump(Duration::from_millis(500));
    }
    told(ring, &connection, began);
    let over = connection.over.is_some() || connection.resets > 0;
    anyhow::ensure!(over, "an answer that nobody takes is kept after {PATIENCE:?}");
    Ok(())
}

/// A request whose body never comes has a deadline of its own, whatever pings say.
fn silent(ring: &mut Ring) -> Result<()> {
    let mut connection = Http2::open(ring.address, 65_535, None)?;
    let (began, asked) = (Instant::now(), 50);
    for _ in 0..asked {
        connection.ask("POST", "/api/echo/once", true);
    }
    let answered = |connection: &Http2| connection.heads + connection.resets >= asked;
    while began.elapsed() < PATIENCE && connection.over.is_none() && !answered(&connection) {
        connection.pump(Duration::from_millis(500));
    }
    told(ring, &connection, began);
    let over = connection.over.is_some() || answered(&connection);
    anyhow::ensure!(over, "bodies that do not come are waited for after {PATIENCE:?}");
    client::status(ring.address, client::HONEST, "GET /readyz HTTP/1.1", PATIENCE)?;
    Ok(())
}

fn told(ring: &mut Ring, connection: &Http2, began: Instant) {
    let after = began.elapsed().as_secs_f64();
    ring.note(match &connection.over {
        Some(why) => format!("the connection was over after {after:.0} s at the most: {why}"),
        None => format!("the connection is open after {after:.0} s; {} resets", connection.resets),
    });
}

/// Half a minute, and what looks at it only now and then.
const PATIENCE: Duration = Duration::from_secs(60);
