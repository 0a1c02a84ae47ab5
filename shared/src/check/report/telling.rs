//! A report out of a run's notes.

use std::borrow::Cow;

use super::{End, Ran, Report, SCHEMA, findings, gaps, hidden, rows, words};
use crate::check::evidence::Evidence;
use crate::check::hops;
use crate::check::observed::ServerSide;
use crate::check::signs::{self, Weight};

/// Tells what a run has shown.
pub fn of(evidence: &Evidence, ran: Ran) -> Report {
    let is_complete = ran.end == End::Complete;
    let evidence = match ran.end {
        End::Complete | End::Stopped => Cow::Borrowed(evidence),
        End::ServerGone => {
            let is_untold = |ledger: &ServerSide| matches!(ledger, ServerSide::Unknown(_));
            Cow::Owned(evidence.clone().without(|seen| is_untold(&seen.ledger)))
        }
    };
    let (counted, not_counted) = hidden::counted(&evidence, &ran.hidden);
    let (notes, faults): (Vec<_>, Vec<_>) =
        signs::find(&counted).into_iter().partition(|sign| sign.symptom.weight() == Weight::Note);
    let lives = signs::lives(&counted);
    let hops = hops::find(&counted);
    let rows = rows::rows(&counted, &faults, &lives);
    let found = findings::findings(&counted, &faults, &hops);
    Report {
        schema: SCHEMA,
        program: ran.program,
        url: evidence.url.clone(),
        proxy: None,
        began: evidence.began,
        took: u64::try_from(ran.took.as_millis()).unwrap_or(u64::MAX),
        is_complete,
        is_deep: ran.is_deep,
        client: evidence.client,
        hidden: ran.hidden,
        run: evidence.run.clone(),
        headline: words::headline(&rows, &found, is_complete),
        recommended: words::recommended(&rows),
        keep_alive: words::keep_alive(&lives, &faults),
        rows,
        lives,
        findings: found,
        notes: notes.into_iter().map(|note| findings::with_its_rule(note, &counted)).collect(),
        hops,
        not_proven: gaps::not_proven(ran.is_deep),
        not_tested: gaps::not_tested(&counted, &not_counted, ran.is_deep),
        compared: None,
        observations: evidence.observations.clone(),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::check::observed::Outcome;
    use crate::check::probe::{Ask, Lane};
    use crate::check::sample::{Sample, run};

    #[test]
    fn what_a_server_that_has_gone_did_not_tell_is_not_counted() {
        let seen = |id| Sample::of(id, Lane::Requests, Ask::Seen { times: 1 });
        let mut evidence = run(&[seen("told"), seen("untold")]);
        evidence.observations[1].ledger = ServerSide::Unknown("It does not answer.".to_owned());
        let told = |end| {
            let (program, took) = ("1.0.0".to_owned(), Duration::ZERO);
            let report = of(&evidence, Ran { program, took, end, is_deep: false, hidden: vec![] });
            assert_eq!(report.is_complete, end == End::Complete);
            let seen = report.observations.iter();
            seen.map(|seen| (seen.outcome, seen.heard.len())).collect::<Vec<_>>()
        };
        assert_eq!(told(End::ServerGone), [(Outcome::Done, 1), (Outcome::Cancelled, 0)]);
        for end in [End::Complete, End::Stopped] {
            assert_eq!(told(end), [(Outcome::Done, 1); 2]);
        }
    }
}
