//! Messages that are begun and never finished.

use std::io::Write;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Result;

use super::client;
use super::large_echoes::small_ones_go_on;
use super::ring::{Ring, Start};
use super::{Attack, Bounds};
use crate::frame::{self, Kind};

pub(super) const ALL: &[Attack] = &[Attack {
    name: "unfinished-messages",
    tries: "40 messages of 16 MiB without their last fragment, kept alive by pings",
    short: true,
    waits: true,
    start: Start::Plain,
    flags: &["--raw-max=16777216", "--memory-budget=67108864"],
    bounds: Bounds { growth: 64.0 + 32.0, cpu: 2.0, delay: 20.0 },
    run,
}];

fn run(ring: &mut Ring) -> Result<()> {
    let begun = frame::part(Kind::Binary, &vec![7; 16 * 1024 * 1024 - 100], false);
    let mut streams = Vec::new();
    for _ in 0..if ring.short { 15 } else { 40 } {
        let mut stream = client::socket(ring.address, "/api/echo/raw")?;
        stream.set_write_timeout(Some(Duration::from_millis(500)))?;
        // One that is refused in the middle is what the server is meant to do.
        let _ = stream.write_all(&begun);
        streams.push(stream);
    }
    let (began, ping) = (Instant::now(), frame::masked(Kind::Ping, b""));
    while began.elapsed() < ring.time(1, 100) {
        thread::sleep(ring.time(1, 10));
        streams.retain_mut(|stream| stream.write_all(&ping).is_ok());
    }
    let open = streams.iter().filter(|stream| !client::is_over(stream)).count();
    ring.note(format!("{open} are open after {:.0} s", began.elapsed().as_secs_f64()));
    small_ones_go_on(ring)
}
