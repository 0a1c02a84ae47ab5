//! For the tests of the rules: how sure one is, and that it says why in Chinese too.

use super::{Confidence, Explained, Rule};
use crate::check::chinese::{english, in_chinese};
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
    let (sign, evidence) = (sign(symptom, lane, shown_by), run(samples));
    let explained = (rule.explains)(&sign, &evidence);
    let chinese = in_chinese(|| (rule.explains)(&sign, &evidence));
    assert_eq!(chinese.is_some(), explained.is_some());
    if let Some(Explained { because, .. }) = chinese {
        assert_eq!(english(&because), [""; 0], "{because}");
    }
    explained.map(|explained| {
        assert!(explained.because.len() > 20, "{}", explained.because);
        explained.confidence
    })
}
