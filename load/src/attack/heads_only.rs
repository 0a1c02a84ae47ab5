//! `HEAD` of a great deal: little to send, little to take, and all the work between.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Result;

use super::client::{self, ATTACKER};
use super::ring::{Ring, Start};
use super::{Attack, Bounds};

pub(super) const ALL: &[Attack] = &[
    Attack {
        name: "heads-of-items",
        tries: "eight connections ask for the head of 3,600 items, without pause",
        short: true,
        start: Start::Plain,
        flags: &[],
        bounds: Bounds { growth: 24.0, cpu: 0.7, delay: 20.0 },
        run: |ring| flood(ring, 8, "HEAD /api/clock?every=100ms&after=0 HTTP/1.1"),
    },
    Attack {
        name: "polls-of-items",
        tries: "eight connections ask for 3,600 items, without pause",
        short: false,
        start: Start::Plain,
        flags: &[],
        bounds: Bounds { growth: 32.0, cpu: 1.2, delay: 20.0 },
        run: |ring| flood(ring, 8, "GET /api/clock?every=100ms&after=0 HTTP/1.1"),
    },
];

/// Asks over and over on so many connections, as many requests as the server takes.
pub(super) fn flood(ring: &mut Ring, connections: usize, line: &str) -> Result<()> {
    let (began, time) = (Instant::now(), ring.time(3, 10));
    let requests = client::request(line).repeat(20);
    let address = ring.address;
    let one = |stream: TcpStream| -> Result<u64> {
        let mut writer = stream.try_clone()?;
        let mut reader = stream;
        writer.set_write_timeout(Some(Duration::from_millis(200)))?;
        reader.set_read_timeout(Some(Duration::from_millis(200)))?;
        let requests = &requests;
        thread::scope(|scope| {
            scope.spawn(move || {
                let mut sent = 0;
                while began.elapsed() < time {
                    match writer.write(&requests[sent % requests.len()..]) {
                        Ok(written) => sent += written,
                        Err(error) if client::is_timeout(&error) => {}
                        Err(_) => return,
                    }
                }
            });
            let (mut answered, mut buffer) = (0, vec![0; 1 << 18]);
            while began.elapsed() < time {
                match reader.read(&mut buffer) {
                    Ok(0) => break,
                    Ok(length) => {
                        let text = &buffer[..length];
                        answered +=
                            text.windows(9).filter(|part| part == b"HTTP/1.1 ").count() as u64;
                    }
                    Err(error) if client::is_timeout(&error) => {}
                    Err(_) => break,
                }
            }
            Ok(answered)
        })
    };
    let answered: u64 = thread::scope(|scope| {
        let all: Vec<_> = (0..connections)
            .map(|_| {
                scope.spawn(move || {
                    let mut answered = 0;
                    // One that is ended is made anew.
                    while began.elapsed() < time {
                        let Ok(stream) = client::connect(address, ATTACKER) else { break };
                        answered += one(stream).unwrap_or_default();
                    }
                    answered
                })
            })
            .collect();
        all.into_iter().filter_map(|thread| thread.join().ok()).sum()
    });
    let rate = answered as f64 / began.elapsed().as_secs_f64();
    ring.note(format!("{rate:.0} answers a second"));
    Ok(())
}
