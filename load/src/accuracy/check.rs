//! The check, as a user starts it, through a path.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use echoclock_shared::check::evidence::Evidence;
use echoclock_shared::check::report::{self, End, Ran, Report};
use echoclock_shared::check::suite::{self, Depth};

use super::built::Built;

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
pub(super) fn check(by: Checker<'_>, path: &Built, at: &str, is_deep: bool) -> Result<Report> {
    let file = path.folder().join("report.json");
    let said = path.folder().join("said");
    let address = format!("http://{}{at}", path.address);
    let mut command = match by {
        Checker::CommandLine(program) => {
            let mut command = Command::new(program);
            command.arg("check").arg(address).arg("--json").arg(&file);
            command.args(is_deep.then_some("--deep"));
            command
        }
        Checker::Page(words) => {
            let (program, arguments) = words.split_first().context("no program was named")?;
            let mut command = Command::new(program);
            command.args(arguments).arg(address).arg(&file);
            command
        }
    };
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(fs::File::create(&said)?);
    let mut process = command.spawn().context("the check can't be started")?;
    let (started, limit) = (Instant::now(), if is_deep { DEEP } else { QUICK });
    while process.try_wait()?.is_none() {
        if started.elapsed() > limit {
            process.kill()?;
            process.wait()?;
            bail!("the check did not end within {} s", limit.as_secs());
        }
        thread::sleep(Duration::from_millis(50));
    }
    let text = fs::read_to_string(&file).with_context(|| {
        format!(
            "the check wrote no report; it said:\n{}",
            fs::read_to_string(&said).unwrap_or_default()
        )
    })?;
    serde_json::from_str(&text).context("the report can't be read")
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
