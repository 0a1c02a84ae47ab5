//! What can be seen of the path check.

use std::sync::Arc;
use std::time::Duration;

use echoclock_shared::check::probe::Lane;
use echoclock_shared::check::report::{NotAReport, Report, Verdict};
use echoclock_shared::ledger::LedgerId;
use leptos::prelude::RwSignal;

use crate::browser::file::NoText;
use crate::language::Language;

/// The path check's signals.
#[derive(Clone, Copy, Debug, Default)]
pub struct CheckStore {
    /// How far the page's own run is.
    pub phase: RwSignal<CheckPhase>,
    /// What the run does, while it does.
    pub progress: RwSignal<CheckProgress>,
    /// The report that is shown.
    pub shown: RwSignal<Option<Shown>>,
    /// The one that it is compared with.
    pub compared: RwSignal<Option<Shown>>,
    /// The name of a file that could not be opened, and why.
    pub unreadable: RwSignal<Option<(String, Unreadable)>>,
    /// Whether reports are shown, and handed on, without addresses.
    pub hides_addresses: RwSignal<bool>,
    /// Whether the deep run is chosen.
    pub is_deep: RwSignal<bool>,
    /// Whether another tab of this origin runs a check.
    pub runs_elsewhere: RwSignal<bool>,
    /// The language that is spoken.
    pub language: RwSignal<Language>,
    /// Whether the address names the view.
    pub is_open: RwSignal<bool>,
    /// The finding that the address names.
    pub finding: RwSignal<Option<String>>,
    /// The run whose finding was shown because the address names it: once, and not again where the view is
    /// made anew in another language.
    pub revealed: RwSignal<Option<LedgerId>>,
    /// The time of `Moment::mono`, four times a second while the page can be seen.
    pub now: RwSignal<Duration>,
}

/// How far a run is.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum CheckPhase {
    /// There was none.
    #[default]
    Never,
    /// It is under way.
    Running {
        /// Whether it is the deep one.
        is_deep: bool,
        /// When it began, as `Moment::mono` has it.
        began: Duration,
    },
    /// It is over.
    Over(CheckEnd),
}

/// How a run ended.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum CheckEnd {
    /// By itself.
    Done,
    /// The user cancelled it.
    Cancelled,
    /// The user cancelled it before anything was known.
    CancelledAtOnce,
    /// The server could no longer be reached.
    Gone,
    /// It was not let run.
    Refused(Refusal),
}

/// Why a run was not let run.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Refusal {
    /// It is not known where the API is, and why: a sentence of the page's.
    NoApi(String),
    /// The server did not answer.
    Unreachable,
    /// The server has no path check.
    NotThere,
    /// Something else answers in the server's place.
    Elsewhere,
    /// The server has no room for it.
    Busy,
    /// The server answers with this status.
    Status(u16),
    /// The browser has no random numbers.
    NoDice,
}

/// Why a file could not be opened.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub enum Unreadable {
    /// There is no text of it.
    NoText(NoText),
    /// It holds no report that can be read.
    NotAReport(NotAReport),
}

/// What a run does.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CheckProgress {
    /// Each probe, in the run's order.
    pub steps: Vec<CheckStep>,
    /// What is known so far of the lanes.
    pub verdicts: Vec<(Lane, Verdict)>,
}

impl CheckProgress {
    /// Whether a verdict so far can be told: a fault at once, and that a lane works once a probe of it has
    /// gone to its end.
    pub fn is_settled(&self, (lane, verdict): (Lane, Verdict)) -> bool {
        let mut own = self.steps.iter().filter(|step| step.lane == lane);
        match verdict {
            Verdict::Untested => false,
            Verdict::Works => own.any(|step| step.state == StepState::Done),
            Verdict::Limited | Verdict::Blocked => true,
        }
    }
}

/// A probe of a run.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CheckStep {
    /// Whose row it belongs to.
    pub lane: Lane,
    /// What it asks.
    pub title: String,
    /// How far it is.
    pub state: StepState,
}

/// How far a probe is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum StepState {
    /// It has not begun.
    Waiting,
    /// It is under way.
    UnderWay,
    /// It went to its end, whatever came of it.
    Done,
    /// It did not end in its time.
    Late,
    /// It is not run here, or was stopped.
    Skipped,
}

impl StepState {
    /// Whether nothing more comes of it.
    pub const fn is_over(self) -> bool {
        match self {
            Self::Waiting | Self::UnderWay => false,
            Self::Done | Self::Late | Self::Skipped => true,
        }
    }
}

/// A report that is shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    /// The report.
    pub report: Arc<Report>,
    /// Where it is from.
    pub source: Source,
}

/// Where a report is from.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub enum Source {
    /// The page's own run.
    Run,
    /// A file of this name.
    File(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lane_works_once_a_probe_of_it_has_gone_to_its_end() {
        let [own, other] = [Lane::ALL[0], Lane::ALL[1]];
        let step = |lane, state| CheckStep { lane, title: String::new(), state };
        for (first, works) in [
            (StepState::Waiting, false),
            (StepState::UnderWay, false),
            (StepState::Late, false),
            (StepState::Skipped, false),
            (StepState::Done, true),
        ] {
            let steps = vec![
                step(own, first),
                step(own, StepState::UnderWay),
                step(other, StepState::Done),
            ];
            let progress = CheckProgress { steps, verdicts: vec![] };
            assert_eq!(progress.is_settled((own, Verdict::Works)), works, "{first:?}");
            assert!(progress.is_settled((own, Verdict::Limited)), "{first:?}");
            assert!(progress.is_settled((own, Verdict::Blocked)), "{first:?}");
            assert!(!progress.is_settled((own, Verdict::Untested)), "{first:?}");
        }
    }
}
