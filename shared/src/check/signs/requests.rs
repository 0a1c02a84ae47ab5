//! Plain requests: their answers, their bodies, how often they arrive, how many run at once.

use super::Symptom;
use super::looked::{Looked, Timed};
use super::made::Made;
use super::reach::has_no_room;
use crate::check::flow::{Flow, How};
use crate::check::observed::{Heard, Outcome};
use crate::check::probe::{Ask, Lane};
use crate::text::Text;
use crate::{fill, say, text, words};

pub(super) fn find(looked: &Looked<'_>, made: &mut Made) {
    for told in &looked.probes {
        twice(told, made);
        match &told.probe.ask {
            Ask::Status { code } => replaced(told, *code, made),
            Ask::Connections { streams, .. } => side_by_side(looked, told, *streams, made),
            Ask::Follow { resumes: true, .. } => resumed(told, made),
            Ask::Seen { .. }
            | Ask::Stream(_)
            | Ask::Twins(_)
            | Ask::Socket(_)
            | Ask::Follow { .. }
            | Ask::Wait { .. }
            | Ask::Upload { .. }
            | Ask::Download { .. } => {}
        }
    }
    bodies(looked, &UP, made);
    bodies(looked, &DOWN, made);
}

/// A way that bodies go, and what is said of one that does not arrive.
struct Way {
    size: fn(&Ask) -> Option<u32>,
    changed: Text,
    answered: Text,
    lost: Text,
}

const UP: Way = Way {
    size: |ask| if let Ask::Upload { bytes } = ask { Some(*bytes) } else { None },
    changed: text!("A body of {bytes} bytes up arrived changed."),
    answered: text!("A body of {bytes} bytes up is answered {status}; {passed} bytes pass."),
    lost: text!("A body of {bytes} bytes up does not get through; {passed} bytes pass."),
};

const DOWN: Way = Way {
    size: |ask| if let Ask::Download { bytes } = ask { Some(*bytes) } else { None },
    changed: text!("A body of {bytes} bytes down arrived changed."),
    answered: text!("A body of {bytes} bytes down is answered {status}; {passed} bytes pass."),
    lost: text!("A body of {bytes} bytes down does not get through; {passed} bytes pass."),
};

fn twice(told: &Timed<'_>, made: &mut Made) {
    let asked = told.seen.heard.iter().filter(|note| note.what == Heard::Asked).count() as u64;
    let arrived = told.server.map_or(0, |server| server.0.totals.requests);
    if asked > 0 && arrived > asked {
        let says =
            say!("{asked} sent by the client, {arrived} arrived at the server.", asked, arrived);
        made.shows(told.probe, Symptom::SentTwice { times: arrived.div_ceil(asked) }, says);
    }
}

/// Returns whether the answer's body was as it should be, where there is an answer.
fn is_same(told: &Timed<'_>) -> Option<bool> {
    told.seen.heard.iter().find_map(|note| {
        let Heard::Answered { is_same, .. } = note.what else { return None };
        Some(is_same)
    })
}

fn replaced(told: &Timed<'_>, sent: u16, made: &mut Made) {
    let Some(arrived) = told.status().filter(|_| !told.never_arrived()) else { return };
    if arrived != sent {
        let says = say!("The server answered {sent}, and {arrived} arrived.", sent, arrived);
        made.shows(told.probe, Symptom::AnswerReplaced { sent, arrived }, says);
    } else if is_same(told) == Some(false) {
        let says = say!("The server's {sent} arrived with another body.", sent);
        made.shows(told.probe, Symptom::AnswerReplaced { sent, arrived }, says);
    }
}

/// Looks up to which size bodies pass.
fn bodies(looked: &Looked<'_>, way: &Way, made: &mut Made) {
    let all = || looked.probes.iter().filter_map(|told| Some((told, (way.size)(&told.probe.ask)?)));
    let is_whole = |told: &Timed<'_>| {
        told.status().is_none_or(|status| status < 300) && is_same(told) == Some(true)
    };
    let passed = all().filter(|(told, _)| is_whole(told)).map(|(_, bytes)| bytes).max();
    let passed = passed.unwrap_or_default();
    // Where nothing gets through at all, bodies are no matter.
    let gets_through = looked.of_lane(Lane::Requests).any(|told| !told.never_arrived());
    // What is still under way when it is given up is slow, and no limit.
    let is_stopped = |told: &Timed<'_>| {
        told.status().is_some_and(|status| status != 200)
            || is_same(told).is_some()
            || told.ended().is_some()
            || told.seen.outcome != Outcome::Late
    };
    let is_failed = |told: &Timed<'_>| !is_whole(told) && is_stopped(told) && !has_no_room(told);
    let failed = all().filter(|(told, bytes)| is_failed(told) && *bytes > passed && gets_through);
    let Some((told, bytes)) = failed.min_by_key(|(_, bytes)| *bytes) else { return };
    if is_same(told) == Some(false) && told.status() == Some(200) {
        let says = fill!(way.changed, bytes);
        made.shows(told.probe, Symptom::AnswerReplaced { sent: 200, arrived: 200 }, says);
        return;
    }
    let says = match told.status() {
        Some(status) => {
            fill!(way.answered, bytes, status, passed)
        }
        None => fill!(way.lost, bytes, passed),
    };
    let (passed, failed) = (passed.into(), bytes.into());
    made.shows(told.probe, Symptom::OverLimit { passed, failed }, says);
}

/// Counts how many streams were open before the first of them had ended.
fn side_by_side(looked: &Looked<'_>, told: &Timed<'_>, streams: u32, made: &mut Made) {
    let flows = (1..=streams).filter_map(|request| Flow::of(told.seen, request, &looked.clocks));
    let flows: Vec<_> = flows.collect();
    let ends = flows.iter().filter_map(|flow| flow.end.filter(|end| end.how == How::Proper));
    let Some(first_end) = ends.map(|end| end.at).min() else { return };
    let heads: Vec<_> = flows.iter().filter_map(|flow| flow.head).collect();
    let open = heads.iter().filter(|head| **head < first_end).count();
    // Where all heads wait for the end, they tell nothing.
    let waited = heads.len() - open;
    if open >= 2
        && waited > 0
        && let Ok(open) = u32::try_from(open)
    {
        let says = say!(
            "{open} of {streams} streams opened side by side, the others after them.",
            open,
            streams
        );
        made.shows(told.probe, Symptom::FewConnections { open }, says);
    }
}

/// Looks whether an event stream went on after the item that it was asked to go on after: from there its
/// items are numbered.
fn resumed(told: &Timed<'_>, made: &mut Made) {
    let request = told.server.and_then(|server| server.requests().next());
    let has_asked = |name| request.is_some_and(|request| request.values(name).next().is_some());
    if request.is_some() && !has_asked("last-event-id") {
        let says = words!("The request arrives without its Last-Event-ID.");
        let names = vec!["last-event-id".to_owned()];
        made.shows(told.probe, Symptom::HeadersStripped { names }, says);
        return;
    }
    if let Some(first) = told.flow.items.first().filter(|first| first.n != 1) {
        let items = first.n - 1;
        let says = say!("It went on {items} items after where it was asked to.", items);
        made.shows(told.probe, Symptom::ResumeLost, says);
    }
}
