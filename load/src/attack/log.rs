//! The log as a way to the server's throat.

use std::io::{Read, Write};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use rustix::process::Signal;

use super::client::{self, ATTACKER};
use super::ring::{Ring, Start};
use super::{Attack, Bounds};

pub(super) const ALL: &[Attack] = &[
    Attack {
        name: "log-unread",
        tries: "requests that are logged while nobody reads the log; then the server is to end",
        short: true,
        waits: false,
        start: Start::LogUnread,
        flags: &["--client-requests=100000"],
        bounds: Bounds { growth: 32.0, cpu: 1.5, delay: 20.0 },
        run: unread,
    },
    Attack {
        name: "log-long-lines",
        tries: "requests with paths of 40 kB that are refused",
        short: true,
        waits: false,
        start: Start::Plain,
        flags: &["--client-requests=100000"],
        bounds: Bounds { growth: 24.0, cpu: 1.5, delay: 20.0 },
        run: long_lines,
    },
];

fn unread(ring: &mut Ring) -> Result<()> {
    // More than any pipe holds.
    let line = format!("GET /api/nothing-{} HTTP/1.1", "x".repeat(200));
    let answered = ask_often(ring, &line, 3_000)?;
    ring.note(format!("{answered} of 3000 requests were answered"));
    let status = client::status(ring.address, client::HONEST, "GET /healthz HTTP/1.1", SOON);
    let status = status.map_err(|error| error.to_string());
    ensure!(status == Ok(200), "/healthz: {status:?}");
    std::thread::sleep(Duration::from_millis(500));
    ring.others_leave();
    ring.server.signal(Signal::TERM);
    let ended = ring.server.ends_within(Duration::from_secs(6));
    ensure!(ended.is_some(), "SIGTERM does not end it within 6 s");
    ensure!(answered == 3_000, "only {answered} of 3000 requests were answered");
    Ok(())
}

fn long_lines(ring: &mut Ring) -> Result<()> {
    let line = format!("GET /api/{} HTTP/1.1", "%00".repeat(13_000));
    let answered = ask_often(ring, &line, 50)?;
    std::thread::sleep(Duration::from_millis(200));
    let longest = ring.server.said().lines().map(str::len).max().unwrap_or_default();
    ring.note(format!("{answered} of 50 answered, the longest line has {longest} bytes"));
    ensure!(longest < 8_192, "a line of the log has {longest} bytes");
    Ok(())
}

/// Asks one after the other on one connection; tells how many were answered in time.
fn ask_often(ring: &Ring, line: &str, times: usize) -> Result<usize> {
    let mut stream = client::connect(ring.address, ATTACKER)?;
    stream.set_read_timeout(Some(SOON))?;
    let (request, mut buffer) = (client::request(line), vec![0; 1 << 16]);
    let mut reader = stream.try_clone()?;
    for number in 0..times {
        stream.write_all(&request).context("the connection is over")?;
        // The answer to one refused request fits into a read.
        match reader.read(&mut buffer) {
            Ok(1..) => {}
            Ok(0) | Err(_) => return Ok(number),
        }
    }
    Ok(times)
}

const SOON: Duration = Duration::from_secs(2);
