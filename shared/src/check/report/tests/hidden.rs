//! Runs in a tab that was hidden meanwhile.

use super::*;
use crate::check::report::NotTested;

/// A path on which silence is cut while the tab is hidden, too.
fn report_of_hidden(hidden: &[(u64, u64)]) -> Report {
    let mut made = Made::over(Path { cut: Some((50_000, false)), ..Path::default() });
    made.events("events-small", "150*(i64,w20)");
    made.socket("idle-socket-60", "i64,w60000,i64,w200,i64");
    let hidden = hidden.iter().map(|(from, to)| Hidden { from: *from, to: *to }).collect();
    of(&made.evidence, Ran { hidden, ..ran() })
}

#[test]
fn what_a_hidden_tab_may_have_cost_is_no_fault() {
    let seen = report_of_hidden(&[]);
    assert_eq!((verdict(&seen, Lane::Socket), seen.hidden_words()), (Verdict::Limited, None));
    let asked = seen.observations[1].heard[0].at;
    let from = asked + 20_000_000;
    for (hidden, is_counted) in [
        ((from, from + 1_000_000), false),
        ((0, asked - 1), true),
        ((asked + 90_000_000, u64::MAX), true),
    ] {
        let report = report_of_hidden(&[hidden]);
        assert_eq!(!report.findings.is_empty(), is_counted, "{hidden:?}: {:?}", report.findings);
        let is_gap = |gap: &&NotTested| gap.why.ends_with("while the tab was hidden.");
        assert_eq!(report.not_tested.iter().any(|gap| is_gap(&gap)), !is_counted, "{hidden:?}");
        assert_eq!(verdict(&report, Lane::Events), Verdict::Works, "what is sound is counted");
        assert_eq!(report.observations, seen.observations, "notes are kept");
    }
    let hidden = report_of_hidden(&[(from, from + 1_000_000)]);
    assert!(markdown(&hidden).contains(&hidden.hidden_words().unwrap()));
    assert_eq!(compare(&seen, &hidden).lanes[0].gone, [], "it was not looked for again");
    let words = report_of_hidden(&[(12_345_678, 13_345_678), (40_000_000, 41_000_001)]);
    let words = words.hidden_words().unwrap();
    assert!(
        words.contains("hidden 2 times between 12 s and 42 s of the run, for 3 s in all;"),
        "{words}"
    );
}
