//! The check, as a user starts it, through a path.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use echoclock_shared::check::evidence::Evidence;
use echoclock_shared::check::observed::Outcome;
use echoclock_shared::check::report::{self, End, Ran, Report};
use echoclock_shared::check::suite::{self, Depth};
use rustix::process::{Pid, Signal, kill_process};

use super::built::Built;
use super::label::{Label, StandsStill};
use super::stop::Stop;
use crate::{process, tied};

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
    let said = path.folder().join("said");
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
    let mut command = tied::tied(&command)?;
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(fs::File::create(&said)?);
    let mut process = command.spawn().context("the check can't be started")?;
    let mut pause = label.stands_still.map(|order| Pause { order, is_under_way: false });
    let (started, limit) = (Instant::now(), if label.deep { DEEP } else { QUICK });
    while process.try_wait()?.is_none() {
        let goes_on = stop.goes_on();
        if goes_on.is_err() || started.elapsed() > limit {
            // Asked first, a browser's check ends the browser.
            process::end(&mut process);
            goes_on?;
            bail!("the check did not end within {} s", limit.as_secs());
        }
        if let Some(pause) = &mut pause {
            pause.heed(&process, started.elapsed());
        }
        thread::sleep(Duration::from_millis(50));
    }
    let text = fs::read_to_string(&file).with_context(|| {
        format!(
            "the check wrote no report; it said:\n{}",
            fs::read_to_string(&said).unwrap_or_default()
        )
    })?;
    let report: Report = serde_json::from_str(&text).context("the report can't be read")?;
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

/// Tells a report again from what both sides noted, by the signs and rules as they are.
pub(super) fn told_again(report: Report) -> Report {
    let ran = Ran {
        program: report.program,
        took: Duration::from_millis(report.took),
        end: if report.is_complete { End::Complete } else { End::Stopped },
        is_deep: report.is_deep,
        hidden: report.hidden,
    };
    let evidence = Evidence {
        probes: suite::probes(if report.is_deep { Depth::Deep } else { Depth::Quick }),
        observations: report.observations,
        url: report.url,
        client: report.client,
        run: report.run,
        began: report.began,
    };
    report::of(&evidence, ran)
}

/// A run says itself when it ends; these are for one that does not.
const QUICK: Duration = Duration::from_secs(120);
const DEEP: Duration = Duration::from_secs(600);
