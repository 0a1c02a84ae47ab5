//! Large messages, and what the server keeps of them.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use super::client::{self, ATTACKER};
use super::ring::{Ring, Start};
use super::{Attack, Bounds};
use crate::frame::{self, Kind};

pub(super) const ALL: &[Attack] = &[
    Attack {
        name: "large-echoes-kept",
        tries: "sockets that each had one message of 16 MiB echoed, and are quiet since",
        short: true,
        waits: false,
        start: Start::Plain,
        flags: &["--raw-max=16777216"],
        bounds: Bounds { growth: 150.0, cpu: 2.0, delay: 20.0 },
        run: kept,
    },
    Attack {
        name: "large-echoes-unread",
        tries: "sockets whose echo of 16 MiB is not taken",
        short: true,
        waits: false,
        start: Start::Plain,
        flags: &["--raw-max=16777216", "--memory-budget=67108864"],
        bounds: Bounds { growth: 64.0 + 32.0, cpu: 2.0, delay: 20.0 },
        run: unread,
    },
    Attack {
        name: "large-echoes-read-slowly",
        tries: "sockets whose echo of 16 MiB is taken at 13 kB/s",
        short: false,
        waits: true,
        start: Start::Plain,
        flags: &["--raw-max=16777216"],
        bounds: Bounds { growth: 256.0 + 32.0, cpu: 2.0, delay: 20.0 },
        run: slowly,
    },
];

const LARGE: usize = 16 * 1024 * 1024;

/// One after the other; the server is to give back what a message took.
fn kept(ring: &mut Ring) -> Result<()> {
    let message = frame::masked(Kind::Binary, &vec![7; LARGE]);
    let before = ring.resident();
    let mut quiet = Vec::new();
    let (mut echoed, mut buffer) = (0, vec![0; 1 << 20]);
    for _ in 0..if ring.short { 12 } else { 40 } {
        let mut stream = client::socket(ring.address, "/api/echo/raw")?;
        let mut writer = stream.try_clone()?;
        let (message, mut missing) = (&message, LARGE + 10);
        thread::scope(|scope| {
            scope.spawn(move || writer.write_all(message));
            while missing > 0 {
                match stream.read(&mut buffer) {
                    Ok(0) | Err(_) => break,
                    Ok(length) => missing = missing.saturating_sub(length),
                }
            }
        });
        echoed += usize::from(missing == 0);
        quiet.push(stream);
    }
    ensure!(echoed > 0, "no message of 16 MiB was echoed");
    thread::sleep(ring.time(1, 5));
    let kept = ring.resident() - before;
    ring.note(format!("{echoed} of {} echoed; {kept:.1} MiB are kept", quiet.len()));
    let bound = 64.0;
    ensure!(kept < bound, "{kept:.1} MiB are kept for quiet sockets, {bound} is the bound");
    Ok(())
}

fn unread(ring: &mut Ring) -> Result<()> {
    let streams = send_to_all(ring, 24, 64 * 1024)?;
    thread::sleep(ring.time(1, 10));
    small_ones_go_on(ring)?;
    drop(streams);
    Ok(())
}

fn slowly(ring: &mut Ring) -> Result<()> {
    let mut streams = send_to_all(ring, 30, 64 * 1024)?;
    let (began, mut buffer) = (Instant::now(), vec![0; 64 * 1024]);
    while began.elapsed() < ring.time(10, 60) {
        thread::sleep(Duration::from_secs(5));
        for stream in &mut streams {
            let _ = stream.read(&mut buffer);
        }
    }
    small_ones_go_on(ring)
}

/// Sends a large message on each of so many sockets, as far as the server takes it.
fn send_to_all(ring: &mut Ring, sockets: usize, receive: usize) -> Result<Vec<TcpStream>> {
    let message = frame::masked(Kind::Binary, &vec![7; LARGE]);
    let mut streams = Vec::new();
    let mut whole = 0;
    for _ in 0..sockets {
        let mut stream =
            client::socket_with(ring.address, ATTACKER, "/api/echo/raw", Some(receive))?;
        stream.set_write_timeout(Some(Duration::from_millis(500)))?;
        whole += usize::from(stream.write_all(&message).is_ok());
        stream.set_read_timeout(Some(Duration::from_millis(50)))?;
        streams.push(stream);
    }
    ring.note(format!("{whole} of {sockets} messages of 16 MiB were taken"));
    Ok(streams)
}

/// Whatever large messages take, a small one is echoed.
pub(super) fn small_ones_go_on(ring: &Ring) -> Result<()> {
    let mut stream = client::socket_with(ring.address, client::HONEST, "/api/echo/raw", None)?;
    stream.write_all(&frame::masked(Kind::Text, b"still there?"))?;
    let mut echo = [0; 14];
    stream.read_exact(&mut echo)?;
    ensure!(echo.ends_with(b"still there?"), "a small message was not echoed");
    Ok(())
}
