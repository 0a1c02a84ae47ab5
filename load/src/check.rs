//! The path check, as a program that runs to its end and leaves a report.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use echoclock_shared::check::report::Report;

use crate::stop::Stop;
use crate::{process, tied};

/// A check that is to be run.
pub(crate) struct Check<'a> {
    /// What runs it.
    pub(crate) command: Command,
    /// The file that it writes its report to.
    pub(crate) file: &'a Path,
    /// A run says itself when it ends; this is for one that does not.
    pub(crate) limit: Duration,
}

impl Check<'_> {
    /// Has it run to its end, and reads the report; `watch` is given the process and its age meanwhile.
    pub(crate) fn run(
        &self,
        stop: &Stop,
        mut watch: impl FnMut(&Child, Duration),
    ) -> Result<Report> {
        let said = self.file.with_extension("said");
        let mut command = tied::tied(&self.command)?;
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(fs::File::create(&said)?);
        let mut process = command.spawn().context("the check can't be started")?;
        let started = Instant::now();
        while process.try_wait()?.is_none() {
            let goes_on = stop.goes_on();
            if goes_on.is_err() || started.elapsed() > self.limit {
                // Asked first, a browser's check ends the browser.
                process::end(&mut process);
                goes_on?;
                bail!("the check did not end within {} s", self.limit.as_secs());
            }
            watch(&process, started.elapsed());
            thread::sleep(Duration::from_millis(50));
        }
        let text = fs::read_to_string(self.file).with_context(|| {
            format!(
                "the check wrote no report; it said:\n{}",
                fs::read_to_string(&said).unwrap_or_default()
            )
        })?;
        serde_json::from_str(&text).context("the report can't be read")
    }
}
