//! Sockets that ask for pongs and do not take them.

use std::io::{Read, Write};
use std::time::{Duration, Instant};

use anyhow::Result;

use super::client::{self, ATTACKER};
use super::ring::{Ring, Start};
use super::{Attack, Bounds};
use crate::frame::{self, Kind};

pub(super) const ALL: &[Attack] = &[
    Attack {
        name: "pings-unread",
        tries: "one socket sends pings without pause and reads nothing",
        short: true,
        waits: true,
        start: Start::Plain,
        flags: &[],
        bounds: Bounds { growth: 16.0, cpu: 1.0, delay: 20.0 },
        run: |ring| flood(ring, None),
    },
    Attack {
        name: "pings-read-slowly",
        tries: "one socket sends pings and reads a little every second",
        short: false,
        waits: true,
        start: Start::Plain,
        flags: &[],
        bounds: Bounds { growth: 16.0, cpu: 1.0, delay: 20.0 },
        run: |ring| flood(ring, Some(Duration::from_secs(1))),
    },
];

fn flood(ring: &mut Ring, reads_every: Option<Duration>) -> Result<()> {
    let mut stream = client::socket_with(ring.address, ATTACKER, "/api/echo", Some(4096))?;
    stream.set_write_timeout(Some(Duration::from_millis(200)))?;
    let pings = frame::masked(Kind::Ping, &[7; 125]).repeat(1_000);
    let (began, time) = (Instant::now(), ring.time(2, 25));
    let (mut sent, mut read) = (0, Instant::now());
    let mut taken = vec![0; 300_000];
    while began.elapsed() < time && ring.resident() < GIVES_UP {
        match stream.write(&pings[sent % pings.len()..]) {
            Ok(written) => sent += written,
            // Once the server reads no more, nothing more can be sent.
            Err(error) if client::is_timeout(&error) => {}
            Err(error) => {
                ring.note(format!("ended by the server: {error}"));
                break;
            }
        }
        if reads_every.is_some_and(|every| read.elapsed() > every) {
            read = Instant::now();
            let _ = stream.read(&mut taken);
        }
    }
    ring.note(format!("{} MiB of pings were taken", sent / 1_048_576));
    Ok(())
}

/// More would endanger the machine, and proves nothing more.
pub(super) const GIVES_UP: f64 = 1_500.0;
