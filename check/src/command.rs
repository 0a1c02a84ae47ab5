//! From the arguments to the exit code.

use std::io::{Write, stderr, stdout};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use anyhow::Context;
use echoclock_shared::check::evidence::Client;
use echoclock_shared::check::report::{self, Ran, Report};
use echoclock_shared::check::request::Request;
use echoclock_shared::check::run::{Run, Setup, Slots};
use echoclock_shared::check::suite::{self, Depth};
use echoclock_shared::info::Info;
use echoclock_shared::ledger::LedgerId;
use echoclock_shared::path;
use echoclock_shared::time::UnixMillis;

use crate::address::Base;
use crate::arguments::Check;
use crate::connect::Connector;
use crate::drive::{Watcher, drive};
use crate::probe::Edge;
use crate::send::Server;
use crate::terminal;

/// Checks a path as the arguments say, and returns the program's exit code.
pub fn check(arguments: &Check) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let done = runtime.context("no threads").and_then(|runtime| runtime.block_on(run(arguments)));
    done.unwrap_or_else(|error| {
        // There is nobody else to tell.
        let _ = writeln!(stderr(), "echoclock check: {error:#}");
        ExitCode::from(COULD_NOT_RUN)
    })
}

async fn run(arguments: &Check) -> anyhow::Result<ExitCode> {
    let report = report_of(arguments).await?;
    let json = serde_json::to_string_pretty(&report).context("the report as JSON")? + "\n";
    let said = match &arguments.json {
        Some(file) if file.as_os_str() == "-" => json,
        Some(file) => {
            std::fs::write(file, json).with_context(|| format!("{}", file.display()))?;
            terminal::text(&report)
        }
        None => terminal::text(&report),
    };
    stdout().write_all(said.as_bytes()).context("the report on the standard output")?;
    Ok(ExitCode::SUCCESS)
}

async fn report_of(arguments: &Check) -> anyhow::Result<Report> {
    let url = &arguments.url;
    let base = Base::of(url)?;
    let connector = Connector::new(&base, arguments.insecure)?;
    let mut dice = [0; 16];
    getrandom::fill(&mut dice).context("no random bytes for the run's name")?;
    let run = LedgerId::from_random(u128::from_ne_bytes(dice));
    let server = Arc::new(Server { base, connector, headers: arguments.header.clone() });
    let edge = Edge { server, run: run.clone() };
    is_there(&edge).await.with_context(|| format!("{url} can't be checked"))?;

    let depth = arguments.depth();
    let began = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let began = UnixMillis::default().plus(began);
    let setup = Setup {
        probes: suite::probes(depth),
        slots: SLOTS,
        client: Client::CommandLine,
        url: url.clone(),
        time: depth.time(),
        run,
        began,
    };
    let start = Instant::now();
    let (evidence, is_complete) = drive(&edge, setup, &mut Quiet).await;
    let ran = Ran {
        program: env!("CARGO_PKG_VERSION").to_owned(),
        took: start.elapsed(),
        is_complete,
        is_deep: depth == Depth::Deep,
    };
    Ok(report::of(&evidence, ran))
}

/// Asks whether there is an Echoclock that lets itself be checked.
async fn is_there(edge: &Edge) -> anyhow::Result<()> {
    let request = Request::get(path::below_api(path::INFO).to_owned());
    let info = tokio::time::timeout(FIRST_ANSWER_WITHIN, edge.read::<Info>(&request)).await;
    let info = info.context("nothing answers there within 10 s")??;
    let info = info.context("what answers there is no Echoclock")?;
    anyhow::ensure!(info.check, "this Echoclock's check is switched off, or it has none yet");
    Ok(())
}

struct Quiet;

impl Watcher for Quiet {
    fn moved(&mut self, _: &Run, _: usize) {}
}

/// The exit code where the check could not run.
const COULD_NOT_RUN: u8 = 2;

/// A program may open as many connections as it likes; what is timed is kept apart.
const SLOTS: Slots = Slots { requests: 64, sockets: 64, timed: 8, asides: 4 };

/// How long the first answer may take.
const FIRST_ANSWER_WITHIN: std::time::Duration = std::time::Duration::from_secs(10);
