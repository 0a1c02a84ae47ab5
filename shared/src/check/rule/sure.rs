//! For the tests of the rules: how sure one is.

use super::{Confidence, Rule};
use crate::check::probe::Lane;
use crate::check::sample::{Sample, run, sign};
use crate::check::signs::Symptom;

/// How sure a rule is of a sign that these probes of a run show.
pub(in crate::check) fn sure(
    rule: &Rule,
    symptom: Symptom,
    lane: Lane,
    samples: &[Sample],
    shown_by: &[&str],
) -> Option<Confidence> {
    let explained = (rule.explains)(&sign(symptom, lane, shown_by), &run(samples));
    explained.map(|explained| {
        assert!(explained.because.len() > 20, "{}", explained.because);
        explained.confidence
    })
}
