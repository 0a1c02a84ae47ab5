//! The path check before paths whose faults are known.
//!
//! Each label below `e2e/paths/` is built, checked as a user would, and what was found is compared with
//! what the label says. Where a remedy is for one of the path's hops it is pasted in, and the path is
//! checked once more.

mod built;
mod check;
mod confusion;
mod job;
mod judge;
mod label;
mod paste;
mod sick;
mod untried;

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};
use clap::Args;
use serde_json::json;

use self::built::Built;
use self::check::Checker;
use self::confusion::Confusion;
use self::job::{Job, Outcome, Place};
use self::label::Label;
use crate::program::{Programs, Told};
use crate::stop::Stop;
use crate::{folder, tied};

/// Which paths, and how thoroughly.
#[derive(Args, Clone, Debug)]
pub(crate) struct Accuracy {
    /// Judges these paths alone
    #[arg(long, value_name = "NAME", num_args = 1.., value_delimiter = ',')]
    only: Vec<String>,
    /// Judges the few paths that the tests run, without their remedies
    #[arg(long)]
    short: bool,
    /// Leaves out the paths that take a deep run
    #[arg(long)]
    quick: bool,
    /// Has the page check the paths that are labelled for a browser, without their remedies: a program
    /// and its arguments, one WORD each, to which the path's address and a file for the report are added
    #[arg(long = "page", value_name = "WORD", allow_hyphen_values = true)]
    page: Vec<String>,
    /// How many paths are judged at the same time [default: 4, or 2 in a browser]
    #[arg(long, value_name = "NUMBER")]
    at_once: Option<usize>,
    /// Where to write what was found as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Where to keep each path's report, as a file of its own
    #[arg(long, value_name = "FOLDER")]
    reports: Option<PathBuf>,
    /// Judges the reports that `--reports` has kept there, by the rules as they are, and runs nothing
    #[arg(long = "from", value_name = "FOLDER")]
    kept: Option<PathBuf>,
    /// Builds one path, says its address, and keeps it for ten minutes
    #[arg(long, value_name = "NAME")]
    hold: Option<String>,
    /// The labelled paths
    #[arg(long, value_name = "FOLDER", default_value = "e2e/paths")]
    paths: PathBuf,
    /// The server, as it was built
    #[arg(long, value_name = "FILE")]
    server: PathBuf,
    #[command(flatten)]
    told: Told,
}

pub(crate) fn accuracy(order: &Accuracy) -> Result<()> {
    tied::end_with_parent()?;
    let stop = Stop::by_signals()?;
    folder::sweep();
    let labels = label::read(&order.paths)?;
    let programs = Programs::from(&order.told);
    for name in order.only.iter().chain(&order.hold) {
        let known = labels.iter().any(|label| label.name == *name);
        ensure!(known, "no path is called {name:?}");
    }
    if let Some(label) = labels.iter().find(|label| Some(&label.name) == order.hold.as_ref()) {
        return hold(label, order, &programs, &stop);
    }
    let mut jobs = Vec::new();
    for label in labels.into_iter().filter(|label| order.wants(label)) {
        if order.is_by_page() {
            jobs.push(Job { label: label.as_seen_by_page(), mended_by: None });
            continue;
        }
        for remedy in label.remedies.iter().filter(|_| !order.short) {
            jobs.push(Job { label: label.clone(), mended_by: Some(remedy.clone()) });
        }
        jobs.push(Job { label, mended_by: None });
    }
    if let Some(folder) = &order.kept {
        jobs.retain(|job| job.file(folder).exists());
    }
    // What takes longest comes first, so that the rest passes beside it.
    jobs.sort_by_key(|job| job.label.deep);
    let place = Place {
        server: &order.server,
        checker: match order.page.as_slice() {
            [] => Checker::CommandLine(&order.server),
            words => Checker::Page(words),
        },
        programs: &programs,
        reports: order.reports.as_deref(),
        kept: order.kept.as_deref(),
        stop: &stop,
    };
    // More browsers than that would measure the machine.
    let usual = if order.is_by_page() { 2 } else { 4 };
    let outcomes = run(jobs, order.at_once.unwrap_or(usual), &place);
    tell(&outcomes, order)?;
    stop.goes_on()
}

impl Accuracy {
    fn wants(&self, label: &Label) -> bool {
        let is_for_it = label.browser || !self.is_by_page();
        match self.only.as_slice() {
            [] => is_for_it && (label.short || !self.short) && !(label.deep && self.quick),
            only => only.contains(&label.name),
        }
    }

    fn is_by_page(&self) -> bool {
        !self.page.is_empty()
    }
}

fn hold(label: &Label, order: &Accuracy, programs: &Programs, stop: &Stop) -> Result<()> {
    let path = Built::build(label, &order.server, programs)?;
    say(&format!("{}: http://{}{}", label.says, path.address, label.at));
    let began = Instant::now();
    while began.elapsed() < HELD_FOR && !stop.is_told() {
        thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}

/// Does all jobs, some at a time, from the last one on.
fn run(jobs: Vec<Job>, at_once: usize, place: &Place<'_>) -> Vec<Outcome> {
    let jobs = Mutex::new(jobs);
    let outcomes = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..at_once.max(1) {
            scope.spawn(|| {
                loop {
                    let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).pop();
                    let Some(job) = job else { return };
                    let outcome = job.judged(place);
                    if place.stop.is_told() {
                        return;
                    }
                    say(&outcome.line());
                    outcomes.lock().unwrap_or_else(PoisonError::into_inner).push(outcome);
                }
            });
        }
    });
    let mut outcomes = outcomes.into_inner().unwrap_or_else(PoisonError::into_inner);
    outcomes.sort_by(|one, other| one.name.cmp(&other.name));
    outcomes
}

/// Sums up.
fn tell(outcomes: &[Outcome], order: &Accuracy) -> Result<()> {
    let mut confusion = Confusion::default();
    for verdict in outcomes.iter().filter_map(|outcome| outcome.verdict.as_ref().ok()) {
        confusion.add(verdict);
    }
    say(&format!("\n{}", confusion.table()));
    if let Some(file) = &order.json {
        let each = outcomes.iter().map(|outcome| match &outcome.verdict {
            Ok(verdict) => json!({
                "path": outcome.name,
                "missed": verdict.misses,
                "not_there": verdict.alarms,
                "taken": verdict.taken,
            }),
            Err(error) => json!({ "path": outcome.name, "error": format!("{error:#}") }),
        });
        let all = serde_json::Value::Array(each.collect());
        std::fs::write(file, format!("{all:#}\n"))?;
    }
    say("Remedies that are not tried:");
    for line in untried::lines() {
        say(&format!("  {line}"));
    }
    let wrong = outcomes.iter().filter(|outcome| !outcome.is_right());
    let wrong: Vec<_> = wrong.map(|outcome| outcome.name.as_str()).collect();
    say(&format!("{} of {} judged right", outcomes.len() - wrong.len(), outcomes.len()));
    match wrong.as_slice() {
        [] => Ok(()),
        wrong => bail!("judged wrong: {}", wrong.join(", ")),
    }
}

#[expect(clippy::print_stdout, reason = "what is found out is what it is made for")]
fn say(line: &str) {
    println!("{line}");
}

const HELD_FOR: Duration = Duration::from_secs(600);
