//! A report as it stands on a terminal.

use std::fmt::Write;

use echoclock_shared::check::report::{Finding, Report, Verdict};

/// Writes a report: the sentence that says it all, a line per lane, what is wrong, and what was not
/// tested.
pub(crate) fn text(report: &Report) -> String {
    let mut text = format!("{}\n\n{}\n\n", report.url, report.headline);
    // Writing to a string can't fail.
    for row in &report.rows {
        let _ = writeln!(text, "{} {:<18} {}", mark(row.verdict), row.lane.to_string(), row.says);
    }
    for finding in &report.findings {
        push_finding(&mut text, finding);
    }
    if !report.not_tested.is_empty() {
        text.push_str("\nNot tested:\n");
        for it in &report.not_tested {
            let _ = writeln!(text, "  {}", it.why);
        }
    }
    text
}

fn push_finding(text: &mut String, finding: &Finding) {
    let _ = writeln!(text, "\n{}", finding.title);
    for sign in &finding.signs {
        let _ = writeln!(text, "  {}: {}", sign.lane, sign.says);
    }
    if !finding.cause.is_empty() {
        let _ = writeln!(text, "  Cause: {}", finding.cause);
    }
    if let Some(remedy) = finding.remedies.first() {
        let _ = writeln!(text, "  What mends it: {}", remedy.note);
        for line in remedy.after.lines() {
            let _ = writeln!(text, "    {line}");
        }
    }
}

const fn mark(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Works => "✓",
        Verdict::Limited => "!",
        Verdict::Blocked => "✗",
        Verdict::Untested => "–",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verdicts_have_marks_of_their_own() {
        let all = [Verdict::Works, Verdict::Limited, Verdict::Blocked, Verdict::Untested];
        let marks: std::collections::BTreeSet<_> = all.map(mark).into_iter().collect();
        assert_eq!(marks.len(), all.len());
    }
}
