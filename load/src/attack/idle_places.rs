//! All places for one client: connections, streams, requests that wait.

use std::io::Write;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use super::client::{self, ATTACKER};
use super::ring::{Ring, Start};
use super::{Attack, Bounds};
use crate::frame;

pub(super) const ALL: &[Attack] = &[
    places(
        "idle-followers",
        "10,000 followers of an event stream from one address",
        true,
        |ring| fill(ring, &client::request("GET /api/clock/events?every=60s HTTP/1.1")),
    ),
    places(
        "bodiless-posts",
        "10,000 requests from one address whose body does not come",
        true,
        |ring| {
            let line = "POST /api/echo/once HTTP/1.1\r\nContent-Length: 15";
            fill(ring, &client::request(line))
        },
    ),
    places(
        "silent-connections",
        "10,000 connections from one address that say nothing",
        false,
        |ring| fill(ring, b""),
    ),
    places("idle-sockets", "10,000 sockets from one address that say nothing", false, |ring| {
        fill(ring, &frame::opening("/api/echo/raw"))
    }),
];

const fn places(
    name: &'static str,
    tries: &'static str,
    short: bool,
    run: fn(&mut Ring) -> Result<()>,
) -> Attack {
    let bounds = Bounds { growth: 64.0, cpu: 1.5, delay: 20.0 };
    Attack { name, tries, short, waits: false, start: Start::Plain, flags: &[], bounds, run }
}

/// Takes as many places as the server gives; others have to find one all the while.
fn fill(ring: &mut Ring, request: &[u8]) -> Result<()> {
    let began = Instant::now();
    let mut streams: Vec<TcpStream> = Vec::new();
    let mut not_taken = 0;
    let places = if ring.short { 3_000 } else { 10_000 };
    while streams.len() + not_taken < places && began.elapsed() < ring.time(3, 60) {
        let Ok(mut stream) = client::connect(ring.address, ATTACKER) else {
            not_taken += 1;
            continue;
        };
        // One that is refused at once is what the server is meant to do.
        let _ = stream.write_all(request);
        streams.push(stream);
    }
    std::thread::sleep(ring.time(1, 5));
    let all = streams.len();
    let open = streams.iter().filter(|stream| !client::is_over(stream)).count();
    ring.note(format!("{open} of {all} are open, {not_taken} were not taken"));
    ensure!(open <= BOUND, "one client has {open} connections, {BOUND} is the bound");
    // There is a place for a newcomer.
    let newcomer = "GET /api/clock HTTP/1.1";
    let status = client::status(ring.address, client::HONEST, newcomer, LIMIT)?;
    ensure!(status == 200, "a newcomer from elsewhere is answered {status}");
    Ok(())
}

/// What one client may have unless the server is told otherwise.
const BOUND: usize = 1_000;
const LIMIT: Duration = Duration::from_secs(3);
