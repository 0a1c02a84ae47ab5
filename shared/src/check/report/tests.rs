//! Reports of runs on paths made by hand, and what is said of them.

use std::time::Duration;

use serde_json::Value;

use super::{End, Hidden, Ran, Report, Verdict, compare, markdown, of, read, redacted};
use crate::check::hops::{Hop, Seen};
use crate::check::observed::{Heard, Note, Outcome};
use crate::check::path::{Holds, Made, Path};
use crate::check::probe::Lane;
use crate::check::signs::Symptom;
use crate::transport::Transport;

mod comparing;

mod chinese;

mod hidden;

fn report(path: Path) -> Report {
    let mut made = Made::over(path);
    made.events("events-small", "150*(i64,w20)");
    made.events("events-slow", "8*(i64,w300)");
    made.socket("socket-slow", "8*(i64,w300)");
    made.events("idle-events-60", "i64,w60000,i64,w200,i64");
    made.socket("idle-socket-60", "i64,w60000,i64,w200,i64");
    of(&made.evidence, ran())
}

fn ran() -> Ran {
    let (program, took) = ("1.0.0".to_owned(), Duration::from_secs(66));
    Ran { program, took, end: End::Complete, is_deep: true, hidden: vec![] }
}

fn verdict(report: &Report, lane: Lane) -> Verdict {
    report.rows.iter().find(|row| row.lane == lane).unwrap().verdict
}

#[test]
fn a_path_that_does_nothing_works() {
    let report = report(Path::default());
    assert_eq!(verdict(&report, Lane::Events), Verdict::Works);
    assert_eq!(verdict(&report, Lane::Poll), Verdict::Untested);
    assert_eq!(report.findings, []);
    assert_eq!(report.keep_alive, None);
    assert_eq!(report.recommended, [Transport::Socket, Transport::Events]);
    assert_eq!(
        report.headline,
        "All 2 transports that were tested work, and nothing has to be mended."
    );
    let plot = &report.rows.iter().find(|row| row.lane == Lane::Events).unwrap().plot;
    assert!(plot.iter().all(|mark| mark.arrived.is_some_and(|at| (at - mark.sent).abs() < 5.0)));
}

#[test]
fn a_run_that_was_stopped_promises_nothing() {
    let mut made = Made::over(Path::default());
    made.socket("socket-slow", "8*(i64,w300)");
    let report = of(&made.evidence, Ran { end: End::Stopped, ..ran() });
    let so_far = "WebSocket works, which alone was tested, and nothing has to be mended.";
    assert_eq!(report.headline, format!("The run was stopped. So far, {so_far}"));
}

#[test]
fn what_holds_all_is_of_no_use() {
    let report = report(Path { holds: Holds::All, ..Path::default() });
    assert_eq!(verdict(&report, Lane::Events), Verdict::Blocked);
    assert_eq!(report.recommended, []);
    assert_eq!(report.findings.len(), 1, "{:?}", report.findings);
    assert_eq!(report.findings[0].signs.len(), 2, "one sign for each lane");
    assert!(report.headline.starts_with("WebSocket and Server-Sent Events are of no use here."));
}

#[test]
fn what_cuts_silence_tells_what_keeps_it() {
    let report = report(Path { cut: Some((50_000, false)), ..Path::default() });
    assert_eq!(verdict(&report, Lane::Socket), Verdict::Limited);
    assert_eq!(
        report.keep_alive.as_deref(),
        Some(
            "A ping every 25 s: a silent socket is cut after 50 s; a comment every 25 s: a silent stream \
             is cut after 50 s."
        )
    );
}

#[test]
fn a_report_as_markdown_has_all_its_parts_and_no_foreign_markup() {
    let mut report = report(Path { holds: Holds::All, ..Path::default() });
    report.findings[0].because = "It said <b>|*x*|</b>\nand `so`.".to_owned();
    let text = markdown(&report);
    for part in [
        "# Path check of http://proxy.test",
        "| WebSocket | blocked | All 3 items arrived at the end",
        "## 1. ",
        "(`events-small`, `events-slow`",
        "It said \\<b\\>\\|\\*x\\*\\|\\</b\\> and \\`so\\`.",
        "## What this does not prove",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn a_redacted_report_is_one_still() {
    let mut made = Made::over(Path::default());
    made.socket("socket-slow", "8*(i64,w300)");
    let mut report = of(&made.evidence, ran());
    report.url = "https://Chat.Example.org/?token=secret".to_owned();
    report.proxy = Some("http://Gate.example.net:3128".to_owned());
    report.headline = "By 192.0.2.7 from chat.example.org.".to_owned();
    let headers = [("host", "chat.example.org"), ("via", "1.1 gate (nginx/1.2)")];
    let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    let what = Heard::Head { status: 200, version: None, headers };
    report.observations[0].heard.push(Note { at: 1, request: 1, what });
    let because = "1.1 gate (nginx/1.2) stands in Via.".to_owned();
    report.hops = vec![Seen { hop: Hop::Nginx, is_named: true, because }];
    let mut direct = report.clone();
    direct.url = "http://Inner.Example.net:3000/?token=secret".to_owned();
    report.compared = Some(compare(&direct, &report));
    let redacted = redacted(&report);
    assert_eq!(redacted.url, "https://host-1/");
    assert_eq!(redacted.headline, "By address-1 from host-1.");
    assert_eq!(redacted.hops[0].because, "1.1 host-4 (nginx/1.2) stands in Via.");
    let with = redacted.compared.as_ref().map(|compared| compared.with.url.as_str());
    assert_eq!(with, Some("http://host-2:3000/"));
    assert_eq!(redacted.proxy.as_deref(), Some("http://host-3:3128"));
    let json = serde_json::to_string(&redacted).unwrap();
    for secret in ["secret", "xample", "gate", report.run.as_str()] {
        assert!(!json.contains(secret), "{secret}: {json}");
    }
    assert_eq!(redacted.run.as_str(), "0".repeat(report.run.as_str().len()));
    assert_eq!(redacted.observations.len(), report.observations.len());
}

#[test]
fn a_report_is_read_as_it_was_written() {
    let report = report(Path { holds: Holds::Millis(200), ..Path::default() });
    assert_eq!(read(&serde_json::to_string(&report).unwrap()), Ok(report));
}

/// The page shows prose in its own language, and lines as they are.
#[test]
fn a_report_tells_prose_from_lines_to_paste() {
    let report = report(Path { holds: Holds::All, ..Path::default() });
    let report = read(&serde_json::to_string(&report).unwrap()).unwrap();
    let remedies = report.findings[0].remedies.iter();
    let of_prose = remedies.filter(|paste| paste.before_is_prose && paste.after_is_prose);
    assert_eq!(of_prose.map(|paste| paste.hop).collect::<Vec<_>>(), [Hop::Amazon]);
}

const DOCS: &str = include_str!("../../../../docs/CHECK-REPORT.md");

/// The example in the docs is whole: what is read of it is written as it stands there.
#[test]
fn the_example_in_the_docs_is_a_report() {
    let example = DOCS.split("```json\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let report = read(example).unwrap();
    let json: Value = serde_json::from_str(example).unwrap();
    assert_eq!(serde_json::to_value(&report).unwrap(), json);
    let fields = |json: &Value| json.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let mut all = fields(&json);
    for part in ["rows", "lives", "findings", "hops", "not_tested", "observations"] {
        all.extend(fields(&json[part][0]));
    }
    all.extend(fields(&json["rows"][0]["plot"][0]));
    all.extend(fields(&json["findings"][0]["remedies"][0]));
    all.extend(fields(&json["findings"][0]["signs"][0]));
    all.extend(fields(&json["compared"]));
    all.extend(fields(&json["compared"]["with"]));
    all.extend(fields(&json["compared"]["lanes"][0]));
    all.extend(fields(&serde_json::to_value(Hidden { from: 0, to: 1 }).unwrap()));
    for field in all {
        assert!(DOCS.contains(&format!("`{field}`")), "the docs do not tell of `{field}`");
    }
}

/// The docs name every symptom as reports do.
#[test]
fn the_docs_name_all_symptoms() {
    for name in SYMPTOMS {
        assert!(DOCS.contains(&format!("`{name}`")), "the docs do not tell of `{name}`");
    }
}

const SYMPTOMS: [&str; 31] = [
    "unreachable",
    "answered_elsewhere",
    "answer_replaced",
    "held_whole",
    "held_for",
    "coalesced",
    "one_late",
    "head_late",
    "replayed",
    "shared",
    "truncated",
    "ended_early",
    "silent_death",
    "upgrade_stripped",
    "upgrade_answered",
    "upgrade_unanswered",
    "socket_reset",
    "frames_altered",
    "close_lost",
    "compressed",
    "over_limit",
    "sent_twice",
    "headers_stripped",
    "headers_added",
    "address_lost",
    "scheme_lost",
    "client_gone_unheard",
    "lifetime",
    "idle_cut",
    "resume_lost",
    "few_connections",
];
