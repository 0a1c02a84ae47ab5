//! Descriptors that run out.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use super::client::{self, ATTACKER};
use super::ring::{Ring, Start};
use super::{Attack, Bounds};

pub(super) const ALL: &[Attack] = &[Attack {
    name: "descriptors",
    tries: "400 followers of a server that may open 256 files; its page is asked for meanwhile",
    short: true,
    waits: false,
    start: Start::Files(256),
    flags: &[],
    bounds: Bounds { growth: 48.0, cpu: 1.0, delay: 20.0 },
    run,
}];

fn run(ring: &mut Ring) -> Result<()> {
    let mut streams = Vec::new();
    for _ in 0..400 {
        // Once its queue is full as well, it takes no more.
        let Ok(mut stream) = client::connect(ring.address, ATTACKER) else { break };
        let _ = client::ask(&mut stream, "GET /api/clock/events?every=5s HTTP/1.1");
        streams.push(stream);
    }
    std::thread::sleep(ring.time(2, 8));
    // There, or refused for a while, never missing.
    let status = client::status(ring.address, client::HONEST, "GET / HTTP/1.1", SOON)?;
    ensure!(status == 200 || status == 503, "the page is answered {status}");
    let lines = ring.server.said().lines().filter(|line| line.contains("ERROR")).count();
    ring.note(format!("the page is answered {status}; {lines} errors among the last log lines"));
    ensure!(lines <= 5, "{lines} of the last log lines are errors");
    drop(streams);
    let began = Instant::now();
    let mut back = false;
    while !back && began.elapsed() < FREED_WITHIN {
        std::thread::sleep(Duration::from_millis(100));
        let status = client::status(ring.address, client::HONEST, "GET /readyz HTTP/1.1", SOON);
        back = status.is_ok_and(|status| status == 200);
    }
    ensure!(back, "once they have left, the server takes nobody");
    Ok(())
}

const FREED_WITHIN: Duration = Duration::from_secs(5);
const SOON: Duration = Duration::from_secs(1);
