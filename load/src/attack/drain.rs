//! The end of the server, with clients that do not take it.

use std::io::{Read, Write};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use rustix::process::Signal;

use super::client::{self, ATTACKER, HONEST};
use super::http2::Http2;
use super::ring::{Ring, Start};
use super::{Attack, Bounds};
use crate::frame::{self, Kind};

pub(super) const ALL: &[Attack] = &[
    Attack {
        name: "drain",
        tries: "a server is to end while clients take nothing, and others wait for their end",
        short: true,
        waits: false,
        start: Start::Plain,
        flags: &[],
        bounds: Bounds { growth: 96.0, cpu: 2.0, delay: 50.0 },
        run: |ring| end(ring, false),
    },
    Attack {
        name: "second-signal",
        tries: "the same, and a second signal, after which nothing is waited for",
        short: true,
        waits: false,
        start: Start::Plain,
        flags: &[],
        bounds: Bounds { growth: 96.0, cpu: 2.0, delay: 50.0 },
        run: |ring| end(ring, true),
    },
];

fn end(ring: &mut Ring, again: bool) -> Result<()> {
    let mut stuck = Vec::new();
    for _ in 0..10 {
        let mut stream = client::socket_with(ring.address, ATTACKER, "/api/echo/raw", Some(4_096))?;
        stream.set_write_timeout(Some(Duration::from_millis(100)))?;
        let _ = stream.write_all(&frame::masked(Kind::Binary, &vec![7; 700_000]).repeat(4));
        stuck.push(stream);
        let mut stream = client::connect_with(ring.address, ATTACKER, Some(4_096))?;
        stream.write_all(
            &client::request("GET /api/clock?every=100ms&after=0 HTTP/1.1").repeat(20),
        )?;
        stuck.push(stream);
    }
    let mut shut = Http2::open(ring.address, 0, None)?;
    (0..20).for_each(|_| {
        shut.ask("GET", "/api/clock?every=100ms&after=0", false);
    });
    shut.pump(Duration::from_millis(100));
    let mut honest = (0..5)
        .map(|_| client::socket_with(ring.address, HONEST, "/api/echo", None))
        .collect::<Result<Vec<_>>>()?;
    thread::sleep(Duration::from_millis(300));
    ring.others_leave();
    let began = Instant::now();
    ring.server.signal(Signal::TERM);
    if again {
        thread::sleep(Duration::from_millis(300));
        ring.server.signal(Signal::TERM);
    } else {
        for stream in &mut honest {
            let mut all = Vec::new();
            stream.read_to_end(&mut all)?;
            let told = all.windows(4).any(|part| part == [0x88, part[1], 3, 0xe9]);
            ensure!(told, "a socket ends without its 1001");
        }
    }
    let limit = if again { Duration::from_millis(1_300) } else { Duration::from_millis(5_500) };
    let ended = ring.server.ends_within(limit);
    let took = began.elapsed();
    ring.note(format!("{ended:?} after {took:.1?}"));
    ensure!(ended.is_some(), "it still runs {took:.1?} after the signal");
    Ok(())
}
