//! Those who suffer: an honest follower and a probe of the server's health, from addresses of their
//! own, beside a look at the server's memory.

use std::io::Read;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Result, ensure};

use super::client::{self, FOLLOWER, PROBE};
use crate::process;

/// What was seen during an attack.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    /// MiB of resident memory, at the most, over what it was.
    pub(super) growth: f64,
    /// Part of a core.
    pub(super) cpu: f64,
    /// How late each item of the follower's was, in milliseconds.
    pub(super) delays: Vec<f64>,
    pub(super) missed: u64,
    /// The longest answer to a probe, in seconds.
    pub(super) health: f64,
    pub(super) unanswered: u32,
}

/// The watching threads.
pub(super) struct Watch {
    over: Arc<AtomicBool>,
    memory: JoinHandle<f64>,
    follower: JoinHandle<(Vec<f64>, u64)>,
    probe: JoinHandle<(f64, u32)>,
}

impl Watch {
    pub(super) fn begin(address: SocketAddr, pid: u32) -> Result<Self> {
        let over = Arc::new(AtomicBool::new(false));
        let mut stream = client::connect(address, FOLLOWER)?;
        client::ask(&mut stream, "GET /api/clock/events?every=100ms HTTP/1.1")?;
        stream.set_read_timeout(Some(POLL))?;
        let head = client::head(&mut stream)?;
        ensure!(head.contains(" 200 "), "the honest follower is refused: {head}");
        let flag = || Arc::clone(&over);
        let (memory, follower, probe) = (flag(), flag(), flag());
        Ok(Self {
            memory: thread::spawn(move || watch_memory(pid, &memory)),
            follower: thread::spawn(move || {
                comes_first();
                follow(stream, &follower)
            }),
            probe: thread::spawn(move || {
                comes_first();
                probe_health(address, &probe)
            }),
            over,
        })
    }

    pub(super) fn end(self) -> Seen {
        self.over.store(true, Ordering::Relaxed);
        let (delays, missed) = self.follower.join().unwrap_or_default();
        let (health, unanswered) = self.probe.join().unwrap_or((f64::INFINITY, 1));
        let growth = self.memory.join().unwrap_or(f64::INFINITY);
        Seen { growth, cpu: 0.0, delays, missed, health, unanswered }
    }
}

/// Nobody is to look late because the attackers have the processor. Only root may ask for it; for
/// everybody else the figures are somewhat worse than the server is.
fn comes_first() {
    let _ = rustix::process::nice(-10);
}

fn watch_memory(pid: u32, over: &AtomicBool) -> f64 {
    let base = process::resident(pid);
    let mut most = base;
    while !over.load(Ordering::Relaxed) {
        most = most.max(process::resident(pid));
        thread::sleep(Duration::from_millis(10));
    }
    most.saturating_sub(base) as f64 / (1024.0 * 1024.0)
}

/// Follows the clock; tells how late each item was and how many are missing.
fn follow(mut stream: impl Read, over: &AtomicBool) -> (Vec<f64>, u64) {
    let began = Instant::now();
    let (mut delays, mut last, mut missed) = (Vec::new(), None, 0);
    let mut text = Vec::new();
    let mut buffer = [0; 16 * 1024];
    while !over.load(Ordering::Relaxed) {
        match stream.read(&mut buffer) {
            Ok(0) => {
                missed += 1;
                break;
            }
            Ok(length) => text.extend_from_slice(&buffer[..length]),
            Err(_) => continue,
        }
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        for seq in client::seqs(&mut text) {
            // What was due before the link was open says nothing of the server.
            if began.elapsed() > Duration::from_millis(300) {
                delays.push(now.as_secs_f64() * 1e3 - seq as f64 * PERIOD.as_secs_f64() * 1e3);
            }
            missed += last.map_or(0, |last: u64| seq.saturating_sub(last + 1));
            last = Some(seq);
        }
    }
    // One that hears nothing at all is late by that.
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64() * 1e3;
    let silent =
        last.map_or(f64::INFINITY, |seq| now - (seq + 1) as f64 * PERIOD.as_secs_f64() * 1e3);
    if silent > 0.0 {
        delays.push(silent);
    }
    (delays, missed)
}

/// Asks for the server's health over and over; tells the longest answer and how many did not come.
fn probe_health(address: SocketAddr, over: &AtomicBool) -> (f64, u32) {
    let (mut longest, mut unanswered) = (0.0_f64, 0);
    while !over.load(Ordering::Relaxed) {
        let asked = Instant::now();
        match client::status(address, PROBE, "GET /healthz HTTP/1.1", PROBE_LIMIT) {
            Ok(200) => longest = longest.max(asked.elapsed().as_secs_f64()),
            Ok(_) | Err(_) => unanswered += 1,
        }
        thread::sleep(POLL);
    }
    (longest, unanswered)
}

const PERIOD: Duration = Duration::from_millis(100);
const POLL: Duration = Duration::from_millis(100);
const PROBE_LIMIT: Duration = Duration::from_secs(3);
