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
        waits: false,
        start: Start::Plain,
        flags: &[],
        bounds: Bounds { growth: 24.0, cpu: 0.7, delay: 20.0 },
        run: |ring| flood(ring, 8, "HEAD /api/clock?every=100ms&after=0 HTTP/1.1").map(drop),
    },
    Attack {
        name: "polls-of-items",
        tries: "eight connections ask for 3,600 items, without pause",
        short: false,
        waits: false,
        start: Start::Plain,
        flags: &[],
        bounds: Bounds { growth: 32.0, cpu: 1.2, delay: 20.0 },
        run: |ring| flood(ring, 8, "GET /api/clock?every=100ms&after=0 HTTP/1.1").map(drop),
    },
];

/// Asks over and over on so many connections, as many requests as the server takes; returns how many
/// a second were granted.
pub(super) fn flood(ring: &mut Ring, connections: usize, line: &str) -> Result<f64> {
    let (began, time) = (Instant::now(), ring.time(2, 10));
    let requests = client::request(line).repeat(AT_ONCE);
    let (address, requests) = (ring.address, requests.as_slice());
    let flooder = move || {
        let mut answered = Answers::default();
        // A connection that is ended is made anew.
        while began.elapsed() < time {
            let Ok(stream) = client::connect(address, ATTACKER) else { break };
            answered.ask_until(stream, requests, began + time);
        }
        answered
    };
    let answers = thread::scope(|scope| {
        let all: Vec<_> = (0..connections).map(|_| scope.spawn(flooder)).collect();
        let all = all.into_iter().filter_map(|thread| thread.join().ok());
        all.fold(Answers::default(), |sum, one| Answers {
            all: sum.all + one.all,
            granted: sum.granted + one.granted,
        })
    });
    let a_second = |answers: usize| answers as f64 / began.elapsed().as_secs_f64();
    let (all, granted) = (a_second(answers.all), a_second(answers.granted));
    ring.note(format!("{all:.0} answers a second, {granted:.0} of them what was asked for"));
    Ok(granted)
}

/// How many answers there were, and how many gave what was asked for.
#[derive(Clone, Copy, Debug, Default)]
struct Answers {
    all: usize,
    granted: usize,
}

impl Answers {
    /// Asks a few times at once until the time has come or the connection is over.
    fn ask_until(&mut self, mut stream: TcpStream, requests: &[u8], end: Instant) {
        let mut buffer = vec![0; 1 << 18];
        if stream.set_read_timeout(Some(Duration::from_millis(500))).is_err() {
            return;
        }
        while Instant::now() < end && stream.write_all(requests).is_ok() {
            let mut missing = AT_ONCE;
            while missing > 0 {
                let Ok(length @ 1..) = stream.read(&mut buffer) else { return };
                let text = &buffer[..length];
                let count =
                    |what: &[u8]| text.windows(what.len()).filter(|part| *part == what).count();
                let here = count(b"HTTP/1.1 ");
                self.all += here;
                self.granted += count(b"HTTP/1.1 200");
                missing = missing.saturating_sub(here);
            }
        }
    }
}

/// A server may end a connection on which many more wait.
const AT_ONCE: usize = 8;
