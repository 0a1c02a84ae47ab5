//! A server under followers that come and go: whether its memory grows.

mod people;

use std::fs::OpenOptions;
use std::io::Write;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use clap::Args;

use self::people::People;
use crate::fleet::{self, Fleet};
use crate::machine;
use crate::process::Server;
use crate::stats::Line;

/// How long, and of whom.
#[derive(Args, Clone, Debug)]
pub(crate) struct Soak {
    /// How long, in minutes
    #[arg(long, value_name = "MINUTES", default_value_t = 10.0)]
    minutes: f64,
    /// After how many minutes memory has to be level; at most half of the time
    #[arg(long, value_name = "MINUTES", default_value_t = 2.0)]
    settle: f64,
    /// How many follow at a time
    #[arg(long, value_name = "NUMBER", default_value_t = 1_000)]
    followers: usize,
    /// How many leave, and as many come, in a second
    #[arg(long, value_name = "NUMBER", default_value_t = 20.0)]
    churn: f64,
    /// How many of a hundred have a ledger; with fewer, ledgers fill for longer than memory may settle
    #[arg(long, value_name = "PERCENT", default_value_t = 50)]
    ledgers: u32,
    /// How fast resident memory may grow after that, in KiB a minute
    #[arg(long, value_name = "KIB", default_value_t = 60.0)]
    slope: f64,
    /// Where each look at the memory is written to, as lines of seconds, KiB and links
    #[arg(long, value_name = "FILE")]
    samples: Option<PathBuf>,
    /// A variable for the server's environment, such as MALLOC_ARENA_MAX=1; repeatable
    #[arg(long, value_name = "NAME=VALUE")]
    env: Vec<String>,
    /// The server, as it was built
    #[arg(long, value_name = "FILE")]
    server: PathBuf,
}

pub(crate) fn soak(soak: &Soak) -> Result<()> {
    machine::allow_files(soak.followers as u64 * 2 + 1_000)?;
    let mut command = Command::new(&soak.server);
    command.args(["serve", "--listen", "127.0.0.1:0"]).args(fleet::ONE_CLIENT).env_clear();
    command.env("ECHOCLOCK_LOG_LEVEL", "warn,echoclock=info,echoclock_backend=warn");
    for variable in &soak.env {
        let (name, value) = variable.split_once('=').context("--env takes NAME=VALUE")?;
        command.env(name, value);
    }
    let mut server = Server::start(command, None)?;
    let mut fleet = Fleet::new(server.address)?;
    let mut people = People::new(soak.ledgers);
    people.come(&mut fleet, soak.followers)?;
    let samples = watch(soak, &mut server, &mut fleet, &mut people)?;
    let settled = (soak.minutes * 30.0).min(soak.settle * 60.0);
    let later: Vec<_> = samples.iter().copied().filter(|(at, _)| *at >= settled).collect();
    let line = Line::through(&later).context("too few looks at the memory: soak for longer")?;
    let (slope, error) = (line.slope * 60.0, line.error * 60.0);
    say(&format!(
        "resident memory after {settled:.0} s: {slope:+.1} ± {error:.1} KiB a minute ({} looks, \
         from {:.0} KiB)",
        later.len(),
        line.start + line.slope * settled
    ));
    people.judge(&fleet)?;
    // What lies within the error is no growth.
    ensure!(
        slope - 2.0 * error < soak.slope,
        "memory grows by {slope:.1} KiB a minute, {} is the bound",
        soak.slope
    );
    Ok(())
}

/// Has people come and go, and looks at the memory; gives seconds and KiB.
fn watch(
    soak: &Soak,
    server: &mut Server,
    fleet: &mut Fleet,
    people: &mut People,
) -> Result<Vec<(f64, f64)>> {
    let mut file = match &soak.samples {
        Some(path) => Some(
            OpenOptions::new()
                .create(true)
                .write(true)
                .truncate(true)
                .open(path)
                .with_context(|| format!("can't write {}", path.display()))?,
        ),
        None => None,
    };
    let began = Instant::now();
    let end = Duration::from_secs_f64(soak.minutes * 60.0);
    let (mut samples, mut shown, mut gone, cpu) = (Vec::new(), 0.0, 0.0, server.cpu());
    while began.elapsed() < end {
        fleet.run(Duration::from_millis(50))?;
        let after = began.elapsed().as_secs_f64();
        while gone < after * soak.churn {
            people.change(fleet)?;
            gone += 1.0;
        }
        people.talk(fleet, Instant::now());
        let looks = samples.len() as f64 * LOOK_EVERY;
        if after >= looks {
            ensure!(server.has_ended().is_none(), "the server ended:\n{}", server.said());
            let memory = server.resident() as f64 / 1024.0;
            samples.push((after, memory));
            if let Some(file) = &mut file {
                writeln!(file, "{after:.1} {memory:.0} {}", fleet.open_links())?;
            }
            if after >= shown {
                shown += SHOW_EVERY;
                let sums = fleet.sums();
                let busy = (server.cpu() - cpu).as_secs_f64() / after.max(0.001) * 100.0;
                say(&format!(
                    "{after:>5.0} s  {memory:>7.0} KiB  {:>5} links  {:>9} items  {:>4.1} % of a core",
                    fleet.open_links(),
                    sums.items,
                    busy
                ));
            }
        }
    }
    Ok(samples)
}

#[expect(clippy::print_stdout, reason = "what a soak comes to is what it is made for")]
fn say(line: &str) {
    println!("{line}");
}

const LOOK_EVERY: f64 = 2.0;
const SHOW_EVERY: f64 = 30.0;
