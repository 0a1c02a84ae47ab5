//! The check, as a user starts it, through a path.

use std::path::Path;
use std::process::{Child, Command};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use echoclock_shared::check::observed::Outcome;
use echoclock_shared::check::report::Report;
use rustix::process::{Pid, Signal, kill_process};

use super::built::Built;
use super::label::{Label, StandsStill};
use crate::check::Check;
use crate::stop::Stop;

/// Who checks a path.
#[derive(Clone, Copy, Debug)]
pub(super) enum Checker<'a> {
    /// The command line of this server.
    CommandLine(&'a Path),
    /// A program with arguments, which has the page check it; it is given the address and a file for
    /// the report.
    Page(&'a [String]),
}

/// Has it checked to its end, and reads the report.
pub(super) fn check(by: Checker<'_>, path: &Built, label: &Label, stop: &Stop) -> Result<Report> {
    let file = path.folder().join("report.json");
    let scheme = if label.tls { "https" } else { "http" };
    let address = format!("{scheme}://{}{}", path.address, label.at);
    let command = match by {
        Checker::CommandLine(program) => {
            let mut command = Command::new(program);
            command.arg("check").arg(address).arg("--json").arg(&file);
            command.args(label.deep.then_some("--deep")).args(label.tls.then_some("--insecure"));
            command
        }
        Checker::Page(words) => {
            let (program, arguments) = words.split_first().context("no program was named")?;
            let mut command = Command::new(program);
            command.args(arguments).arg(address).arg(&file);
            command
        }
    };
    let mut pause = label.stands_still.map(|order| Pause { order, is_under_way: false });
    let report = Check { command, file: &file, limit: if label.deep { DEEP } else { QUICK } }
        .run(stop, |process, time| pause.iter_mut().for_each(|pause| pause.heed(process, time)))?;
    let has_noticed = report.observations.iter().any(|seen| seen.outcome == Outcome::Asleep);
    ensure!(
        has_noticed || label.stands_still.is_none(),
        "the check did not notice that it stood still"
    );
    Ok(report)
}

/// The check's standing still.
struct Pause {
    order: StandsStill,
    is_under_way: bool,
}

impl Pause {
    /// Has a check that was started so long ago stand still, or go on.
    fn heed(&mut self, process: &Child, time: Duration) {
        let begins = Duration::from_millis(self.order.after);
        let ends = begins + Duration::from_millis(self.order.millis);
        let stands = begins <= time && time < ends;
        if stands != self.is_under_way {
            self.is_under_way = stands;
            let signal = if stands { Signal::STOP } else { Signal::CONT };
            // One that has ended is waited for by who started it.
            let _ = kill_process(Pid::from_child(process), signal);
        }
    }
}

/// How long a run may take.
const QUICK: Duration = Duration::from_secs(120);
const DEEP: Duration = Duration::from_secs(600);
