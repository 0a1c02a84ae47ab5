//! From the arguments to the exit code.

use std::io::{IsTerminal, Write as _, stderr, stdout};
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;
use echoclock_shared::check::report::{self, Report};

use crate::arguments::Check;
use crate::checked::Checked;
use crate::expect::{Judged, Outcome};
use crate::follow::follow;
use crate::junit::junit;
use crate::making::{make, now};
use crate::metrics::metrics;
use crate::outputs::{Outputs, Write, say};
use crate::terminal::{self, Paint};

/// Checks a path as the arguments say, and returns the program's exit code.
pub fn check(arguments: &Check) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let done = runtime.context("no threads").and_then(|runtime| runtime.block_on(run(arguments)));
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(NOT_HELD),
        Err(error) => {
            // There is nobody else to tell.
            let _ = writeln!(stderr(), "echoclock check: {error:#}");
            ExitCode::from(COULD_NOT_RUN)
        }
    }
}

/// What is told of a run.
struct Told {
    checked: Checked,
    judged: Vec<Judged>,
}

/// Returns whether all that was expected holds.
async fn run(arguments: &Check) -> anyhow::Result<bool> {
    if arguments.follow {
        return follow(arguments, now()).await.map(|()| true);
    }
    let outputs = Outputs::<Told>::new([
        (arguments.json.clone(), |told| as_json(&told.checked.report)),
        (arguments.markdown.clone(), |told| Ok(report::markdown(&told.checked.report))),
        (arguments.junit.clone(), |told| Ok(junit(&told.checked, &told.judged))),
        (arguments.metrics.clone(), |told| Ok(metrics(&told.checked, &told.judged))),
    ] as [(_, Write<Told>); 4])?;
    let before = arguments.compare.as_deref().map(read).transpose()?;

    let mut checked = make(arguments).await?;
    if arguments.redact {
        checked.report = report::redacted(&checked.report);
    }
    checked.report.compared = before.map(|before| {
        let before = if arguments.redact { report::redacted(&before) } else { before };
        report::compare(&before, &checked.report)
    });
    let judged = arguments.expect.as_ref().map(|expected| expected.judge(&checked));
    let told = Told { checked, judged: judged.unwrap_or_default() };
    outputs.write(&told)?;
    tell(&told, outputs.takes_standard())?;
    Ok(told.judged.iter().all(|it| it.outcome == Outcome::Held))
}

/// Tells the report to whoever is at the terminal. Where something else takes the standard output, only
/// what differs and what was expected is told, on the standard error.
fn tell(told: &Told, is_taken: bool) -> anyhow::Result<()> {
    let compared = told.checked.report.compared.as_ref();
    let variable = |name| std::env::var_os(name);
    let paint = |is_terminal| {
        Paint::of(is_terminal, variable("NO_COLOR").as_deref(), variable("TERM").as_deref())
    };
    if is_taken {
        let paint = paint(stderr().is_terminal());
        let summary = terminal::summary(compared, &told.judged, paint);
        return stderr().write_all(summary.as_bytes()).context("the standard error");
    }
    let paint = paint(stdout().is_terminal());
    let summary = terminal::summary(compared, &told.judged, paint);
    say(&(terminal::text(&told.checked, paint) + &summary))
}

fn as_json(report: &Report) -> anyhow::Result<String> {
    Ok(serde_json::to_string_pretty(report).context("the report as JSON")? + "\n")
}

fn read(file: &Path) -> anyhow::Result<Report> {
    let text = std::fs::read_to_string(file).with_context(|| format!("{}", file.display()))?;
    let report = report::read(&text).with_context(|| format!("{}", file.display()))?;
    let is_foreign = report.language != report::language();
    Ok(is_foreign.then(|| report::told_again(&report)).flatten().unwrap_or(report))
}

/// The exit code where something that was expected does not hold.
const NOT_HELD: u8 = 1;

/// The exit code where the check could not run.
const COULD_NOT_RUN: u8 = 2;
