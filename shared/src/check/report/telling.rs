//! A report out of a run's notes.

use super::{Ran, Report, SCHEMA, findings, gaps, rows, words};
use crate::check::evidence::Evidence;
use crate::check::hops;
use crate::check::signs::{self, Weight};

/// Tells what a run has shown.
pub fn of(evidence: &Evidence, ran: Ran) -> Report {
    let (notes, faults): (Vec<_>, Vec<_>) =
        signs::find(evidence).into_iter().partition(|sign| sign.symptom.weight() == Weight::Note);
    let lives = signs::lives(evidence);
    let hops = hops::find(evidence);
    let rows = rows::rows(evidence, &faults, &lives);
    let found = findings::findings(evidence, &faults, &hops);
    Report {
        schema: SCHEMA,
        program: ran.program,
        url: evidence.url.clone(),
        began: evidence.began,
        took: u64::try_from(ran.took.as_millis()).unwrap_or(u64::MAX),
        is_complete: ran.is_complete,
        is_deep: ran.is_deep,
        client: evidence.client,
        run: evidence.run.clone(),
        headline: words::headline(&rows, &found, ran.is_complete),
        recommended: words::recommended(&rows),
        keep_alive: words::keep_alive(&lives, &faults),
        rows,
        lives,
        findings: found,
        notes: notes.into_iter().map(|note| findings::with_its_rule(note, evidence)).collect(),
        hops,
        not_proven: gaps::not_proven(ran.is_deep),
        not_tested: gaps::not_tested(evidence, ran.is_deep),
        observations: evidence.observations.clone(),
    }
}
