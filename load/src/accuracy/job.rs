//! One path that is judged, and what came of it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use echoclock_shared::check::report::{self, Report};
use echoclock_shared::check::rules;

use super::built::Built;
use super::check::Checker;
use super::judge::{self, Verdict, Wanted};
use super::label::{self, Label};
use super::{check, paste};
use crate::program::Programs;
use crate::stop::Stop;

/// A path that is to be judged, as it is or mended.
#[derive(Clone, Debug)]
pub(super) struct Job {
    pub(super) label: Label,
    /// Which of its remedies is pasted in first.
    pub(super) mended_by: Option<label::Remedy>,
}

/// What paths are built of, and where reports are kept.
pub(super) struct Place<'a> {
    pub(super) server: &'a Path,
    /// Who checks them.
    pub(super) checker: Checker<'a>,
    pub(super) programs: &'a Programs,
    /// Where to keep the reports.
    pub(super) reports: Option<&'a Path>,
    /// Where the reports are that a run before has kept.
    pub(super) kept: Option<&'a Path>,
    /// What ends the run early.
    pub(super) stop: &'a Stop,
}

/// What came of a job.
pub(super) struct Outcome {
    pub(super) name: String,
    pub(super) verdict: Result<Verdict>,
}

impl Job {
    fn name(&self) -> String {
        match &self.mended_by {
            Some(remedy) => format!("{} + {}", self.label.name, remedy.rule),
            None => self.label.name.clone(),
        }
    }

    /// Returns the file of its report.
    pub(super) fn file(&self, folder: &Path) -> PathBuf {
        folder.join(format!("{}.json", self.name().replace(' ', "")))
    }

    /// Has the check look at the path, or at what it has seen of it before, and judges what it found.
    pub(super) fn judged(&self, place: &Place<'_>) -> Outcome {
        let report = match place.kept {
            Some(folder) => again(&self.file(folder)),
            None => self.checked(place),
        };
        let verdict = report.map(|report| judge::judge(self.wanted(), &judge::found(&report)));
        Outcome { name: self.name(), verdict }
    }

    fn checked(&self, place: &Place<'_>) -> Result<Report> {
        let label = match &self.mended_by {
            Some(remedy) => &paste::mended(&self.label, remedy)?,
            None => &self.label,
        };
        let path = Built::build(label, place.server, place.programs)?;
        let report = check::check(place.checker, &path, label, place.stop)?;
        if let Some(folder) = place.reports {
            fs::create_dir_all(folder)?;
            fs::write(self.file(folder), serde_json::to_vec(&report)?)?;
        }
        Ok(report)
    }

    fn wanted(&self) -> Wanted<'_> {
        let label = &self.label;
        match &self.mended_by {
            Some(remedy) => Wanted {
                may: &remedy.leaves,
                gone: if is_for_notes(&remedy.rule, label) { &label.notes } else { &[] },
                ..Wanted::default()
            },
            None => Wanted {
                expects: &label.expects,
                may: &label.may,
                notes: &label.notes,
                ..Wanted::default()
            },
        }
    }
}

/// Whether a rule mends what a label has as notes, and nothing else.
fn is_for_notes(rule: &str, label: &Label) -> bool {
    let noted = |name: &str| label.notes.iter().any(|note| note.symptom.as_deref() == Some(name));
    let mut rules = rules::ALL.iter().filter(|known| known.id == rule);
    rules.any(|rule| rule.symptoms.iter().all(|name| noted(name)))
}

fn again(file: &Path) -> Result<Report> {
    let text = fs::read_to_string(file).with_context(|| format!("{}", file.display()))?;
    let report: Report =
        serde_json::from_str(&text).with_context(|| format!("{}", file.display()))?;
    Ok(report::retold(&report))
}

impl Outcome {
    pub(super) fn is_right(&self) -> bool {
        self.verdict.as_ref().is_ok_and(Verdict::is_right)
    }

    /// Says it in a line, and in more where it is wrong.
    pub(super) fn line(&self) -> String {
        let verdict = match &self.verdict {
            Err(error) => return format!("{:<52} could not be judged: {error:#}", self.name),
            Ok(verdict) if verdict.is_right() => return format!("{:<52} right", self.name),
            Ok(verdict) => verdict,
        };
        let mut line = format!("{:<52} WRONG", self.name);
        line.extend(verdict.misses.iter().map(|miss| format!("\n    missed: {miss}")));
        line.extend(verdict.alarms.iter().map(|alarm| format!("\n    not there: {alarm}")));
        line
    }
}
