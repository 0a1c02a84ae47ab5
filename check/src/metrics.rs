//! A run as a metrics file, in Prometheus' text format.

use std::fmt::{self, Write};

use echoclock_shared::check::report::Verdict;
use echoclock_shared::check::signs::Passing;

use crate::checked::Checked;
use crate::expect::{Judged, Outcome};

/// Writes a run, and whether what was expected of it holds, as metrics.
pub(crate) fn metrics(checked: &Checked, judged: &[Judged]) -> String {
    let mut text = String::new();
    write_all(&mut text, checked, judged).expect("writing to a string does not fail");
    text
}

fn write_all(text: &mut String, checked: &Checked, judged: &[Judged]) -> fmt::Result {
    let report = &checked.report;
    let url = escaped(&report.url);
    let run = [(format!("url=\"{url}\""), 0.0)];
    let with = |value: f64| run.clone().map(|(labels, _)| (labels, value));
    let lane = |word: &str| format!("url=\"{url}\",lane=\"{word}\"");

    let took = std::time::Duration::from_millis(report.took);
    let ended = std::time::Duration::from_millis(report.began.get()) + took;
    let help = "When the check ended, in seconds since 1970.";
    gauge(text, "ended_timestamp_seconds", help, with(ended.as_secs_f64()))?;
    gauge(text, "duration_seconds", "How long the check took.", with(took.as_secs_f64()))?;
    let help = "Whether the check came to its end.";
    gauge(text, "complete", help, with(number(report.is_complete)))?;
    let help = "How many findings there are.";
    let findings = u32::try_from(report.findings.len()).unwrap_or(u32::MAX);
    gauge(text, "findings", help, with(findings.into()))?;

    let verdicts = checked.rows().flat_map(|row| {
        VERDICTS.map(|(verdict, word)| {
            let labels = format!("{},verdict=\"{word}\"", lane(row.lane.word()));
            (labels, number(row.verdict == verdict))
        })
    });
    let help = "How a lane does: 1 at its verdict.";
    gauge(text, "verdict", help, verdicts)?;

    let silences = || report.lives.iter().filter(|life| life.with == Passing::Nothing);
    let seconds = |seconds: u64| f64::from(u32::try_from(seconds).unwrap_or(u32::MAX));
    let survived =
        silences().filter_map(|life| Some((lane(life.lane.word()), seconds(life.survived?))));
    let help = "The longest silence of a link that did no harm.";
    gauge(text, "silence_survived_seconds", help, survived)?;
    let cut = silences().filter_map(|life| Some((lane(life.lane.word()), seconds(life.cut?))));
    let help = "The shortest silence after which a link was cut; none where none was.";
    gauge(text, "silence_cut_seconds", help, cut)?;

    let rules = report.findings.iter().filter_map(|finding| {
        Some((format!("url=\"{url}\",rule=\"{}\"", escaped(finding.rule.as_deref()?)), 1.0))
    });
    gauge(text, "cause", "A cause that was found, see docs/PATHS.md.", rules)?;
    let held = judged.iter().map(|it| {
        let labels = format!("url=\"{url}\",expected=\"{}\"", escaped(&it.term));
        (labels, number(it.outcome == Outcome::Held))
    });
    gauge(text, "expectation_held", "Whether what was expected holds.", held)
}

/// Writes a metric; nothing where there is nothing to measure.
fn gauge(
    text: &mut String,
    name: &str,
    help: &str,
    samples: impl IntoIterator<Item = (String, f64)>,
) -> fmt::Result {
    let mut samples = samples.into_iter().peekable();
    if samples.peek().is_some() {
        writeln!(text, "# HELP {PREFIX}{name} {help}\n# TYPE {PREFIX}{name} gauge")?;
    }
    samples.try_for_each(|(labels, value)| writeln!(text, "{PREFIX}{name}{{{labels}}} {value}"))
}

fn number(is_so: bool) -> f64 {
    if is_so { 1.0 } else { 0.0 }
}

/// Writes a text so that it may stand in a label.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

const PREFIX: &str = "echoclock_check_";

const VERDICTS: [(Verdict, &str); 4] = [
    (Verdict::Works, "works"),
    (Verdict::Limited, "limited"),
    (Verdict::Blocked, "blocked"),
    (Verdict::Untested, "untested"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn a_run_is_a_metrics_file() {
        let checked = sample::faulty();
        let judged = "sse,socket.idle>=30s".parse::<crate::expect::Expectation>().unwrap();
        insta::assert_snapshot!(metrics(&checked, &judged.judge(&checked)));
    }

    #[test]
    fn a_label_ends_where_it_should() {
        assert_eq!(escaped("a\"b\\c\nd"), "a\\\"b\\\\c\\nd");
    }
}
