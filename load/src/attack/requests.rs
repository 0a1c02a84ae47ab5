//! Requests without pause, and messages without pause.

use std::io::{Read, Write};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use super::client::{self, ATTACKER};
use super::heads_only::flood;
use super::ring::{Ring, Start};
use super::{Attack, Bounds};
use crate::frame::{self, Kind};

pub(super) const ALL: &[Attack] = &[
    Attack {
        name: "requests",
        tries: "32 connections ask without pause; past the bound they are refused, and others are not",
        short: true,
        waits: false,
        start: Start::Plain,
        flags: &[],
        bounds: Bounds { growth: 24.0, cpu: 0.7, delay: 20.0 },
        run: |ring| {
            let granted = flood(ring, 32, "GET /api/info HTTP/1.1")?;
            others(ring)?;
            ensure!(granted < 1_000.0, "a client's bound is 500 requests a second");
            Ok(())
        },
    },
    Attack {
        name: "messages",
        tries: "a socket sends messages without pause; it is told, and closed",
        short: true,
        waits: false,
        start: Start::Plain,
        flags: &[],
        bounds: Bounds { growth: 16.0, cpu: 1.2, delay: 20.0 },
        run: messages,
    },
];

/// What one client is refused, others get.
fn others(ring: &mut Ring) -> Result<()> {
    let mut statuses = Vec::new();
    for _ in 0..5 {
        let told = client::status(ring.address, client::HONEST, "GET /api/info HTTP/1.1", LIMIT)?;
        statuses.push(told);
    }
    ensure!(statuses.iter().all(|status| *status == 200), "others are answered {statuses:?}");
    let flooder = client::status(ring.address, ATTACKER, "GET /api/info HTTP/1.1", LIMIT);
    let flooder = flooder.map_err(|error| error.to_string());
    ring.note(format!("others are answered 200, the flooder {flooder:?}"));
    Ok(())
}

fn messages(ring: &mut Ring) -> Result<()> {
    let mut stream = client::socket(ring.address, "/api/echo/raw")?;
    stream.set_read_timeout(Some(Duration::from_millis(1)))?;
    let batch = frame::masked(Kind::Text, b"x").repeat(500);
    let (began, time) = (Instant::now(), ring.time(4, 15));
    let (mut reader, mut buffer) = (frame::Reader::default(), vec![0; 1 << 16]);
    let (mut echoed, mut closed) = (0, None);
    while began.elapsed() < time && closed.is_none() {
        if stream.write_all(&batch).is_err() {
            break;
        }
        while let Ok(length @ 1..) = stream.read(&mut buffer) {
            reader.read(&buffer[..length], |kind, payload| {
                echoed += usize::from(kind == Kind::Text);
                if kind == Kind::Close {
                    closed = payload.first_chunk().copied().map(u16::from_be_bytes);
                }
            });
        }
    }
    // What was sent before the end may still be read.
    while let Ok(length @ 1..) = stream.read(&mut buffer) {
        reader.read(&buffer[..length], |kind, payload| {
            if kind == Kind::Close {
                closed = payload.first_chunk().copied().map(u16::from_be_bytes);
            }
        });
    }
    ring.note(format!("{echoed} echoes, closed with {closed:?}"));
    ensure!(closed == Some(1008), "closed with {closed:?}, 1008 is what it is told");
    Ok(())
}

const LIMIT: Duration = Duration::from_secs(3);
