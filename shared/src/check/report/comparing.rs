//! Two reports side by side: what differs, and who may have done it.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Finding, Report, Verdict, sentences};
use crate::check::hops::Hop;
use crate::check::list::listed;
use crate::check::observed::Outcome;
use crate::check::probe::{Lane, ProbeId};
use crate::check::signs::{Life, Passing, Sign, is_near};
use crate::time::UnixMillis;
use crate::{fill, say, text, words};

/// What differs between two reports.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Comparison {
    /// Which report it is that the other one was compared with: the first of the two.
    pub with: With,
    /// What differs in a sentence, and which hop shows only where it is worse.
    pub headline: String,
    /// The lanes that differ, in a report's order.
    pub lanes: Vec<LaneChange>,
    /// Findings of the second report that the first lacks, by their titles: another cause, or, where none
    /// is known, another symptom.
    pub appeared: Vec<String>,
    /// Findings of the first that the second lacks.
    pub gone: Vec<String>,
    /// Hops that show in the second report only.
    pub hops_appeared: Vec<Hop>,
    /// Hops that show in the first only.
    pub hops_gone: Vec<Hop>,
}

/// Which run a report is compared with.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct With {
    /// The address that was checked.
    pub url: String,
    /// When the run began, by its client's clock.
    pub began: UnixMillis,
    /// Whether it was the deep one.
    pub is_deep: bool,
}

/// What differs in a lane.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct LaneChange {
    /// Which.
    pub lane: Lane,
    /// How it did in the first report.
    pub before: Verdict,
    /// How it does in the second.
    pub after: Verdict,
    /// Signs of the second report that the first lacks, though it looked for them; a sign with another
    /// figure is another one.
    pub appeared: Vec<Sign>,
    /// Signs of the first that the second lacks, likewise.
    pub gone: Vec<Sign>,
    /// After how many seconds silence was cut in each, where that differs.
    pub silence_cut: Option<(Option<u64>, Option<u64>)>,
}

/// Compares two reports: of the direct way and through a proxy, or of last week and today. What only one of
/// them looked for is left out.
pub fn compare(before: &Report, after: &Report) -> Comparison {
    let are_alike = ran(before) == ran(after);
    let lanes = Lane::ALL.into_iter().filter_map(|lane| lane_of(lane, before, after, are_alike));
    let mut comparison = Comparison {
        with: With { url: before.url.clone(), began: before.began, is_deep: before.is_deep },
        headline: String::new(),
        lanes: lanes.collect(),
        appeared: titles_lacking(after, before),
        gone: titles_lacking(before, after),
        hops_appeared: only_of(&hops(after), &hops(before)),
        hops_gone: only_of(&hops(before), &hops(after)),
    };
    comparison.headline = headline(&comparison, are_alike);
    comparison
}

/// Returns the probes that a report tells something of.
fn ran(report: &Report) -> BTreeSet<&ProbeId> {
    let observed = report.observations.iter();
    let ran = observed.filter(|seen| match seen.outcome {
        Outcome::Done | Outcome::Late => true,
        Outcome::Cancelled | Outcome::Asleep | Outcome::Skipped => false,
    });
    let not_tested = report.not_tested.iter().filter_map(|gap| gap.probe.as_ref());
    let not_tested: BTreeSet<_> = not_tested.collect();
    ran.map(|seen| &seen.probe).filter(|id| !not_tested.contains(id)).collect()
}

/// Whether a report of these probes would show a sign of another one; any would show one that names no
/// probe.
fn looked_for(ran: &BTreeSet<&ProbeId>, sign: &Sign) -> bool {
    sign.probes.is_empty() || sign.probes.iter().any(|probe| ran.contains(probe))
}

fn lane_of(lane: Lane, before: &Report, after: &Report, are_alike: bool) -> Option<LaneChange> {
    let signs = |report: &Report| -> Vec<Sign> {
        let faults = report.findings.iter().flat_map(|finding| &finding.signs);
        faults.filter(|sign| sign.lane == lane).cloned().collect()
    };
    let lacking = |signs: &[Sign], others: &[Sign], other: &Report| -> Vec<Sign> {
        let ran = ran(other);
        let is_there = |sign: &Sign| others.iter().any(|o| o.symptom.is_as_much_as(&sign.symptom));
        let lacking = signs.iter().filter(|sign| !is_there(sign) && looked_for(&ran, sign));
        lacking.cloned().collect()
    };
    let (old, new) = (signs(before), signs(after));
    let silence = |report: &Report| {
        let is_meant = |life: &&Life| life.lane == lane && life.with == Passing::Nothing;
        report.lives.iter().find(is_meant).copied()
    };
    let cuts = silence(before).zip(silence(after)).filter(|(one, other)| differ(one, other));
    let change = LaneChange {
        lane,
        before: before.verdict(lane),
        after: after.verdict(lane),
        appeared: lacking(&new, &old, before),
        gone: lacking(&old, &new, after),
        silence_cut: cuts.map(|(one, other)| (one.cut, other.cut)),
    };
    let was_tested_once =
        (change.before == Verdict::Untested) != (change.after == Verdict::Untested);
    let differs = (was_tested_once || are_alike && change.before != change.after)
        || !change.appeared.is_empty()
        || !change.gone.is_empty()
        || change.silence_cut.is_some();
    differs.then_some(change)
}

/// Whether two silences were cut at different times; one that was not may only have been too short.
fn differ(one: &Life, other: &Life) -> bool {
    match (one.cut, other.cut) {
        (Some(one), Some(other)) => !is_near(one, other),
        (Some(cut), None) => other.survived >= Some(cut),
        (None, Some(cut)) => one.survived >= Some(cut),
        (None, None) => false,
    }
}

fn hops(report: &Report) -> Vec<Hop> {
    report.hops.iter().map(|seen| seen.hop).collect()
}

/// Returns the titles of a report's findings that another lacks, though it looked for them.
fn titles_lacking(report: &Report, other: &Report) -> Vec<String> {
    let ran = ran(other);
    let found = report.findings.iter().filter(|found| {
        let could_show = found.signs.iter().any(|sign| looked_for(&ran, sign));
        // Titles differ by the language.
        let is_same = |other: &Finding| other.is_of(found.rule.as_deref(), &found.signs);
        could_show && !other.findings.iter().any(is_same)
    });
    found.map(|found| found.title.clone()).collect()
}

fn only_of<T: Clone + PartialEq>(mine: &[T], others: &[T]) -> Vec<T> {
    mine.iter().filter(|one| !others.contains(one)).cloned().collect()
}

fn headline(comparison: &Comparison, are_alike: bool) -> String {
    let Comparison { lanes, appeared, gone, hops_appeared, hops_gone, .. } = comparison;
    let named = |is_it: &dyn Fn(&LaneChange) -> bool| {
        let names = lanes.iter().filter(|change| is_it(change)).map(|change| change.lane);
        listed(&names.collect::<Vec<_>>())
    };
    let worse = named(&|change| change.weighs(are_alike) > 0);
    let better = named(&|change| change.weighs(are_alike) < 0);
    let other = named(&|change| change.weighs(are_alike) == 0);
    let mut says = vec![];
    for (names, how) in [
        (worse, text!("Worse in the second: {names}.")),
        (better, text!("Better in the second: {names}.")),
        (other, text!("Different in the second: {names}.")),
    ] {
        if !names.is_empty() {
            says.push(fill!(how, names));
        }
    }
    if lanes.is_empty() && !(appeared.is_empty() && gone.is_empty()) {
        let same = words!("The same is seen in both, and something else is found to cause it.");
        says.push(same.to_owned());
    }
    for (hops, which) in [
        (hops_appeared, text!("Only in the second there is {hops} on the way.")),
        (hops_gone, text!("Only in the first there is {hops} on the way.")),
    ] {
        if !hops.is_empty() {
            let hops: Vec<_> = hops.iter().map(|hop| hop.name()).collect();
            says.push(fill!(which, hops = listed(&hops)));
        }
    }
    if says.is_empty() {
        says.push(words!("The two do not differ in what they found.").to_owned());
    }
    if !are_alike {
        let others = words!("They ran different probes: what only one looked for is left out.");
        says.push(others.to_owned());
    }
    sentences::joined(says)
}

impl LaneChange {
    /// Says how it did and does.
    pub fn verdicts(&self) -> String {
        let [before, after] = [self.before, self.after].map(Verdict::words);
        if before == after { after.to_owned() } else { format!("{before} → {after}") }
    }

    /// Says when silence was cut in each, where that differs.
    pub fn silence(&self) -> Option<String> {
        let says = |cut: Option<u64>| {
            let never = || words!("not cut").to_owned();
            cut.map_or_else(never, |seconds| say!("cut after {seconds} s", seconds))
        };
        let (before, after) = self.silence_cut?;
        Some(say!("Silence: {before} → {after}", before = says(before), after = says(after)))
    }

    /// Returns whether it got worse (more than zero) or better; verdicts tell that only where the same was
    /// looked for.
    fn weighs(&self, are_alike: bool) -> i32 {
        if self.before == Verdict::Untested || self.after == Verdict::Untested {
            return 0;
        }
        match self.after.cmp(&self.before) {
            Ordering::Greater if are_alike => 1,
            Ordering::Less if are_alike => -1,
            Ordering::Greater | Ordering::Less | Ordering::Equal => {
                i32::from(!self.appeared.is_empty()) - i32::from(!self.gone.is_empty())
            }
        }
    }
}
