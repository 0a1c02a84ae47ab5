//! A run for tests: always the same, with something of everything.

use std::time::Duration;

use echoclock_shared::check::evidence::{Client, Evidence};
use echoclock_shared::check::hops::{Hop, Seen};
use echoclock_shared::check::observed::{Heard, Note, Observation, Outcome, ServerSide};
use echoclock_shared::check::probe::{Lane, Probe, ProbeId};
use echoclock_shared::check::report::{self, End, Finding, NotTested, Paste, Ran, Report, Verdict};
use echoclock_shared::check::rule::Confidence;
use echoclock_shared::check::signs::{Life, Passing, Sign, Symptom};
use echoclock_shared::check::suite::{self, Depth};
use echoclock_shared::ledger::LedgerId;
use echoclock_shared::time::UnixMillis;

use crate::checked::Checked;

/// Returns some probes of a quick run.
pub(crate) fn probes() -> Vec<Probe> {
    let mut probes = suite::probes(Depth::Quick);
    probes.retain(|probe| PROBES.contains(&probe.id.0.as_str()));
    probes
}

const PROBES: [&str; 12] = [
    "seen",
    "status-404",
    "upload-1m",
    "follow-poll",
    "wait-25s",
    "lines-slow",
    "lines-identity",
    "html-slow",
    "events-slow",
    "follow-events",
    "socket-slow",
    "socket-ping",
];

/// Returns a run on a path that does nothing.
pub(crate) fn healthy() -> Checked {
    let probes = probes();
    let heard = |place: usize, probe: &Probe| {
        let at = place as u64 * 1_000;
        let head = Heard::Head { status: 200, version: None, headers: vec![] };
        let notes = [(at, Heard::Asked), (at + 1_500_000, head)];
        let note = |(at, what)| Note { at, request: 1, what };
        Observation {
            probe: probe.id.clone(),
            outcome: Outcome::Done,
            heard: notes.map(note).to_vec(),
            ledger: ServerSide::Nothing,
        }
    };
    let observations: Vec<_> =
        probes.iter().enumerate().map(|(place, probe)| heard(place, probe)).collect();
    let evidence = Evidence {
        probes: probes.clone(),
        observations: vec![],
        url: "https://chat.example.org/".to_owned(),
        client: Client::CommandLine,
        run: LedgerId::from_random(7),
        began: UnixMillis::new(1_795_365_720_250),
    };
    let ran = Ran {
        program: "1.0.0".to_owned(),
        took: Duration::from_millis(26_750),
        end: End::Complete,
        is_deep: false,
        hidden: vec![],
    };
    let mut report = report::of(&evidence, ran);
    report.observations = observations;
    report.headline = "All six transports work, and nothing has to be mended.".to_owned();
    report.not_tested.retain(|gap| gap.probe.is_none());
    for row in &mut report.rows {
        row.verdict = Verdict::Works;
        row.says = "All arrives as it is sent.".to_owned();
    }
    Checked { report, probes, lanes: Lane::ALL.to_vec() }
}

/// Returns a run on a path that holds streams, cuts silent sockets, and was left early.
pub(crate) fn faulty() -> Checked {
    let mut checked = healthy();
    let report = &mut checked.report;
    report.is_complete = false;
    report.headline =
        "Server-Sent Events are of no use here. Responses are collected whole.".to_owned();
    judge(report, Lane::Events, Verdict::Blocked, HELD);
    judge(report, Lane::Socket, Verdict::Limited, CHANGED);
    judge(report, Lane::Frame, Verdict::Untested, "It was not tested.");
    report.findings = vec![held_whole(), unknown()];
    let compressed = Symptom::Compressed { coding: "gzip".to_owned() };
    let says = "Compressed on the way, as gzip.";
    report.notes = vec![sign(compressed, Lane::Stream, &["lines-slow"], says)];
    report.hops = vec![Seen {
        hop: Hop::Caddy,
        is_named: true,
        because: "the answer carries `server: Caddy`".to_owned(),
    }];
    let life = |lane, survived, cut| Life { lane, with: Passing::Nothing, survived, cut };
    report.lives = vec![life(Lane::Stream, Some(55), None), life(Lane::Socket, Some(30), Some(50))];
    report.keep_alive = Some("A ping every 25 s: a silent socket is cut after 50 s.".to_owned());
    let gap = NotTested {
        probe: Some(ProbeId("html-slow".to_owned())),
        lane: Some(Lane::Frame),
        why: "300 ms apart: it was stopped with the run.".to_owned(),
    };
    report.not_tested.insert(0, gap);
    checked
}

fn judge(report: &mut Report, lane: Lane, verdict: Verdict, says: &str) {
    let row = report.rows.iter_mut().find(|row| row.lane == lane).unwrap();
    row.verdict = verdict;
    row.says = says.to_owned();
}

fn sign(symptom: Symptom, lane: Lane, probes: &[&str], says: &str) -> Sign {
    let probes = probes.iter().map(|id| ProbeId((*id).to_owned())).collect();
    Sign { symptom, lane, probes, says: says.to_owned() }
}

const HELD: &str = "All 8 items arrived at the end, though they were sent over 2100 ms.";

/// With what a network must not be able to do to an output.
const CHANGED: &str = "Two messages came back\u{1b}[31m changed: <&>.";

fn held_whole() -> Finding {
    let paste = |hop, after: &str, note: &str| Paste {
        hop,
        before: String::new(),
        before_is_prose: false,
        after: after.to_owned(),
        after_is_prose: false,
        note: note.to_owned(),
    };
    Finding {
        rule: Some("buffered-whole".to_owned()),
        confidence: Some(Confidence::Medium),
        title: "Responses are collected whole".to_owned(),
        cause: "A hop reads a response to its end before it passes any of it on.".to_owned(),
        because: "No probe passed item by item, compressed or not.".to_owned(),
        signs: vec![sign(Symptom::HeldWhole, Lane::Events, &["events-slow"], HELD)],
        hop: Some(Hop::Caddy),
        remedies: vec![
            paste(
                Hop::Caddy,
                "reverse_proxy 127.0.0.1:3000 {\n\tflush_interval -1\n}",
                "In the site's block.",
            ),
            paste(Hop::Nginx, "proxy_buffering off;", "In the location."),
        ],
    }
}

fn unknown() -> Finding {
    Finding {
        rule: None,
        confidence: None,
        title: "What is said arrives changed".to_owned(),
        cause: String::new(),
        because: "The cause is unknown: no rule fits what was seen.".to_owned(),
        signs: vec![sign(
            Symptom::CloseLost,
            Lane::Socket,
            &["socket-slow", "socket-ping"],
            CHANGED,
        )],
        hop: None,
        remedies: vec![],
    }
}
