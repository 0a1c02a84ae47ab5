//! Two reports side by side: what differs, and who may have done it.

use serde::Serialize;

use super::{Report, Verdict};
use crate::check::hops::Hop;
use crate::check::probe::Lane;
use crate::check::signs::{Life, Passing, Sign};

/// What differs between two reports.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Comparison {
    /// What differs in a sentence, and which hop shows only where it is worse.
    pub headline: String,
    /// The lanes that differ, in a report's order.
    pub lanes: Vec<LaneChange>,
    /// Findings of the second report that the first lacks, by their titles.
    pub appeared: Vec<String>,
    /// Findings of the first that the second lacks.
    pub gone: Vec<String>,
    /// Hops that show in the second report only.
    pub hops_appeared: Vec<Hop>,
    /// Hops that show in the first only.
    pub hops_gone: Vec<Hop>,
}

/// What differs in a lane.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LaneChange {
    /// Which.
    pub lane: Lane,
    /// How it did in the first report.
    pub before: Verdict,
    /// How it does in the second.
    pub after: Verdict,
    /// Signs of the second report that the first lacks.
    pub appeared: Vec<Sign>,
    /// Signs of the first that the second lacks.
    pub gone: Vec<Sign>,
    /// After how many seconds silence was cut in each, where that differs.
    pub silence_cut: Option<(Option<u64>, Option<u64>)>,
}

/// Compares two reports: of the direct way and through a proxy, or of last week and today.
pub fn compare(before: &Report, after: &Report) -> Comparison {
    let lanes: Vec<_> =
        Lane::ALL.into_iter().filter_map(|lane| lane_of(lane, before, after)).collect();
    let hops_appeared = only_of(&hops(after), &hops(before));
    let hops_gone = only_of(&hops(before), &hops(after));
    let headline = headline(&lanes, &hops_appeared, &hops_gone);
    let (appeared, gone) = (titles(after), titles(before));
    Comparison {
        headline,
        lanes,
        appeared: only_of(&appeared, &gone),
        gone: only_of(&gone, &appeared),
        hops_appeared,
        hops_gone,
    }
}

fn lane_of(lane: Lane, before: &Report, after: &Report) -> Option<LaneChange> {
    let signs = |report: &Report| -> Vec<Sign> {
        let faults = report.findings.iter().flat_map(|finding| &finding.signs);
        faults.filter(|sign| sign.lane == lane).cloned().collect()
    };
    let lacks = |signs: &[Sign], sign: &Sign| {
        !signs.iter().any(|other| other.symptom.is_like(&sign.symptom))
    };
    let (old, new) = (signs(before), signs(after));
    let cut = |report: &Report| {
        let is_meant = |life: &&Life| life.lane == lane && life.with == Passing::Nothing;
        report.lives.iter().find(is_meant).and_then(|life| life.cut)
    };
    let has_tried = |report: &Report| {
        report.lives.iter().any(|life| life.lane == lane && life.with == Passing::Nothing)
    };
    let cuts = (cut(before), cut(after));
    let both_tried = has_tried(before) && has_tried(after);
    let change = LaneChange {
        lane,
        before: before.verdict(lane),
        after: after.verdict(lane),
        appeared: new.iter().filter(|sign| lacks(&old, sign)).cloned().collect(),
        gone: old.iter().filter(|sign| lacks(&new, sign)).cloned().collect(),
        silence_cut: (both_tried && cuts.0 != cuts.1).then_some(cuts),
    };
    let differs = change.before != change.after
        || !change.appeared.is_empty()
        || !change.gone.is_empty()
        || change.silence_cut.is_some();
    differs.then_some(change)
}

fn hops(report: &Report) -> Vec<Hop> {
    report.hops.iter().map(|seen| seen.hop).collect()
}

fn titles(report: &Report) -> Vec<String> {
    report.findings.iter().map(|finding| finding.title.clone()).collect()
}

fn only_of<T: Clone + PartialEq>(mine: &[T], others: &[T]) -> Vec<T> {
    mine.iter().filter(|one| !others.contains(one)).cloned().collect()
}

fn headline(lanes: &[LaneChange], appeared: &[Hop], gone: &[Hop]) -> String {
    if lanes.is_empty() {
        return "The two do not differ in what they found.".to_owned();
    }
    let named = |is_it: fn(&LaneChange) -> bool| {
        let names =
            lanes.iter().filter(|change| is_it(change)).map(|change| change.lane.to_string());
        names.collect::<Vec<_>>().join(", ")
    };
    let worse = named(|change| change.weighs() > 0);
    let better = named(|change| change.weighs() < 0);
    let other = named(|change| change.weighs() == 0);
    let mut says = vec![];
    for (names, how) in [(worse, "Worse"), (better, "Better"), (other, "Different")] {
        if !names.is_empty() {
            says.push(format!("{how} in the second: {names}."));
        }
    }
    let list = |hops: &[Hop]| hops.iter().map(|hop| hop.name()).collect::<Vec<_>>().join(", ");
    if !appeared.is_empty() {
        says.push(format!("Only in the second there is {} on the way.", list(appeared)));
    }
    if !gone.is_empty() {
        says.push(format!("Only in the first there is {} on the way.", list(gone)));
    }
    says.join(" ")
}

impl LaneChange {
    /// Returns whether it got worse (more than zero) or better.
    fn weighs(&self) -> i32 {
        if self.before == Verdict::Untested || self.after == Verdict::Untested {
            return 0;
        }
        match self.after.cmp(&self.before) {
            std::cmp::Ordering::Greater => 1,
            std::cmp::Ordering::Less => -1,
            std::cmp::Ordering::Equal => {
                i32::from(!self.appeared.is_empty()) - i32::from(!self.gone.is_empty())
            }
        }
    }
}
