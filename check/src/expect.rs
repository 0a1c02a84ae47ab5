//! What a run is expected to show, and whether it did.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use echoclock_shared::check::probe::Lane;
use echoclock_shared::check::report::Verdict;
use echoclock_shared::check::signs::Passing;

use crate::checked::Checked;
use crate::duration::{self, NotADuration};
use crate::lanes::{self, UnknownLane};

/// All that is expected, in the order in which it was said.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Expectation(Vec<Term>);

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Term {
    /// A lane works, without limits.
    Works(Lane),
    /// A silence of so long does no harm; on all links that stay open where no lane is named.
    Silence { lane: Option<Lane>, time: Duration },
}

/// Something that was expected, and what came of it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Judged {
    /// What was expected, as it is written.
    pub(crate) term: String,
    pub(crate) outcome: Outcome,
    /// What speaks for it, in a sentence.
    pub(crate) says: String,
}

/// What came of what was expected.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Outcome {
    Held,
    NotHeld,
    /// The run has not tried it; whoever expects it has not been given it.
    NotTested,
}

impl FromStr for Expectation {
    type Err = NotAnExpectation;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let terms: Result<_, _> = text.split(',').map(|term| term.trim().parse()).collect();
        Ok(Self(terms?))
    }
}

impl FromStr for Term {
    type Err = NotAnExpectation;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.is_empty() {
            return Err(NotAnExpectation::Empty);
        }
        let Some((what, time)) = text.split_once(">=") else {
            return Ok(Self::Works(lanes::parse(text)?));
        };
        let (lane, what) = match what.trim().rsplit_once('.') {
            Some((lane, what)) => (Some(lanes::parse(lane)?), what),
            None => (None, what.trim()),
        };
        if what != IDLE {
            return Err(NotAnExpectation::Measure(what.to_owned()));
        }
        if let Some(lane) = lane.filter(|lane| !KNOWS_SILENCE.contains(lane)) {
            return Err(NotAnExpectation::NeverIdle(lane));
        }
        Ok(Self::Silence { lane, time: duration::parse(time)? })
    }
}

/// As it is written.
impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Works(lane) => f.write_str(lane.word()),
            Self::Silence { lane, time } => {
                if let Some(lane) = lane {
                    write!(f, "{}.", lane.word())?;
                }
                write!(f, "{IDLE}>={}s", time.as_secs())
            }
        }
    }
}

/// The text is no expectation.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub(crate) enum NotAnExpectation {
    /// There is nothing between two commas, or nothing at all.
    #[error("something is expected between commas, such as sse,socket,idle>=120s")]
    Empty,
    #[error(transparent)]
    Lane(#[from] UnknownLane),
    /// Nothing else can be compared.
    #[error(
        "\"{0}\" is not measured; what is, is {IDLE}, as in {IDLE}>=120s or socket.{IDLE}>=120s"
    )]
    Measure(String),
    /// Such links are never silent for long.
    #[error("{lane} knows no silence; {known} do", lane = .0, known = KNOWS_SILENCE.map(Lane::word).join(", "))]
    NeverIdle(Lane),
    #[error(transparent)]
    Duration(#[from] NotADuration),
}

impl Expectation {
    /// Judges by what a run has shown.
    pub(crate) fn judge(&self, checked: &Checked) -> Vec<Judged> {
        let judged = self.0.iter().flat_map(|term| match *term {
            Term::Works(lane) => vec![works(lane, checked)],
            Term::Silence { lane: Some(lane), time } => vec![silence(lane, time, checked)],
            Term::Silence { lane: None, time } => {
                let open = STAYS_OPEN.into_iter().filter(|lane| checked.lanes.contains(lane));
                let all: Vec<_> = open.map(|lane| silence(lane, time, checked)).collect();
                if all.is_empty() {
                    let says = "Nothing that stays open was to be checked.".to_owned();
                    vec![Judged { term: term.to_string(), outcome: Outcome::NotTested, says }]
                } else {
                    all
                }
            }
        });
        judged.collect()
    }
}

fn works(lane: Lane, checked: &Checked) -> Judged {
    let row = checked.report.rows.iter().find(|row| row.lane == lane);
    let row = row.filter(|_| checked.lanes.contains(&lane));
    let gap = || checked.of_lane(lane).find_map(|probe| checked.gap(&probe.id));
    let (outcome, says) = match row.map(|row| (row.verdict, row.says.as_str())) {
        None => (Outcome::NotTested, "It was not to be checked."),
        Some((Verdict::Untested, says)) => (Outcome::NotTested, says),
        Some((Verdict::Limited | Verdict::Blocked, says)) => (Outcome::NotHeld, says),
        Some((Verdict::Works, says)) => match gap() {
            Some(why) => (Outcome::NotTested, why),
            None => (Outcome::Held, says),
        },
    };
    Judged { term: Term::Works(lane).to_string(), outcome, says: says.to_owned() }
}

fn silence(lane: Lane, time: Duration, checked: &Checked) -> Judged {
    let wanted = time.as_secs();
    let is_meant = checked.lanes.contains(&lane);
    let mut lives = checked.report.lives.iter().filter(|_| is_meant);
    let life = lives.find(|life| life.lane == lane && life.with == Passing::Nothing);
    let (survived, cut) = life.map_or((None, None), |life| (life.survived, life.cut));
    let (outcome, says) = match (survived, cut) {
        (Some(survived), _) if survived >= wanted => {
            (Outcome::Held, format!("A silence of {survived} s did no harm."))
        }
        (_, Some(cut)) if cut <= wanted => {
            (Outcome::NotHeld, format!("Silence is cut after {cut} s."))
        }
        (Some(survived), cut) => {
            let cut = cut.map_or(String::new(), |cut| format!(" It was cut after {cut} s."));
            let says = format!("The longest silence that did no harm was of {survived} s.{cut}");
            (Outcome::NotTested, says)
        }
        (None, Some(cut)) => {
            (Outcome::NotTested, format!("Only a silence that was cut after {cut} s was tried."))
        }
        (None, None) if checked.report.is_deep => {
            (Outcome::NotTested, "No silence told anything.".to_owned())
        }
        (None, None) => {
            (Outcome::NotTested, "Only the deep run (--deep) tries silences.".to_owned())
        }
    };
    Judged { term: Term::Silence { lane: Some(lane), time }.to_string(), outcome, says }
}

/// What is measured of a link: the longest silence that does no harm.
const IDLE: &str = "idle";

/// What stays open with nothing passing on it.
const STAYS_OPEN: [Lane; 4] = [Lane::Stream, Lane::Frame, Lane::Events, Lane::Socket];

/// A long poll waits for a minute at the most, so it is silent too, but not with the others.
const KNOWS_SILENCE: [Lane; 5] =
    [Lane::LongPoll, Lane::Stream, Lane::Frame, Lane::Events, Lane::Socket];

#[cfg(test)]
mod tests;
