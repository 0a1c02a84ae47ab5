//! Slow clients that mean no harm: what has to be borne.

use std::io::{Read, Write};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use super::client::{self, HONEST};
use super::ring::{Ring, Start};
use super::{Attack, Bounds};
use crate::frame::{self, Kind};

pub(super) const ALL: &[Attack] = &[
    Attack {
        name: "honest-upload",
        tries: "no attack: a message comes at 100 kB/s, and is echoed",
        short: true,
        waits: true,
        start: Start::Plain,
        flags: &["--raw-max=16777216"],
        bounds: Bounds { growth: 96.0, cpu: 0.5, delay: 20.0 },
        run: upload,
    },
    Attack {
        name: "honest-download",
        tries: "no attack: a large answer is taken at 40 kB/s, over HTTP/1.1",
        short: true,
        waits: true,
        start: Start::Plain,
        flags: &["--raw-max=16777216"],
        bounds: Bounds { growth: 96.0, cpu: 0.5, delay: 20.0 },
        run: download,
    },
];

/// At length it is 16 MiB, and nearly three minutes.
fn upload(ring: &mut Ring) -> Result<()> {
    let length = if ring.short { 200_000 } else { 16 * 1024 * 1024 };
    let mut stream = client::socket_with(ring.address, HONEST, "/api/echo/raw", None)?;
    let message = frame::masked(Kind::Binary, &vec![7; length]);
    let began = Instant::now();
    for (number, piece) in message.chunks(PIECE).enumerate() {
        paced(began, number, 100_000);
        let after = began.elapsed();
        stream.write_all(piece).with_context(|| format!("cut off after {after:?}"))?;
    }
    let mut echo = vec![0; frame::plain(Kind::Binary, &vec![7; length]).len()];
    stream.read_exact(&mut echo).context("not echoed")?;
    ensure!(echo[echo.len() - length..].iter().all(|byte| *byte == 7), "a wrong echo");
    ring.note(format!("{length} bytes up in {:.1} s", began.elapsed().as_secs_f64()));
    Ok(())
}

/// At length it is 3 MB, and more than a minute.
fn download(ring: &mut Ring) -> Result<()> {
    let length = if ring.short { 80_000 } else { 3_000_000 };
    let mut stream = client::socket_with(ring.address, HONEST, "/api/echo/raw", Some(PIECE))?;
    stream.write_all(&frame::masked(Kind::Binary, &vec![7; length]))?;
    let (began, mut taken) = (Instant::now(), 0);
    let mut piece = vec![0; PIECE];
    let all = frame::plain(Kind::Binary, &vec![7; length]).len();
    let mut number = 0;
    while taken < all {
        paced(began, number, 40_000);
        let after = began.elapsed();
        let read = stream.read(&mut piece).with_context(|| format!("cut off after {after:?}"))?;
        ensure!(read > 0, "cut off after {after:?}, with {taken} of {all} bytes");
        taken += read;
        number = taken / PIECE;
    }
    ring.note(format!("{taken} bytes down in {:.1} s", began.elapsed().as_secs_f64()));
    Ok(())
}

/// Waits until a piece is due at so many bytes a second.
fn paced(began: Instant, number: usize, rate: usize) {
    let due = Duration::from_secs_f64((number * PIECE) as f64 / rate as f64);
    thread::sleep(due.saturating_sub(began.elapsed()));
}

const PIECE: usize = 8 * 1024;
