//! The idle ladder: how long links live, by what passes on them.

use std::time::Duration;

use super::cuts::{cut, is_dead};
use super::looked::{Looked, Timed};
use super::{Life, Passing};
use crate::check::observed::Outcome;
use crate::check::plan::Step;
use crate::check::probe::{Ask, Lane};

/// How one link of the ladder went.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Rung {
    pub(super) with: Passing,
    /// How long it was to live, or to be silent.
    pub(super) meant: Duration,
    /// After how long it was cut or dead.
    pub(super) cut: Option<Duration>,
}

/// Returns how long links live, per lane and by what passes on them, as far as was tried.
pub(super) fn lives(looked: &Looked<'_>) -> Vec<Life> {
    let mut lives = vec![];
    for lane in Lane::ALL {
        let rungs: Vec<_> = looked.of_lane(lane).filter_map(|told| rung(looked, told)).collect();
        for with in Passing::ALL {
            let of_kind = || rungs.iter().filter(move |rung| rung.with == with);
            let cut = of_kind().filter_map(|rung| rung.cut).min();
            let survived = of_kind().filter(|rung| rung.cut.is_none()).map(|rung| rung.meant);
            // What one link survived by luck, another did not.
            let survived = survived.filter(|meant| cut.is_none_or(|cut| *meant <= cut)).max();
            if survived.is_some() || cut.is_some() {
                let (survived, cut) = (survived.map(seconds), cut.map(seconds));
                lives.push(Life { lane, with, survived, cut });
            }
        }
    }
    lives
}

impl Passing {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Nothing, Self::Beats, Self::Items, Self::Messages, Self::Traffic];
}

/// Returns how a link of the ladder went; nothing for what is none, or has told nothing.
pub(super) fn rung(looked: &Looked<'_>, told: &Timed<'_>) -> Option<Rung> {
    if let Ask::Wait { wait } = &told.probe.ask {
        return waited(told, *wait);
    }
    let (with, meant) = passing(told)?;
    if !told.has_begun() {
        return None;
    }
    if let Some(cut) = cut(looked, told) {
        let after = if with == Passing::Nothing { cut.silence } else { cut.age };
        return (!cut.is_tail && after <= meant).then_some(Rung { with, meant, cut: Some(after) });
    }
    let dead = is_dead(looked, told).then_some(meant);
    let is_over = told.seen.outcome == Outcome::Done || dead.is_some();
    is_over.then_some(Rung { with, meant, cut: dead })
}

/// A question that waits for its answer is a silence.
fn waited(told: &Timed<'_>, wait: Duration) -> Option<Rung> {
    if told.never_arrived() {
        return None;
    }
    let answer = told.heads().next();
    let took = |at: u64| Duration::from_micros(at.saturating_sub(told.flow.asked));
    let cut = match (answer, told.ended()) {
        (Some((_, at, status, _)), _) => (status >= 300).then(|| took(at)),
        (None, Some((at, _))) => Some(took(at)),
        (None, None) => Some(told.retried_after().unwrap_or(wait)),
    };
    let cut = cut.filter(|cut| *cut <= wait + EARLY);
    Some(Rung { with: Passing::Nothing, meant: wait, cut })
}

/// Returns what passes on a link that lives long, and how long it is to live, or to be silent.
fn passing(told: &Timed<'_>) -> Option<(Passing, Duration)> {
    if matches!(&told.probe.ask, Ask::Socket(ask) if ask.is_for_its_messages()) {
        return None;
    }
    let plan = told.probe.ask.plan().filter(|_| told.planned().is_some())?;
    let time = plan.time();
    if time < LONG {
        return None;
    }
    let beats = plan.steps().filter(|step| *step == Step::Beat).count();
    let waits = plan.steps().filter_map(|step| match step {
        Step::Wait(millis) => Some(Duration::from_millis(millis.into())),
        Step::Item(_) | Step::Binary(_) | Step::Beat | Step::Close(_) | Step::Cut => None,
    });
    let longest = waits.max()?;
    let says = matches!(&told.probe.ask, Ask::Socket(ask) if !ask.says.is_empty());
    Some(if longest * 5 >= time * 4 {
        if says { (Passing::Messages, time) } else { (Passing::Nothing, longest) }
    } else if longest <= BUSY {
        (Passing::Traffic, time)
    } else if beats > plan.items() as usize {
        (Passing::Beats, time)
    } else {
        (Passing::Items, time)
    })
}

/// Whether something is said on it against silence.
pub(super) fn is_kept(told: &Timed<'_>) -> bool {
    let with = passing(told).map(|(with, _)| with);
    matches!(with, Some(Passing::Beats | Passing::Items | Passing::Messages))
}

/// Rounds to whole seconds, one at least.
pub(super) fn seconds(time: Duration) -> u64 {
    (u64::try_from(time.as_millis()).unwrap_or(u64::MAX) + 500).div_euclid(1_000).max(1)
}

/// How long a link has to be meant to live for it to belong to the ladder.
const LONG: Duration = Duration::from_secs(10);

/// How far apart at most what passes is on a link with traffic.
const BUSY: Duration = Duration::from_secs(5);

/// By how much an answer may come later than it was waited for, and still be somebody else's.
const EARLY: Duration = Duration::from_secs(1);
