//! A folder with a large file in it.

use std::fs::File;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use super::client::{self, ATTACKER};
use super::ring::{Ring, Start};
use super::{Attack, Bounds};

pub(super) const ALL: &[Attack] = &[Attack {
    name: "site-large-file",
    tries: "heads of a file of 1 GiB, and clients that ask for it and leave",
    short: true,
    waits: false,
    start: Start::Plain,
    flags: &[],
    bounds: Bounds { growth: 48.0, cpu: 0.7, delay: 20.0 },
    run,
}];

fn run(ring: &mut Ring) -> Result<()> {
    // Of holes, so that it takes no room.
    let file = File::create(ring.folder.join("site/large.bin"))?;
    file.set_len(1 << 30)?;
    drop(file);
    let (head, first) = timed(|| head(ring, "HEAD /large.bin HTTP/1.1"))?;
    let tag = head.lines().find_map(|line| line.strip_prefix("etag: ")).map(str::trim);
    let tag = tag.context("a large file has no tag")?.to_owned();
    let asked = format!("GET /large.bin HTTP/1.1\r\nIf-None-Match: {tag}");
    let (unchanged, second) = timed(|| self::head(ring, &asked))?;
    ensure!(unchanged.contains(" 304 "), "an unchanged file is answered {unchanged}");
    let cpu = ring.server.cpu();
    for _ in 0..8 {
        let mut stream = client::connect(ring.address, ATTACKER)?;
        client::ask(&mut stream, "GET /large.bin HTTP/1.1")?;
    }
    std::thread::sleep(ring.time(1, 5));
    let spent = ring.server.cpu() - cpu;
    ring.note(format!("HEAD {first:?}, 304 {second:?}, eight that left cost {spent:?}"));
    for (what, took) in [("a HEAD", first), ("a 304", second)] {
        ensure!(took < AT_ONCE, "{what} of 1 GiB took {took:?}, {AT_ONCE:?} is the bound");
    }
    ensure!(spent < AT_ONCE, "clients that left cost {spent:?}, {AT_ONCE:?} is the bound");
    Ok(())
}

fn head(ring: &Ring, line: &str) -> Result<String> {
    let mut stream = client::connect(ring.address, ATTACKER)?;
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    client::ask(&mut stream, line)?;
    client::head(&mut stream)
}

fn timed<T>(run: impl FnOnce() -> Result<T>) -> Result<(T, Duration)> {
    let began = Instant::now();
    Ok((run()?, began.elapsed()))
}

const AT_ONCE: Duration = Duration::from_millis(300);
