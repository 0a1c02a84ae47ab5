//! Reports of whole runs in Chinese: that no English is left in them, and that a report of one language is
//! told again in another.

use echoclock_shared::check::evidence::Evidence;
use echoclock_shared::check::observed::{Heard, Observation};
use echoclock_shared::check::probe::Lane;
use echoclock_shared::check::report::{
    self, End, Hidden, Ran, Report, Verdict, markdown, redacted, told_again,
};
use echoclock_shared::check::{rules, suite};

#[path = "healthy/way.rs"]
mod way;

#[path = "healthy/made.rs"]
mod made;

#[path = "healthy/run.rs"]
mod run;

#[path = "support/chinese.rs"]
mod chinese;

#[path = "support/english.rs"]
mod english;

use chinese::in_chinese;
use english::english;
use run::run;

/// Returns a run over the path of a seed, which holds streams back to their end where it is `sick`.
fn any(seed: u64, is_sick: bool) -> (Evidence, Ran) {
    let (mut evidence, ran) = run(&mut fastrand::Rng::with_seed(seed));
    if is_sick {
        evidence.observations.iter_mut().for_each(hold);
    }
    (evidence, ran)
}

/// Has all items of a probe arrive with the last one.
fn hold(seen: &mut Observation) {
    let is_item = |what: &Heard| matches!(what, Heard::Item { .. } | Heard::Piece { .. });
    let last = seen.heard.iter().filter(|note| is_item(&note.what)).map(|note| note.at).max();
    for note in seen.heard.iter_mut().filter(|note| is_item(&note.what)) {
        note.at = last.unwrap_or(note.at);
    }
    seen.heard.sort_by_key(|note| note.at);
}

/// Returns what a report says in Markdown, without what the rules say.
fn said(report: &Report) -> String {
    let mut report = report.clone();
    for finding in report.findings.iter_mut().filter(|finding| finding.rule.is_some()) {
        (finding.cause, finding.because) = (String::new(), String::new());
        finding.remedies.clear();
    }
    let titles = rules::ALL.iter().map(|rule| rule.title.to_string());
    titles.fold(markdown(&report), |text, title| text.replace(&title, ""))
}

#[test]
fn a_report_in_chinese_has_no_english_in_it() {
    in_chinese(|| {
        for (seed, is_sick) in (0..60).flat_map(|seed| [(seed, false), (seed, true)]) {
            let (evidence, ran) = any(seed, is_sick);
            let report = report::of(&evidence, ran);
            assert_eq!(report.findings.is_empty(), !is_sick, "seed {seed}");
            assert_eq!(report.language, "zh-Hans");
            let text = said(&report);
            assert_eq!(english(&text), [""; 0], "seed {seed}: {text}");
        }
    });
}

#[test]
fn a_report_of_one_language_is_told_again_in_another() {
    for (seed, is_sick) in (0..12).flat_map(|seed| [(seed, false), (seed, true)]) {
        let tell = move || {
            let (evidence, mut ran) = any(seed, is_sick);
            if seed % 3 == 0 {
                ran.hidden = vec![Hidden { from: 0, to: 5_000_000 }];
            }
            if seed % 4 == 0 {
                ran.end = End::Stopped;
            }
            let report = report::of(&evidence, ran);
            Report { proxy: Some("http://gate.test:3128".to_owned()), ..report }
        };
        let (english, chinese) = (tell(), in_chinese(tell));
        assert_ne!(english.headline, chinese.headline);
        assert_eq!(told_again(&chinese), Some(english.clone()), "seed {seed}");
        let hidden = redacted(&chinese);
        assert_eq!(told_again(&hidden), Some(redacted(&english)), "seed {seed}, redacted");
        let again = in_chinese(move || told_again(&english));
        assert_eq!(again, Some(chinese), "seed {seed}");
    }
}

#[test]
fn what_a_run_was_not_to_look_at_stays_left_out() {
    let (mut evidence, ran) = any(1, true);
    let lanes = [Lane::Events, Lane::Socket];
    evidence.probes = suite::of_lanes(evidence.probes, &lanes);
    let probes = &evidence.probes;
    evidence.observations.retain(|seen| probes.iter().any(|probe| probe.id == seen.probe));
    let mut report = report::of(&evidence, ran);
    report.not_tested.extend(report::left_out(&lanes));
    assert_eq!(told_again(&report), Some(report));
}

#[test]
fn what_a_program_finds_otherwise_is_not_told_again() {
    let (evidence, ran) = any(1, true);
    let report = report::of(&evidence, ran);
    let mut other_rule = report.clone();
    other_rule.findings[0].rule = Some("of-another-version".to_owned());
    let mut other_verdict = report.clone();
    let row = other_verdict.rows.iter_mut().find(|row| row.verdict == Verdict::Works);
    row.expect("requests work").verdict = Verdict::Limited;
    let mut other_title = report.clone();
    other_title.findings[0].title = "What no figure is told by".to_owned();
    assert_eq!(told_again(&other_rule), None);
    assert_eq!(told_again(&other_verdict), None);
    assert_eq!(told_again(&other_title), Some(report));
}
