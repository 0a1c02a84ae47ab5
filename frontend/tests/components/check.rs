//! The Check view.

use std::sync::Arc;
use std::time::Duration;

use echoclock_frontend::stores::{
    CheckEnd, CheckIntent, CheckPhase, CheckProgress, CheckStep, Refusal, Shown, Source, StepState,
    Unreadable,
};
use echoclock_shared::check::evidence::Client;
use echoclock_shared::check::hops::{Hop, Seen};
use echoclock_shared::check::probe::Lane;
use echoclock_shared::check::report::{
    Finding, Hidden, Mark, NotAReport, NotTested, Paste, Report, Row, SCHEMA, Verdict,
};
use echoclock_shared::check::rule::Confidence;
use echoclock_shared::check::signs::{Sign, Symptom};
use echoclock_shared::ledger::LedgerId;
use echoclock_shared::time::UnixMillis;
use echoclock_shared::transport::Transport;
use leptos::prelude::Set;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::bench::Bench;

fn shown(report: Report, source: Source) -> Option<Shown> {
    Some(Shown { report: Arc::new(report), source })
}

/// A path that holds event streams.
fn report(run: u128) -> Report {
    let row = |lane| {
        let is_held = lane == Lane::Events;
        let verdict = if is_held { Verdict::Blocked } else { Verdict::Works };
        let mark = |n: u32| Mark { sent: f64::from(n) * 100.0, arrived: Some(2_000.0) };
        let plot = if is_held { (0..20).map(mark).collect() } else { vec![] };
        Row { lane, verdict, says: format!("How {lane} does."), costs: None, plot }
    };
    let sign = Sign {
        symptom: Symptom::HeldWhole,
        lane: Lane::Events,
        probes: vec![],
        says: "20 items came at once, 2.0 s late.".to_owned(),
    };
    let paste = |hop, after: &str| Paste {
        hop,
        before: "gzip on;".to_owned(),
        before_is_prose: false,
        after: after.to_owned(),
        after_is_prose: false,
        note: "In the `location`.".to_owned(),
    };
    Report {
        schema: SCHEMA,
        language: "en".to_owned(),
        program: env!("CARGO_PKG_VERSION").to_owned(),
        url: "http://here/api/".to_owned(),
        proxy: None,
        began: UnixMillis::new(1_795_365_720_250),
        took: 42_000,
        is_complete: true,
        is_deep: false,
        client: Client::Browser,
        hidden: vec![],
        run: LedgerId::from_random(run),
        headline: "Server-Sent Events are of no use here.".to_owned(),
        rows: Lane::ALL.map(row).to_vec(),
        recommended: vec![Transport::Socket, Transport::Stream],
        keep_alive: Some("A ping every 25 s.".to_owned()),
        lives: vec![],
        findings: vec![Finding {
            rule: Some("compressed-in-buffer".to_owned()),
            confidence: Some(Confidence::High),
            title: "Streams are compressed in a buffer".to_owned(),
            cause: "A proxy compresses.".to_owned(),
            because: "The answer came as gzip.".to_owned(),
            signs: vec![sign],
            hop: Some(Hop::Nginx),
            remedies: vec![paste(Hop::Nginx, "gzip off;"), paste(Hop::Caddy, "encode {}")],
        }],
        notes: vec![],
        hops: vec![Seen { hop: Hop::Nginx, is_named: true, because: "Server: nginx".to_owned() }],
        not_proven: vec!["Only this path.".to_owned()],
        not_tested: vec![NotTested { probe: None, lane: None, why: "Silences.".to_owned() }],
        compared: None,
        observations: vec![],
    }
}

#[wasm_bindgen_test]
async fn one_button_runs_it_as_deep_as_is_chosen() {
    let bench = Bench::of_check(|_| {}).await;
    assert!(bench.find("[data-testid=report]").is_none());
    bench.press("[data-testid=check]", "Check this path").await;
    bench.click("[data-testid=check] label:nth-of-type(2) input").await;
    bench.press("[data-testid=check]", "Check this path").await;
    let start = |is_deep| CheckIntent::Start { is_deep };
    assert_eq!(bench.checks(), [start(false), start(true)]);
}

#[wasm_bindgen_test]
async fn a_run_shows_what_is_under_way_and_can_be_cancelled() {
    let step =
        |title: &str, state| CheckStep { lane: Lane::Events, title: title.to_owned(), state };
    let progress = |second| CheckProgress {
        steps: vec![step("small items", StepState::Done), step("large items", second)],
        verdicts: vec![(Lane::Events, Verdict::Works)],
    };
    let bench = Bench::of_check(|check| {
        check.phase.set(CheckPhase::Running { is_deep: false, began: Duration::ZERO });
        check.progress.set(progress(StepState::UnderWay));
        check.now.set(Duration::from_secs(5));
        check.shown.set(shown(report(1), Source::Run));
    })
    .await;
    assert_eq!(bench.text(".bar p"), "1 of 2 probes, 5 s of 1 min at most");
    assert_eq!(bench.text(".step:nth-child(6) .doing"), "large items");
    assert_eq!(bench.text(".step:nth-child(6) .verdict"), "✓Works");
    assert!(bench.find("[data-testid=report]").is_none(), "the report before is out of sight");
    bench.check.progress.set(progress(StepState::Late));
    bench.settle().await;
    assert_eq!(bench.text(".step:nth-child(6) .doing"), "done");
    assert_eq!(bench.count(".step:nth-child(6) i.late"), 1);
    bench.press("[data-testid=check]", "Cancel").await;
    assert_eq!(bench.checks(), [CheckIntent::Cancel]);
}

#[wasm_bindgen_test]
async fn a_report_says_what_is_wrong_and_what_mends_it() {
    let bench = Bench::of_check(|check| check.shown.set(shown(report(1), Source::Run))).await;
    assert_eq!(bench.text("[data-testid=headline]"), "Server-Sent Events are of no use here.");
    assert_eq!(bench.count("[data-testid=check-row]"), 7);
    let held = "[data-testid=check-row][data-verdict=blocked]";
    assert_eq!(bench.text(&format!("{held} .verdict")), "✕Blocked");
    let plot = bench.attribute(&format!("{held} .plot"), "aria-label").unwrap_or_default();
    assert!(plot.contains("20 items"), "{plot}");
    assert_eq!(bench.count(".finding[data-rule=compressed-in-buffer] details"), 2);
    assert_eq!(bench.text(".finding details[open] summary"), "nginxseen on this path");
    assert_eq!(bench.text(".finding details[open] .paste code"), "gzip off;");
    assert_eq!(bench.text(".finding details[open] > p code"), "location");
    assert_eq!(bench.texts(".order li"), ["WebSocket", "HTTP streaming"]);
    bench.press(".report-actions", "Close").await;
    assert_eq!(bench.checks(), [CheckIntent::Close]);
    assert_eq!(bench.count("#run-check:focus"), 1, "it is where the report came from");
}

#[wasm_bindgen_test]
async fn a_report_that_can_not_be_told_again_is_marked_with_its_language() {
    let marked = "[data-testid=check-row] .says span[lang=zh-Hans]";
    let bench = Bench::of_check(|check| check.shown.set(shown(report(1), Source::Run))).await;
    assert_eq!(bench.count(marked), 0);
    let report = Report { language: "zh-Hans".to_owned(), ..report(2) };
    bench.check.shown.set(shown(report, Source::File("x.json".to_owned())));
    bench.settle().await;
    assert_eq!(bench.count(marked), 7);
    assert_eq!(bench.count("[data-testid=headline] [lang=zh-Hans]"), 1);
}

#[wasm_bindgen_test]
async fn a_report_is_handed_on_without_addresses_where_that_is_wanted() {
    let mut report = report(1);
    report.hops[0].because = "`Via` names 192.0.2.7".to_owned();
    let bench = Bench::of_check(|check| check.shown.set(shown(report, Source::Run))).await;
    let markdown = ".report-actions > code";
    assert!(bench.text(markdown).starts_with("# Path check of http://here/api/"));
    for place in [markdown, ".more-of-report"] {
        assert!(bench.text(place).contains("192.0.2.7"), "{place}");
    }
    bench.click("[data-testid=hide-addresses]").await;
    for place in [markdown, ".more-of-report"] {
        assert!(bench.text(place).contains("address-1"), "{place}");
        assert!(!bench.text(place).contains("192.0.2.7"), "{place}");
    }
}

#[wasm_bindgen_test]
async fn an_end_that_was_none_is_said() {
    let bench = Bench::of_check(|_| {}).await;
    for (end, words) in [
        (CheckEnd::Cancelled, "Cancelled."),
        (CheckEnd::CancelledAtOnce, "Cancelled."),
        (CheckEnd::Gone, "could no longer be reached"),
        (CheckEnd::Refused(Refusal::NotThere), "runs with --no-check."),
    ] {
        bench.check.phase.set(CheckPhase::Over(end));
        bench.settle().await;
        let told = bench.text("[data-testid=check-end]");
        assert!(told.contains(words), "{told}");
    }
    let why = Unreadable::NotAReport(NotAReport::NotJson);
    bench.check.unreadable.set(Some(("x.json".to_owned(), why)));
    bench.check.runs_elsewhere.set(true);
    bench.settle().await;
    assert_eq!(bench.text("[data-testid=unreadable]"), "x.json can’t be shown: it is not JSON.");
    assert!(bench.text("[data-testid=elsewhere]").starts_with("Another tab"));
}

#[wasm_bindgen_test]
async fn two_reports_stand_side_by_side() {
    let healthy = Report {
        rows: report(2)
            .rows
            .into_iter()
            .map(|row| Row { verdict: Verdict::Works, ..row })
            .collect(),
        findings: vec![],
        ..report(2)
    };
    let bench = Bench::of_check(|check| {
        check.shown.set(shown(report(1), Source::Run));
        check.compared.set(shown(healthy, Source::File("direct.json".to_owned())));
    })
    .await;
    assert_eq!(bench.count("[data-testid=compared] tbody tr.differs:not(.details)"), 1);
    let headline = bench.text("[data-testid=compared] .differences");
    assert!(headline.starts_with("Worse in the second: Server-Sent Events."), "{headline}");
    assert_eq!(
        bench.text("[data-testid=compared] .details li"),
        "Second: 20 items came at once, 2.0 s late."
    );
    assert_eq!(
        bench.texts("[data-testid=compared] .changes li"),
        ["Found only in the second: Streams are compressed in a buffer"]
    );
    bench.press("[data-testid=compared]", "Compare no longer").await;
    assert_eq!(bench.checks(), [CheckIntent::CompareNot]);
    assert_eq!(bench.count("#compare-report:focus"), 1);
}

#[wasm_bindgen_test]
async fn a_tab_that_was_hidden_meanwhile_says_so() {
    let hidden = vec![Hidden { from: 12_000_000, to: 40_000_000 }];
    let report = Report { hidden, ..report(1) };
    let bench = Bench::of_check(|check| check.shown.set(shown(report, Source::Run))).await;
    let told = bench.text("[data-testid=was-hidden]");
    assert!(told.starts_with("The tab was hidden from 12 s to 40 s of the run;"), "{told}");
}
