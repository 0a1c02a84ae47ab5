//! A row per lane: how it does, what shows it, what it costs.

use super::{Mark, Row, Verdict, sentences};
use crate::check::evidence::Evidence;
use crate::check::flow::{Clocks, Flow, Server};
use crate::check::observed::{Heard, Observation, Outcome};
use crate::check::probe::{Ask, Lane, Probe};
use crate::check::signs::{Life, Passing, Sign, Weight};
use crate::{counted, say, words};

/// Returns a row per lane.
pub(super) fn rows(evidence: &Evidence, faults: &[Sign], lives: &[Life]) -> Vec<Row> {
    let clocks = Clocks::of(evidence);
    let row = |lane| {
        let signs: Vec<_> = faults.iter().filter(|sign| sign.lane == lane).collect();
        let verdict = verdict(evidence, lane, &signs);
        let says = match verdict {
            Verdict::Untested => words!("It was not tested.").to_owned(),
            Verdict::Works => works(lane, lives),
            Verdict::Limited | Verdict::Blocked => worst_first(&signs),
        };
        let plot = plot(evidence, &clocks, lane, &signs);
        Row { lane, verdict, says, costs: costs(evidence, lane), plot }
    };
    Lane::ALL.into_iter().map(row).collect()
}

fn verdict(evidence: &Evidence, lane: Lane, signs: &[&Sign]) -> Verdict {
    let shows = |probe: &Probe, weight| {
        let heavy = signs.iter().filter(|sign| sign.symptom.weight() >= weight);
        heavy.flat_map(|sign| &sign.probes).any(|id| *id == probe.id)
    };
    let works =
        |(probe, seen): &(&Probe, &Observation)| has_worked(seen) && !shows(probe, Weight::Block);
    match (signs.is_empty(), evidence.of_lane(lane).any(|pair| works(&pair))) {
        (true, true) => Verdict::Works,
        (true, false) => Verdict::Untested,
        (false, true) => Verdict::Limited,
        (false, false) if signs.iter().all(|sign| sign.symptom.weight() < Weight::Block) => {
            Verdict::Limited
        }
        (false, false) => Verdict::Blocked,
    }
}

/// Whether anything of what was asked for has come.
fn has_worked(seen: &Observation) -> bool {
    let has_run = matches!(seen.outcome, Outcome::Done | Outcome::Late);
    let came = |what: &Heard| match what {
        Heard::Head { status, .. } => *status < 300,
        Heard::Opened { .. }
        | Heard::Item { .. }
        | Heard::Echoed { .. }
        | Heard::Answered { .. } => true,
        Heard::Asked
        | Heard::Piece { .. }
        | Heard::Beat
        | Heard::Said { .. }
        | Heard::Ended
        | Heard::Closed { .. }
        | Heard::Broke { .. }
        | Heard::Left => false,
    };
    has_run && seen.heard.iter().any(|note| came(&note.what))
}

fn works(lane: Lane, lives: &[Life]) -> String {
    let of_lane = lives.iter().find(|life| life.lane == lane && life.with == Passing::Nothing);
    let says = match lane {
        Lane::Requests => words!("Requests and answers arrive whole."),
        Lane::Poll | Lane::LongPoll => words!("Questions arrive, and so do their answers."),
        Lane::Stream | Lane::Frame | Lane::Events | Lane::Socket => {
            words!("All arrives as it is sent.")
        }
    };
    match of_lane.and_then(|life| life.survived) {
        Some(seconds) => say!("{says} A silence of {seconds} s did no harm.", says, seconds),
        None => says.to_owned(),
    }
}

/// The two signs that weigh most, in their words.
fn worst_first(signs: &[&Sign]) -> String {
    let mut signs = signs.to_vec();
    signs.sort_by_key(|sign| std::cmp::Reverse(sign.symptom.weight()));
    sentences::joined(signs.iter().take(2).map(|sign| sign.says.clone()))
}

/// Draws the stream that shows the worst sign, or else one of some items.
fn plot(evidence: &Evidence, clocks: &Clocks, lane: Lane, signs: &[&Sign]) -> Vec<Mark> {
    let worst = signs.iter().rev().max_by_key(|sign| sign.symptom.weight());
    let shows_it = |probe: &Probe| worst.is_some_and(|sign| sign.probes.contains(&probe.id));
    let marks = evidence.of_lane(lane).filter_map(|(probe, seen)| {
        let is_stream = matches!(probe.ask, Ask::Stream(_) | Ask::Socket(_) | Ask::Follow { .. });
        let marks = marks(seen, clocks).filter(|_| is_stream)?;
        Some((shows_it(probe), marks.len().min(MARKS_MAX), marks))
    });
    let best = marks.max_by_key(|(shows_it, marks, _)| (*shows_it, *marks));
    let mut marks = best.map(|(_, _, marks)| marks).unwrap_or_default();
    marks.truncate(MARKS_MAX);
    marks
}

/// Returns what was sent and when it arrived, in the order of the sending; nothing where nothing was.
fn marks(seen: &Observation, clocks: &Clocks) -> Option<Vec<Mark>> {
    let flow = Flow::of(seen, 1, clocks)?;
    let since = |at: i64| {
        let asked = i64::try_from(flow.asked).unwrap_or_default();
        // A run's microseconds are few enough for a float to be exact.
        #[allow(clippy::cast_precision_loss)]
        let micros = (at - asked) as f64;
        micros / 1_000.0
    };
    let mut marks: Vec<_> = flow
        .items
        .iter()
        .filter_map(|item| {
            let arrived = i64::try_from(item.arrived).ok()?;
            let sent = since(clocks.due(item.sent)?);
            Some(Mark { sent, arrived: Some(since(arrived)) })
        })
        .collect();
    let last = flow.items.iter().map(|item| item.sent).max();
    let lost = Server::of(seen).into_iter().flat_map(Server::said);
    let lost = lost.filter(|said| last.is_none_or(|last| *said > last + 1));
    let lost = lost.filter_map(|said| Some(Mark { sent: since(clocks.due(said)?), arrived: None }));
    marks.extend(lost);
    (!marks.is_empty()).then_some(marks)
}

/// Says what an item of the clock takes: how many requests, how many bytes both ways.
fn costs(evidence: &Evidence, lane: Lane) -> Option<String> {
    let mut followed = evidence
        .of_lane(lane)
        .filter(|(probe, _)| matches!(probe.ask, Ask::Follow { resumes: false, .. }));
    let (_, seen) = followed.next()?;
    let items = seen.heard.iter().filter(|note| matches!(note.what, Heard::Item { .. })).count();
    let items = u64::try_from(items).ok().filter(|items| *items > 0)?;
    let totals = Server::of(seen)?.0.totals;
    let bytes = (totals.received + totals.sent).div_ceil(items);
    let n = totals.requests;
    Some(say!(
        "{requests} for {items}, {bytes} bytes an item with all heads",
        requests = counted!(n, "1 request", "{n} requests", n),
        items = counted!(items, "1 item", "{items} items", items),
        bytes
    ))
}

/// How many items a plot shows.
const MARKS_MAX: usize = 60;
