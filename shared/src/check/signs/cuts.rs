//! Connections that ended before what they were for.

use std::time::Duration;

use super::looked::{Looked, Timed};
use crate::check::flow::{How, silence_at};
use crate::check::observed::Outcome;
use crate::check::plan::Step;
use crate::check::probe::SocketAsk;
use crate::words;

/// A connection that ended early.
#[derive(Clone, Debug)]
pub(super) struct Cut<'a> {
    pub(super) told: &'a Timed<'a>,
    /// When, in microseconds since the run began.
    pub(super) at: u64,
    /// How old it was.
    pub(super) age: Duration,
    /// Whether it ended as it should, or in the middle.
    pub(super) is_proper: bool,
    /// How long nothing had passed, and how long nothing was to pass.
    pub(super) silence: Duration,
    pub(super) meant: Duration,
    /// Whether the server had said all, and only the end is missing.
    pub(super) is_tail: bool,
}

impl Cut<'_> {
    /// Whether it was cut in a silence.
    pub(super) fn is_idle(&self) -> bool {
        self.meant >= SILENCE && self.silence * 10 >= SILENCE * 9
    }

    /// Says how it ended.
    pub(super) fn how(&self) -> &'static str {
        if self.is_proper { words!("with a proper end") } else { words!("in the middle") }
    }
}

/// Returns the cut of a stream or socket with a plan, if it is one.
pub(super) fn cut<'a>(looked: &Looked<'_>, told: &'a Timed<'a>) -> Option<Cut<'a>> {
    let planned = told.planned()? as usize;
    let ask = &told.probe.ask;
    // A socket for its messages lives as long as the client speaks, and breaks of what was said.
    let leaves = ask.stream().is_some_and(|ask| ask.leaves_after.is_some())
        || ask.socket().is_some_and(SocketAsk::is_for_its_messages);
    let plan = ask.plan()?;
    let is_asked_for = leaves || plan.steps().any(|step| step == Step::Cut);
    if is_asked_for || told.server.is_some_and(|server| server.has_stopped()) {
        return None;
    }
    // An answer to what has never arrived is somebody else's, and whole as it is.
    if told.never_arrived() {
        return None;
    }
    let (at, how) = told.ended()?;
    // A socket that never opened, and an answer that is none, have signs of their own.
    if !told.has_begun() || told.status().is_some_and(|status| status >= 300) {
        return None;
    }
    let age = age(looked, told, at);
    let finished = told.server.and_then(|server| server.finished());
    let had_finished = finished.and_then(|finished| looked.before(at, finished));
    let had_finished = had_finished.map(|before| before <= SLACK_MICROS);
    let has_all = told.flow.items.len() >= planned;
    // Where the server's side is not known, a head that was held makes a stream look younger than it is.
    let is_guessed = told.server.is_none() && ask.stream().is_some();
    let oldest =
        if is_guessed { Duration::from_micros(at.saturating_sub(told.flow.asked)) } else { age };
    let is_in_time = oldest + SLACK >= plan.time();
    let is_cut = match had_finished {
        Some(true) => !has_all,
        Some(false) => true,
        None => !(has_all && is_in_time),
    };
    // What is sent just as a silence has lasted too long is cut as well.
    let at_both = [age.saturating_sub(RACE), age].into_iter();
    let silences = at_both.filter_map(|age| silence_at(told.probe, age));
    let (silence, meant) = silences.max_by_key(|(_, meant)| *meant)?;
    let is_tail = had_finished == Some(true);
    let is_proper = matches!(how, How::Proper | How::Closed(_));
    is_cut.then_some(Cut { told, at, age, is_proper, silence, meant, is_tail })
}

/// Returns how old a connection was for the server's plan: that begins with the head.
fn age(looked: &Looked<'_>, told: &Timed<'_>, at: u64) -> Duration {
    let response = told.server.and_then(|server| server.responses().next());
    let due = response.and_then(|(sent, ..)| looked.before(at, sent)).map(|before| -before);
    let by_client = at.saturating_sub(told.began());
    Duration::from_micros(due.and_then(|age| u64::try_from(age).ok()).unwrap_or(by_client))
}

/// Whether a stream or socket was still open when it was given up, though the server had said more, or
/// had ended it: it is dead, and its client was not told.
pub(super) fn is_dead(looked: &Looked<'_>, told: &Timed<'_>) -> bool {
    let Some(planned) = told.planned() else { return false };
    let is_open = told.seen.outcome == Outcome::Late && told.flow.end.is_none();
    let Some(server) = told.server.filter(|_| is_open && told.has_begun()) else { return false };
    let given_up = told.flow.asked + u64::try_from(told.probe.deadline.as_micros()).unwrap_or(0);
    let over = server.end().map(|(at, _)| at).into_iter().chain(server.finished()).min();
    let was_over =
        over.and_then(|at| looked.before(given_up, at)).is_some_and(|left| left <= -DEAD);
    let missing =
        told.flow.items.len() < planned as usize && server.said().count() > told.flow.items.len();
    let last_said = server.said().last().and_then(|at| looked.before(given_up, at));
    let is_missed = missing && last_said.is_some_and(|left| left <= -DEAD);
    was_over || is_missed && over.is_none()
}

/// How long a silence is one that a path may cut.
pub(super) const SILENCE: Duration = Duration::from_secs(1);

/// By how much an end may come before it is due.
const SLACK: Duration = Duration::from_millis(400);
const SLACK_MICROS: i64 = 400_000;

/// For how long after a silence its cut may come.
const RACE: Duration = Duration::from_millis(150);

/// How long, in microseconds, what the server has said or ended has to be overdue.
const DEAD: i64 = 2_000_000;
