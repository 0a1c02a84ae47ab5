//! Requests that come so slowly that they never end.

use std::io::Write;
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use super::client::{self, ATTACKER};
use super::ring::{Ring, Start};
use super::{Attack, Bounds};

pub(super) const ALL: &[Attack] = &[
    Attack {
        name: "slow-heads",
        tries: "400 requests whose heads come a byte a second",
        short: false,
        waits: true,
        start: Start::Plain,
        flags: &[],
        bounds: Bounds { growth: 32.0, cpu: 0.5, delay: 20.0 },
        run: |ring| {
            drip(ring, b"GET /healthz HTTP/1.1\r\nHost: x\r\nA: ", b"a", Duration::from_secs(60))
        },
    },
    Attack {
        name: "slow-bodies",
        tries: "400 bodies that come a byte a second",
        short: false,
        waits: true,
        start: Start::Plain,
        flags: &[],
        bounds: Bounds { growth: 32.0, cpu: 0.5, delay: 20.0 },
        run: |ring| {
            let head = b"POST /api/echo/once HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n";
            drip(ring, head, b" ", Duration::from_secs(60))
        },
    },
    Attack {
        name: "unasked-bodies",
        tries: "400 long polls with a body that nobody asked for, a byte a second",
        short: false,
        waits: false,
        start: Start::Plain,
        flags: &[],
        bounds: Bounds { growth: 32.0, cpu: 0.5, delay: 20.0 },
        run: |ring| {
            let head = b"GET /api/clock/next?wait=60&every=60s HTTP/1.1\r\nHost: x\r\n\
                         Content-Length: 1000000\r\n\r\n";
            drip(ring, head, b"a", Duration::from_secs(90))
        },
    },
    Attack {
        name: "large-heads",
        tries: "300 heads of 400 kB that do not end",
        short: false,
        waits: false,
        start: Start::Plain,
        flags: &[],
        bounds: Bounds { growth: 160.0, cpu: 1.5, delay: 20.0 },
        run: large_heads,
    },
];

/// Opens connections that drip; all have to be over after this long.
fn drip(ring: &mut Ring, head: &[u8], drop: &[u8], limit: Duration) -> Result<()> {
    let mut streams = Vec::new();
    for _ in 0..400 {
        let mut stream = client::connect(ring.address, ATTACKER)?;
        stream.write_all(head)?;
        streams.push(stream);
    }
    let began = Instant::now();
    let mut longest = Duration::ZERO;
    while !streams.is_empty() && began.elapsed() < limit {
        thread::sleep(Duration::from_secs(1));
        streams.retain_mut(|stream| stream.write_all(drop).is_ok() && !client::is_over(stream));
        if !streams.is_empty() {
            longest = began.elapsed();
        }
    }
    ring.note(format!("the last one was over after {:.0} s", longest.as_secs_f64()));
    ensure!(streams.is_empty(), "{} of 400 still drip after {limit:?}", streams.len());
    Ok(())
}

fn large_heads(ring: &mut Ring) -> Result<()> {
    let mut head = b"GET / HTTP/1.1\r\nHost: x\r\n".to_vec();
    for number in 0..49 {
        head.extend(format!("A{number}: {}\r\n", "b".repeat(8_000)).into_bytes());
    }
    let mut streams: Vec<TcpStream> = Vec::new();
    for _ in 0..300 {
        let mut stream = client::connect(ring.address, ATTACKER)?;
        stream.set_write_timeout(Some(Duration::from_millis(100)))?;
        // One that is refused in the middle is what the server is meant to do.
        let _ = stream.write_all(&head);
        streams.push(stream);
    }
    thread::sleep(ring.time(1, 15));
    let open = streams.iter().filter(|stream| !client::is_over(stream)).count();
    ring.note(format!("{open} of 300 are open"));
    Ok(())
}
