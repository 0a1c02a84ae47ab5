//! Echoclock beside its peers: each in a process of its own on one core, the load on another.

mod contenders;
mod crowd;
mod echo;
mod echo_load;
mod fanout;
mod idle;
mod kinds;
mod report;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;
use clap::{Args, ValueEnum};

/// What is measured, and how thoroughly.
#[derive(Args, Clone, Debug)]
pub(crate) struct Bench {
    /// What to measure
    #[arg(value_enum)]
    what: What,
    /// The server, as it was built
    #[arg(long, value_name = "FILE")]
    server: PathBuf,
    /// The peers, as they were built
    #[arg(long, value_name = "FILE")]
    peers: PathBuf,
    /// The folder of the peers on Node.js
    #[arg(long, value_name = "FOLDER")]
    node: PathBuf,
    /// Another build of the server, to be measured beside this one
    #[arg(long, value_name = "FILE")]
    before: Option<PathBuf>,
    /// Measures these alone
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    only: Vec<String>,
    /// How often each figure is taken; the runs of all take turns
    #[arg(long, value_name = "NUMBER")]
    rounds: Option<usize>,
    /// How long one run lasts, in seconds
    #[arg(long, value_name = "SECONDS")]
    seconds: Option<f64>,
    /// For how many links, of fanout and idle
    #[arg(long, value_name = "NUMBERS", value_delimiter = ',')]
    links: Vec<usize>,
    /// Takes one short run of each, to see that it works
    #[arg(long)]
    quick: bool,
    /// Where to write all figures as JSON
    #[arg(long, value_name = "FILE", default_value = "bench.json")]
    json: PathBuf,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum What {
    /// Messages there and back over WebSockets
    Echo,
    /// One item a second to many followers
    Fanout,
    /// Open WebSockets on which nothing is said
    Idle,
    /// The memory of an open link of each kind
    Kinds,
}

impl Bench {
    fn rounds(&self, usual: usize) -> usize {
        self.rounds.unwrap_or(if self.quick { 1 } else { usual }).max(1)
    }

    fn sizes(&self) -> Vec<usize> {
        let given = self.links.iter().map(|links| (*links).max(1)).collect::<Vec<_>>();
        match (given.is_empty(), self.quick) {
            (false, _) => given,
            (true, false) => vec![1_000, 4_000, 10_000],
            (true, true) => vec![1_000],
        }
    }

    fn time(&self, usual: f64, quick: f64) -> Duration {
        let seconds = self.seconds.unwrap_or(if self.quick { quick } else { usual });
        Duration::from_secs_f64(seconds.clamp(0.05, 600.0))
    }
}

pub(crate) fn bench(bench: &Bench) -> Result<()> {
    match bench.what {
        What::Echo => echo::echo(bench),
        What::Fanout => fanout::fanout(bench),
        What::Idle => idle::idle(bench),
        What::Kinds => kinds::kinds(bench),
    }
}
