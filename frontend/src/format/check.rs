//! The path check's values, as words.

use std::time::Duration;

use echoclock_shared::check::probe::Lane;
use echoclock_shared::check::report::{Report, Verdict};
use echoclock_shared::check::rule::Confidence;
use echoclock_shared::{say, words};

use super::{capitalised, duration};
use crate::stores::{Refusal, StepState};

/// Names a lane, as a row begins.
pub fn lane_name(lane: Lane) -> String {
    capitalised(&lane.to_string())
}

/// Says how a lane does.
pub fn verdict_words(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Works => words!("Works"),
        Verdict::Limited => words!("Works with limits"),
        Verdict::Blocked => words!("Blocked"),
        Verdict::Untested => words!("Not tested"),
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
pub fn confidence_words(confidence: Option<Confidence>) -> &'static str {
    match confidence {
        Some(Confidence::High) => words!("Certain: a probe tells it from its look-alikes"),
        Some(Confidence::Medium) => words!("Likely: it fits better than all else that is known"),
        Some(Confidence::Low) => words!("Possible: it fits, and so does something else"),
        None => words!("The cause is unknown: no rule fits what was seen"),
    }
}

/// Names how far a probe is, for styles.
pub const fn step_mark(state: StepState) -> &'static str {
    match state {
        StepState::Waiting => "waiting",
        StepState::UnderWay => "under-way",
        StepState::Done => "done",
        StepState::Late => "late",
        StepState::Skipped => "skipped",
    }
}

/// Says why a run was not let run.
pub fn refusal(why: &Refusal) -> String {
    match why {
        Refusal::NoApi(why) => why.clone(),
        Refusal::Unreachable => {
            words!("The server did not answer. Is its address right?").to_owned()
        }
        Refusal::NotThere => {
            words!("This server has no path check: it is an older one, or runs with --no-check.")
                .to_owned()
        }
        Refusal::Elsewhere => words!(
            "Something else answers in the server’s place. Where a login comes first, sign in, and \
             reload this page."
        )
        .to_owned(),
        Refusal::Busy => {
            words!("The server has no room for a check just now. Try again in a minute.").to_owned()
        }
        Refusal::Status(status) => {
            say!("The path check is answered with HTTP status {status}.", status)
        }
        Refusal::NoDice => {
            words!("This browser has no random numbers, by which a run’s notes are kept apart.")
                .to_owned()
        }
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
