//! The probes that show a sign, and how others like them fared: what rules ask.

use crate::check::evidence::Evidence;
use crate::check::probe::{Form, StreamAsk};
use crate::check::signs::Sign;
use crate::check::told::Told;

/// Returns the probes that show a sign.
pub(in crate::check) fn told<'a>(sign: &'a Sign, evidence: &'a Evidence) -> Vec<Told<'a>> {
    let pairs = sign.probes.iter().filter_map(|id| evidence.of(&id.0));
    pairs.map(|(probe, seen)| Told::of(probe, seen)).collect()
}

/// Whether the streams of a sign's lane that were asked for in such a way passed item by item, and do
/// not show the sign; nothing where none was asked for so, or none can tell.
pub(in crate::check) fn is_live(
    sign: &Sign,
    evidence: &Evidence,
    in_such_a_way: impl Fn(&StreamAsk) -> bool,
) -> Option<bool> {
    passes(sign, evidence, |told| {
        told.probe.lane == sign.lane && told.stream().is_some_and(&in_such_a_way)
    })
}

/// Whether the items that show a sign passed one by one where they came in such a form; nothing where
/// they did not come so, or do not tell.
pub(in crate::check) fn is_live_as(form: Form, sign: &Sign, evidence: &Evidence) -> Option<bool> {
    passes(sign, evidence, |told| told.is_form(form))
}

/// Whether such items passed one by one in that form each time that they were asked for so, as far as it
/// tells: what hands on lumps of bytes lets some of them pass too.
pub(in crate::check) fn is_always_live_as(form: Form, sign: &Sign, evidence: &Evidence) -> bool {
    let lives = lives(sign, evidence, |told| told.is_form(form));
    !lives.is_empty() && lives.into_iter().all(|is_live| is_live)
}

fn passes(sign: &Sign, evidence: &Evidence, is_meant: impl Fn(&Told<'_>) -> bool) -> Option<bool> {
    let lives = lives(sign, evidence, is_meant);
    (!lives.is_empty()).then(|| lives.into_iter().any(|is_live| is_live))
}

/// Only the same items tell anything: larger ones fill the buffer that holds smaller ones.
fn lives(sign: &Sign, evidence: &Evidence, is_meant: impl Fn(&Told<'_>) -> bool) -> Vec<bool> {
    let shown = told(sign, evidence);
    let plans: Vec<_> = shown.iter().filter_map(|told| Some(&told.stream()?.plan)).collect();
    let has_plan = |told: &Told<'_>| told.stream().is_some_and(|ask| plans.contains(&&ask.plan));
    let alike = Told::all(evidence).filter(|told| is_meant(told) && has_plan(told));
    alike
        .filter_map(|told| Some(told.is_live()? && !sign.probes.contains(&told.probe.id)))
        .collect()
}
