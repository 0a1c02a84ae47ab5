//! Where an attack meets a server of its own, and is judged.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use super::watch::{Seen, Watch};
use super::{Attack, Bounds};
use crate::process::Server;
use crate::stats;

/// How the server is started.
#[derive(Clone, Copy, Debug)]
pub(super) enum Start {
    Plain,
    /// With so many descriptors at the most.
    Files(u32),
    /// With a log that nobody reads.
    LogUnread,
}

/// An attack under way.
pub(super) struct Ring<'a> {
    pub(super) server: Server,
    pub(super) address: SocketAddr,
    /// Whether the attack is to be short.
    pub(super) short: bool,
    /// The folder that the attack may write to.
    pub(super) folder: &'a Path,
    pub(super) notes: Vec<String>,
    watch: Option<Watch>,
    seen: Seen,
    /// The other end of a log that nobody reads.
    _unread: Option<std::io::PipeReader>,
    cpu: Duration,
    began: Instant,
}

impl Ring<'_> {
    /// The time that there is: short, or at length.
    pub(super) fn time(&self, short: u64, long: u64) -> Duration {
        Duration::from_secs(if self.short { short } else { long })
    }

    pub(super) fn note(&mut self, line: impl Into<String>) {
        self.notes.push(line.into());
    }

    /// Resident memory, in MiB.
    pub(super) fn resident(&self) -> f64 {
        mib(self.server.resident())
    }

    /// Takes the others away: from here on the server may end, or refuse them.
    pub(super) fn others_leave(&mut self) {
        if let Some(watch) = self.watch.take() {
            self.seen = watch.end();
            let took = self.began.elapsed().as_secs_f64();
            self.seen.cpu = (self.server.cpu().saturating_sub(self.cpu)).as_secs_f64() / took;
        }
    }
}

/// What came of an attack.
pub(super) struct Outcome {
    pub(super) notes: Vec<String>,
    pub(super) faults: Vec<String>,
    seen: Seen,
    took: Duration,
}

/// Starts a server, attacks it, and judges what was seen.
pub(super) fn enter(attack: &Attack, program: &Path, short: bool) -> Outcome {
    let began = Instant::now();
    let mut outcome = meet(attack, program, short).unwrap_or_else(|error| Outcome {
        notes: Vec::new(),
        faults: vec![format!("{error:#}")],
        seen: Seen::default(),
        took: Duration::ZERO,
    });
    outcome.took = began.elapsed();
    outcome
}

fn meet(attack: &Attack, program: &Path, short: bool) -> Result<Outcome> {
    let folder = format!("echoclock-attack-{}-{}", std::process::id(), attack.name);
    let folder = std::env::temp_dir().join(folder);
    std::fs::create_dir_all(folder.join("site")).context("the folder can't be made")?;
    std::fs::write(folder.join("site/index.html"), "<!doctype html><title>x</title>")?;
    let (server, unread) = start(attack, program, &folder)?;
    let address = server.address;
    let watch = Watch::begin(address, server.pid())?;
    // The follower has its first items, and the server is at rest.
    thread::sleep(Duration::from_millis(400));
    let ring = Ring {
        address,
        short,
        folder: &folder,
        notes: Vec::new(),
        watch: Some(watch),
        seen: Seen::default(),
        _unread: unread,
        cpu: server.cpu(),
        began: Instant::now(),
        server,
    };
    let run = attack.run;
    let (mut ring, done) = thread::scope(|scope| {
        let attacker = scope.spawn(move || {
            let mut ring = ring;
            let done = run(&mut ring);
            (ring, done)
        });
        attacker.join().expect("an attack reports its failure, it never panics")
    });
    ring.others_leave();
    let mut faults = judged(&ring.seen, attack.bounds, short);
    faults.extend(done.err().map(|error| format!("{error:#}")));
    let outcome = Outcome { notes: ring.notes, faults, seen: ring.seen, took: Duration::ZERO };
    drop(ring.server);
    // What is left behind lies in the folder for temporary files.
    let _ = std::fs::remove_dir_all(&folder);
    Ok(outcome)
}

fn start(
    attack: &Attack,
    program: &Path,
    folder: &Path,
) -> Result<(Server, Option<std::io::PipeReader>)> {
    let mut flags = vec!["--trusted-proxy=none".to_owned()];
    flags.extend(attack.flags.iter().map(|flag| (*flag).to_owned()));
    if attack.flags.is_empty() || !attack.flags.iter().any(|flag| flag.starts_with("--site")) {
        flags.push(format!("--site={}", folder.join("site").display()));
    }
    let serve = |listen: &str| {
        let mut command = match attack.start {
            Start::Files(files) => {
                let mut shell = Command::new("sh");
                shell
                    .args(["-c", &format!("ulimit -n {files} && exec \"$0\" \"$@\"")])
                    .arg(program);
                shell
            }
            Start::Plain | Start::LogUnread => Command::new(program),
        };
        command
            .args(["serve", "--listen", listen])
            .args(&flags)
            .env_clear()
            .env("ECHOCLOCK_LOG_LEVEL", "info");
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command
    };
    if !matches!(attack.start, Start::LogUnread) {
        return Ok((Server::start(serve("127.0.0.1:0"), None)?, None));
    }
    // Where it listens can't be read in its log, so a port is chosen that is free.
    let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let (reader, writer) = std::io::pipe()?;
    let mut command = serve(&address.to_string());
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(writer);
    let process = command.spawn().context("the server can't be started")?;
    let server = Server::of(process, address);
    let started = Instant::now();
    while TcpStream::connect(address).is_err() {
        ensure!(started.elapsed() < Duration::from_secs(10), "the server does not listen");
        thread::sleep(Duration::from_millis(10));
    }
    Ok((server, Some(reader)))
}

/// What of the bounds was not kept.
fn judged(seen: &Seen, bounds: Bounds, short: bool) -> Vec<String> {
    let mut faults = Vec::new();
    let mut within = |what: &str, figure: f64, bound: f64, unit: &str| {
        if figure > bound {
            faults.push(format!("{what}: {figure:.1} {unit}, {bound:.1} is the bound"));
        }
    };
    within("memory grew by", seen.growth, bounds.growth, "MiB");
    within("it took", seen.cpu * 100.0, bounds.cpu * 100.0, "% of a core");
    within("an honest follower's items were late by", delay(seen), bounds.late(short), "ms");
    within("an honest follower missed", seen.missed as f64, 0.0, "items");
    within("/healthz took", seen.health * 1e3, HEALTH, "ms");
    within("/healthz was not answered", seen.unanswered as f64, 0.0, "times");
    faults
}

impl Bounds {
    /// Beside the other parts of a test the machine itself is late now and then.
    fn late(self, short: bool) -> f64 {
        if short { self.delay * 5.0 } else { self.delay }
    }
}

fn delay(seen: &Seen) -> f64 {
    stats::quantile(&seen.delays, 0.99).unwrap_or_default()
}

impl Outcome {
    pub(super) fn row(&self, attack: &Attack, short: bool) -> Vec<String> {
        let Bounds { growth, cpu, .. } = attack.bounds;
        vec![
            attack.name.to_owned(),
            if self.faults.is_empty() { "held" } else { "FELL" }.to_owned(),
            format!("{:.1} ({growth:.0})", self.seen.growth),
            format!("{:.0} ({:.0})", self.seen.cpu * 100.0, cpu * 100.0),
            format!("{:.1} ({:.0})", delay(&self.seen), attack.bounds.late(short)),
            format!("{:.0}", self.seen.health * 1e3),
            format!("{:.1}", self.took.as_secs_f64()),
        ]
    }
}

fn mib(bytes: u64) -> f64 {
    bytes as f64 / (1024.0 * 1024.0)
}

/// The columns, each with its bound in brackets.
pub(super) const HEAD: [&str; 7] = [
    "attack",
    "",
    "growth, MiB",
    "CPU, % of a core",
    "late p99, ms",
    "/healthz at most, ms",
    "took, s",
];

/// How long a probe of the server's health may take, in milliseconds: orchestrators wait a second.
const HEALTH: f64 = 1_000.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_bound_that_is_not_kept_is_a_fault() {
        let bounds = Bounds { growth: 10.0, cpu: 0.5, delay: 20.0 };
        let fine = || Seen { growth: 9.0, cpu: 0.4, delays: vec![5.0; 100], ..Seen::default() };
        assert!(judged(&fine(), bounds, false).is_empty());
        for (seen, says) in [
            (Seen { growth: 11.0, ..fine() }, "memory grew by"),
            (Seen { cpu: 0.6, ..fine() }, "it took"),
            (Seen { delays: vec![21.0; 3], ..fine() }, "late by"),
            (Seen { missed: 1, ..fine() }, "missed"),
            (Seen { health: 2.0, ..fine() }, "/healthz took"),
            (Seen { unanswered: 1, ..fine() }, "was not answered"),
        ] {
            let faults = judged(&seen, bounds, false);
            assert!(faults.len() == 1 && faults[0].contains(says), "{faults:?}");
        }
    }
}
