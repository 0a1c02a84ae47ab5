//! The path check's values, as words.

use std::time::Duration;

use echoclock_shared::check::probe::Lane;
use echoclock_shared::check::report::{Report, Verdict};
use echoclock_shared::check::rule::Confidence;

use super::{capitalised, duration};
use crate::stores::StepState;

/// Names a lane, as a row begins.
pub fn lane_name(lane: Lane) -> String {
    capitalised(&lane.to_string())
}

/// Says how a lane does.
pub const fn verdict_words(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Works => "Works",
        Verdict::Limited => "Works with limits",
        Verdict::Blocked => "Blocked",
        Verdict::Untested => "Not tested",
    }
}

/// Names how a lane does, for styles and programs.
pub const fn verdict_name(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Works => "works",
        Verdict::Limited => "limited",
        Verdict::Blocked => "blocked",
        Verdict::Untested => "untested",
    }
}

/// Marks how a lane does, beside the word.
pub const fn verdict_mark(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Works => "✓",
        Verdict::Limited => "!",
        Verdict::Blocked => "✕",
        Verdict::Untested => "–",
    }
}

/// Says how sure a cause is.
pub const fn confidence_words(confidence: Option<Confidence>) -> &'static str {
    match confidence {
        Some(Confidence::High) => "Certain: a probe tells it from its look-alikes",
        Some(Confidence::Medium) => "Likely: it fits better than all else that is known",
        Some(Confidence::Low) => "Possible: it fits, and so does something else",
        None => "The cause is unknown: no rule fits what was seen",
    }
}

/// Names how far a probe is, for styles, and says it.
pub const fn step_mark(state: StepState) -> (&'static str, &'static str) {
    match state {
        StepState::Waiting => ("waiting", "waits"),
        StepState::UnderWay => ("under-way", "under way"),
        StepState::Done => ("done", "done"),
        StepState::Late => ("late", "did not end in its time"),
        StepState::Skipped => ("skipped", "left out"),
    }
}

/// Says how long a report's run took.
pub fn took(report: &Report) -> String {
    duration(Duration::from_millis(report.took))
}

/// Names the file of a report.
pub fn file_name(report: &Report) -> String {
    // As RFC 3339 has it; colons are no part of a file's name everywhere.
    let began: String = report.began.to_string().chars().take(19).collect();
    format!("echoclock-check-{}.json", began.replace(':', ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lanes_begin_as_rows_do() {
        assert_eq!(lane_name(Lane::Poll), "Short polling");
        assert_eq!(lane_name(Lane::Socket), "WebSocket");
        assert_eq!(lane_name(Lane::Events), "Server-Sent Events");
    }
}
