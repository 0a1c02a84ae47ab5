//! A report out of a run's notes.

use std::borrow::Cow;
use std::time::Duration;

use super::{
    End, Finding, NotTested, Ran, Report, SCHEMA, findings, gaps, hidden, rows, sentences,
};
use crate::check::evidence::Evidence;
use crate::check::hops;
use crate::check::list::listed;
use crate::check::observed::ServerSide;
use crate::check::probe::{Lane, Probe};
use crate::check::signs::{self, Sign, Weight};
use crate::check::suite::{self, Depth};
use crate::{say, words};

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
        language: language().to_owned(),
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
        headline: sentences::headline(&rows, &found, is_complete),
        recommended: sentences::recommended(&rows),
        keep_alive: sentences::keep_alive(&lives, &faults),
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

/// Returns the tag (RFC 5646) of the language that is spoken, as its translators give it.
pub fn language() -> &'static str {
    words!("en")
}

/// Says which lanes the user has left out; nothing where none was.
pub fn left_out(lanes: &[Lane]) -> Option<NotTested> {
    let out = Lane::ALL.into_iter().filter(|lane| !lanes.contains(lane));
    let out: Vec<_> = out.map(Lane::word).collect();
    let why = || say!("Left out by --only: {lanes}.", lanes = listed(&out));
    (!out.is_empty()).then(|| NotTested { probe: None, lane: None, why: why() })
}

/// Tells a report from what both sides noted, by the signs and rules of this program and in the language
/// that is spoken. What it was compared with is left as it is told: the other report is not known.
pub fn retold(report: &Report) -> Report {
    let depth = if report.is_deep { Depth::Deep } else { Depth::Quick };
    let probes = suite::probes(depth);
    let lanes = lanes_of(report, &probes);
    let evidence = Evidence {
        probes: suite::of_lanes(probes, &lanes),
        observations: report.observations.clone(),
        url: report.url.clone(),
        client: report.client,
        run: report.run.clone(),
        began: report.began,
    };
    let ran = Ran {
        program: report.program.clone(),
        took: Duration::from_millis(report.took),
        // Where the server had gone, what it has not told of is no longer among the notes.
        end: if report.is_complete { End::Complete } else { End::Stopped },
        is_deep: report.is_deep,
        hidden: report.hidden.clone(),
    };
    let mut told = of(&evidence, ran);
    told.proxy.clone_from(&report.proxy);
    told.compared.clone_from(&report.compared);
    told.not_tested.extend(left_out(&lanes));
    told
}

/// Tells a report of another language in the one that is spoken; nothing where this program finds
/// something else in its notes, as in those of another version, or where what was taken out of them for
/// privacy's sake had told something.
pub fn told_again(report: &Report) -> Option<Report> {
    let told = retold(report);
    let is_same = found(report) == found(&told);
    is_same.then_some(told)
}

/// What a report has found, whatever the words.
fn found(report: &Report) -> impl PartialEq + use<'_> {
    let of = |signs: &[Sign]| -> Vec<_> {
        signs.iter().map(|sign| (sign.lane, sign.symptom.clone())).collect()
    };
    let of_finding = |it: &Finding| (it.rule.clone(), it.confidence, it.hop, of(&it.signs));
    let verdicts = Lane::ALL.map(|lane| report.verdict(lane));
    let findings: Vec<_> = report.findings.iter().map(of_finding).collect();
    let hops: Vec<_> = report.hops.iter().map(|seen| (seen.hop, seen.is_named)).collect();
    let gaps: Vec<_> = report.not_tested.iter().map(|gap| (&gap.probe, gap.lane)).collect();
    (verdicts, findings, of(&report.notes), hops, gaps, &report.lives)
}

/// Returns the lanes that a run was to look at: of each of these it tells what came of some probe, or why
/// none did. One probe is made in any case, since all else is measured by it.
fn lanes_of(report: &Report, probes: &[Probe]) -> Vec<Lane> {
    let is_told = |probe: &&Probe| {
        probe.id.0 != suite::MEASURE
            && (report.observations.iter().any(|seen| seen.probe == probe.id)
                || report.not_tested.iter().any(|gap| gap.probe.as_ref() == Some(&probe.id)))
    };
    let told: Vec<_> = probes.iter().filter(is_told).map(|probe| probe.lane).collect();
    Lane::ALL.into_iter().filter(|lane| told.contains(lane)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::observed::{Outcome, Untold};
    use crate::check::probe::Ask;
    use crate::check::sample::{Sample, run};

    #[test]
    fn what_a_server_that_has_gone_did_not_tell_is_not_counted() {
        let seen = |id| Sample::of(id, Lane::Requests, Ask::Seen { times: 1 });
        let mut evidence = run(&[seen("told"), seen("untold")]);
        evidence.observations[1].ledger = ServerSide::Unknown(Untold::NotInTime);
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
