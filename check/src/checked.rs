//! A path that was checked: what every output tells of it, so that no two of them can differ.

use std::time::Duration;

use echoclock_shared::check::probe::{Lane, Probe, ProbeId};
use echoclock_shared::check::report::{Finding, Report, Row, Verdict};
use echoclock_shared::check::rules;
use echoclock_shared::check::signs::{Sign, Weight};

/// A run's report, with what was asked for.
#[derive(Clone, Debug)]
pub(crate) struct Checked {
    pub(crate) report: Report,
    /// The probes that the run meant to make.
    pub(crate) probes: Vec<Probe>,
    /// What was to be checked; the probe that all else is measured by is made in any case.
    pub(crate) lanes: Vec<Lane>,
}

/// A fault, and the finding that it belongs to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fault<'a> {
    /// The finding's number, from 1.
    pub(crate) number: usize,
    pub(crate) finding: &'a Finding,
    pub(crate) sign: &'a Sign,
}

/// What came of a probe.
#[derive(Clone, Debug)]
pub(crate) enum Came<'a> {
    /// Nothing is wrong.
    Well,
    /// It shows what is wrong.
    Faulty(Vec<Fault<'a>>),
    /// It was not tested; the sentence begins with the probe's title.
    Untested(&'a str),
}

impl Checked {
    /// Returns the rows of what was to be checked, with all else of which anything was told.
    pub(crate) fn rows(&self) -> impl Iterator<Item = &Row> {
        let is_told = |row: &&Row| {
            self.lanes.contains(&row.lane)
                || (row.verdict != Verdict::Untested && self.of_lane(row.lane).next().is_some())
        };
        self.report.rows.iter().filter(is_told)
    }

    /// Returns the probes of a lane.
    pub(crate) fn of_lane(&self, lane: Lane) -> impl Iterator<Item = &Probe> {
        self.probes.iter().filter(move |probe| probe.lane == lane)
    }

    /// Tells what came of a probe: what is wrong before what was not tested.
    pub(crate) fn came(&self, id: &ProbeId) -> Came<'_> {
        let faults: Vec<_> = self.faults().filter(|it| it.sign.probes.contains(id)).collect();
        if !faults.is_empty() {
            return Came::Faulty(faults);
        }
        self.gap(id).map_or(Came::Well, Came::Untested)
    }

    /// Returns all faults, those of the worst finding first.
    pub(crate) fn faults(&self) -> impl Iterator<Item = Fault<'_>> {
        let findings = self.report.findings.iter().enumerate();
        findings.flat_map(|(place, finding)| {
            let number = place + 1;
            finding.signs.iter().map(move |sign| Fault { number, finding, sign })
        })
    }

    /// Returns why a probe was not tested, where it was not.
    pub(crate) fn gap(&self, id: &ProbeId) -> Option<&str> {
        let gaps = &self.report.not_tested;
        let gap = gaps.iter().find(|gap| gap.probe.as_ref() == Some(id));
        gap.map(|gap| gap.why.as_str())
    }

    /// Returns how long a probe took its client, as far as it noted anything.
    pub(crate) fn time(&self, id: &ProbeId) -> Option<Duration> {
        let seen = self.report.observations.iter().find(|seen| seen.probe == *id)?;
        let (first, last) = (seen.heard.first()?, seen.heard.last()?);
        Some(Duration::from_micros(last.at.saturating_sub(first.at)))
    }
}

impl Fault<'_> {
    /// Whether what it is found on is of no use.
    pub(crate) fn blocks(&self) -> bool {
        self.sign.symptom.weight() == Weight::Block
    }
}

/// Returns where a finding's cause is told in full; nothing where it is not known.
pub(crate) fn hint(finding: &Finding) -> Option<String> {
    let id = finding.rule.as_deref()?;
    let rule = rules::ALL.iter().find(|rule| rule.id == id)?;
    Some(rule.place())
}
