//! What ends before its time, or never.

use std::time::Duration;

use super::Symptom;
use super::cuts::{Cut, cut, is_dead};
use super::life::{rung, seconds};
use super::looked::{Looked, Timed};
use super::made::Made;
use crate::check::flow::How;
use crate::check::probe::{Ask, Lane, ProbeId};
use crate::ledger;
use crate::{say, words};

pub(super) fn find(looked: &Looked<'_>, made: &mut Made) {
    let all: Vec<_> = looked.probes.iter().filter_map(|told| cut(looked, told)).collect();
    for lane in Lane::ALL {
        let cuts = all.iter().filter(|cut| cut.told.probe.lane == lane).cloned().collect();
        of_lane(lane, cuts, &all, made);
        for told in looked.of_lane(lane) {
            death(looked, told, made);
            wait(looked, told, made);
            unheard(looked, told, made);
        }
    }
}

fn of_lane(lane: Lane, cuts: Vec<Cut<'_>>, all: &[Cut<'_>], made: &mut Made) {
    // What broke with everything else did not break of its silence, nor of its age where something is said
    // against silence.
    let is_idle = |cut: &Cut<'_>| {
        let least = if super::life::is_kept(cut.told) { 1 } else { SEVERAL };
        cut.is_idle() && broken_with(cut, all) < least
    };
    let (idle, mut busy): (Vec<_>, Vec<_>) = cuts.into_iter().partition(is_idle);
    // What several with traffic do at that age, silence is not the reason for.
    let is_of_age =
        |cut: &Cut<'_>| busy.iter().filter(|other| is_near(other.age, cut.age)).count() >= 2;
    let (of_age, idle): (Vec<_>, Vec<_>) = idle.into_iter().partition(is_of_age);
    busy.extend(of_age);
    let lifetime = lifetime(lane, &busy, all);
    let is_life = |cut: &Cut<'_>| lifetime.is_some_and(|life| is_near(cut.age, life));
    let (aged, rest): (Vec<_>, Vec<_>) = busy.into_iter().partition(|cut| is_life(cut));
    let (aged_idle, idle): (Vec<_>, Vec<_>) = idle.into_iter().partition(|cut| is_life(cut));

    if let (Some(life), Some(first)) = (lifetime, aged.first()) {
        let seconds = seconds(life);
        let says = say!(
            "It was cut {how} after {age} s, however much passed on it.",
            how = first.how(),
            age = tenths(life)
        );
        let all = ids(aged.iter().chain(&aged_idle));
        made.add(lane, &all, Symptom::Lifetime { seconds }, says);
    }
    silences(lane, &idle, made);
    let resets: Vec<_> = rest.iter().filter(|cut| is_reset(lane, cut)).collect();
    if let Some(first) = resets.first() {
        let millis = u64::try_from(first.age.as_millis()).unwrap_or(u64::MAX);
        let says = say!("The socket opened, and broke {millis} ms later.", millis);
        made.add(lane, &ids(resets.iter().copied()), Symptom::SocketReset { millis }, says);
    }
    for cut in rest.iter().filter(|cut| !is_reset(lane, cut)) {
        let symptom = if cut.is_proper { Symptom::EndedEarly } else { Symptom::Truncated };
        made.shows(cut.told.probe, symptom, ended_early(cut));
    }
}

fn ended_early(cut: &Cut<'_>) -> String {
    let items = cut.told.flow.items.len();
    let planned = cut.told.planned().unwrap_or_default();
    let (age, how) = (tenths(cut.age), cut.how());
    if cut.is_tail {
        say!(
            "It ended {how} after {age} s and {items} of {planned} items, when the server had said all.",
            how,
            age,
            items,
            planned
        )
    } else {
        say!(
            "It ended {how} after {age} s and {items} of {planned} items, when the server had more to say.",
            how,
            age,
            items,
            planned
        )
    }
}

/// Returns after how long links are cut that something passes on: where one was that had lived for long,
/// or several were at the same age and at different moments.
fn lifetime(lane: Lane, busy: &[Cut<'_>], all: &[Cut<'_>]) -> Option<Duration> {
    let cuts = || busy.iter().filter(|cut| !cut.is_tail && !is_reset(lane, cut));
    let old = cuts().filter(|cut| cut.age >= OLD && !is_of_an_event(cut, all));
    // Links that begin together have one age whenever something breaks them all.
    let same = cuts()
        .filter(|cut| !cut.is_proper)
        .filter(|cut| cuts().any(|other| !is_at_once(other, cut) && is_near(other.age, cut.age)));
    old.chain(same).map(|cut| cut.age).min()
}

/// Whether links of other ages broke at the same moment: that is an event of the network's, such as a new
/// way or a hop that begins anew.
fn is_of_an_event(cut: &Cut<'_>, all: &[Cut<'_>]) -> bool {
    broken_with(cut, all) > 0
}

/// Counts the links of other ages, not silent ones, that broke at the same moment.
fn broken_with(cut: &Cut<'_>, all: &[Cut<'_>]) -> usize {
    let others = all.iter().filter(|other| !other.is_idle() && !other.is_tail);
    others.filter(|other| is_at_once(other, cut) && !is_near(other.age, cut.age)).count()
}

fn is_at_once(one: &Cut<'_>, other: &Cut<'_>) -> bool {
    Duration::from_micros(one.at.abs_diff(other.at)) < EVENT
}

/// Whether a socket died just after it was opened.
fn is_reset(lane: Lane, cut: &Cut<'_>) -> bool {
    lane == Lane::Socket && !cut.is_proper && cut.age <= YOUNG && !cut.is_tail
}

/// Silences that were cut; those that something was said against tell what does not help.
fn silences(lane: Lane, idle: &[Cut<'_>], made: &mut Made) {
    let is_kept = |cut: &&Cut<'_>| super::life::is_kept(cut.told);
    let bare: Vec<_> = idle.iter().filter(|cut| !is_kept(cut)).collect();
    let kept: Vec<_> = idle.iter().filter(is_kept).collect();
    if let Some(first) = bare.iter().min_by_key(|cut| cut.silence) {
        let (how, silence) = (first.how(), tenths(first.silence));
        let says = say!("Cut {how} after {silence} s of silence.", how, silence);
        let seconds = seconds(first.silence);
        let all = ids(bare.iter().chain(&kept).copied());
        made.add(lane, &all, Symptom::IdleCut { seconds }, says);
    } else if let Some(first) = kept.iter().min_by_key(|cut| cut.age) {
        let seconds = seconds(first.age);
        let says = say!(
            "It was cut {how} after {age} s, though something passed on it every {every} s.",
            how = first.how(),
            age = tenths(first.age),
            every = first.meant.as_secs()
        );
        made.add(lane, &ids(kept.iter().copied()), Symptom::Lifetime { seconds }, says);
    }
}

fn death(looked: &Looked<'_>, told: &Timed<'_>, made: &mut Made) {
    if !is_dead(looked, told) {
        return;
    }
    let items = told.flow.items.len();
    let says = match rung(looked, told) {
        Some(rung) => say!(
            "It stayed open, and nothing came after item {items} after {silence} s of silence.",
            items,
            silence = rung.meant.as_secs()
        ),
        None => say!("It stayed open, and nothing came after item {items}.", items),
    };
    made.shows(told.probe, Symptom::SilentDeath, says);
}

/// An answer that is waited for is a silence, and whoever cuts it answers in the server's place.
fn wait(looked: &Looked<'_>, told: &Timed<'_>, made: &mut Made) {
    let Ask::Wait { wait } = &told.probe.ask else { return };
    let Some(cut) = rung(looked, told).and_then(|rung| rung.cut) else { return };
    let is_unanswered = told.heads().next().is_none() && told.ended().is_none();
    let retried = told.retried_after().filter(|_| is_unanswered);
    if is_unanswered && retried.is_none() {
        let wait = wait.as_secs();
        let says = say!("No answer came to a question that waits for {wait} s.", wait);
        made.shows(told.probe, Symptom::SilentDeath, says);
        return;
    }
    let after = tenths(cut);
    let says = match told.status() {
        Some(status) => say!(
            "A question that waits is answered {status} in the server's place after {after} s.",
            status,
            after
        ),
        None if retried.is_some() => say!(
            "A question that waits is given up on the way, and asked again, after {after} s.",
            after
        ),
        None => say!("A question that waits is cut in the middle after {after} s.", after),
    };
    made.shows(told.probe, Symptom::IdleCut { seconds: seconds(cut) }, says);
}

/// Looks whether the server was told that the client had gone.
fn unheard(looked: &Looked<'_>, told: &Timed<'_>, made: &mut Made) {
    let left = told.flow.end.filter(|end| end.how == How::Left);
    let (Some(left), Some(server)) = (left, told.server) else { return };
    let Ask::Stream(ask) = &told.probe.ask else { return };
    if ask.leaves_after.is_none() || server.0.totals.requests == 0 {
        return;
    }
    let after = |at: u64| looked.before(left.at, at);
    let says = match server.end() {
        Some((at, ledger::NO_MORE)) if after(at).is_some_and(|after| after >= UNHEARD) => {
            words!("The server went on to its end after the client had left, and was not told.")
                .to_owned()
        }
        Some((at, _)) => match after(at) {
            Some(after) if after >= UNHEARD => {
                let seconds = after / 1_000_000;
                say!("The server was told {seconds} s after the client had left.", seconds)
            }
            Some(_) | None => return,
        },
        None => match after(server.0.now.get()) {
            Some(after) if after >= UNHEARD => say!(
                "{seconds} s after the client had left, the server had not been told.",
                seconds = after / 1_000_000
            ),
            Some(_) | None => return,
        },
    };
    made.shows(told.probe, Symptom::ClientGoneUnheard, says);
}

fn ids<'a>(cuts: impl Iterator<Item = &'a Cut<'a>>) -> Vec<&'a ProbeId> {
    cuts.map(|cut| &cut.told.probe.id).collect()
}

/// Whether two ages are the same, as far as a timer and a network are exact.
fn is_near(one: Duration, other: Duration) -> bool {
    one.abs_diff(other) <= (one.max(other) / 20).max(Duration::from_millis(300))
}

/// Writes seconds with a tenth.
fn tenths(time: Duration) -> String {
    format!("{:.1}", time.as_secs_f64())
}

/// How old a link is whose cut is no accident.
const OLD: Duration = Duration::from_secs(10);

/// For how long one event breaks links: not all of them notice at once.
const EVENT: Duration = Duration::from_secs(1);

/// How many links have to break with one that is silent for its silence not to be the reason.
const SEVERAL: usize = 2;

/// How young a socket is that has died of being opened.
const YOUNG: Duration = Duration::from_millis(2_500);

/// How much later than the client left the server may be told, in microseconds.
const UNHEARD: i64 = 3_000_000;
