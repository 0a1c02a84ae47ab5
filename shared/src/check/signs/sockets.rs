//! What is said over a socket or a stream and arrives changed, and how a socket is closed.

use super::Symptom;
use super::cuts::cut;
use super::looked::{Looked, Timed};
use super::made::Made;
use crate::check::flow::{How, Sender};
use crate::check::observed::{Heard, Observation};
use crate::check::plan::Step;
use crate::check::probe::{Ask, Lane, SocketAsk};
use crate::ledger::Kind;
use crate::{say, words};

pub(super) fn find(looked: &Looked<'_>, made: &mut Made) {
    let mut closes = vec![];
    for told in &looked.probes {
        changed_items(told, made);
        let Ask::Socket(ask) = &told.probe.ask else { continue };
        if !told.has_opened() {
            continue;
        }
        frames(told, made);
        messages(looked, told, made);
        if cut(looked, told).is_none() {
            pings(told, ask, made);
            closes.extend(close(told, ask));
        }
    }
    for close in closes.iter().filter(|close| close.is_lost()) {
        // Where most of the same closes arrive, or sockets break anyway, this one was cut just then.
        let same = closes.iter().filter(|other| other.said == close.said);
        let (lost, passed): (Vec<_>, Vec<_>) = same.partition(|other| other.is_lost());
        let breaks =
            made.of(Lane::Socket, |symptom| matches!(symptom, Symptom::SocketReset { .. }));
        let is_cut = close.arrived.is_none() && breaks.is_some();
        if lost.len() >= passed.len() && !is_cut {
            made.shows(close.told.probe, Symptom::CloseLost, close.says());
        }
    }
}

/// Messages of one side of a probe.
struct Message {
    n: u32,
    bytes: u32,
    at: u64,
}

fn said(seen: &Observation) -> Vec<Message> {
    let said = seen.heard.iter().filter_map(|note| {
        let Heard::Said { n, bytes } = note.what else { return None };
        Some(Message { n, bytes, at: note.at })
    });
    said.collect()
}

/// Returns when a message was back, and whether it was the same.
fn echo(seen: &Observation, of: u32) -> Option<(u64, bool)> {
    seen.heard.iter().find_map(|note| {
        let Heard::Echoed { n, is_same } = note.what else { return None };
        (n == of).then_some((note.at, is_same))
    })
}

/// Returns the messages that were still under way when either side had enough, by the pace of those that
/// came back: their numbers and bytes. A path that is slow is no limit.
pub(in crate::check) fn under_way(seen: &Observation) -> Vec<(u32, u32)> {
    // What ends it otherwise may have been the message.
    let is_planned =
        |what: &Heard| matches!(what, Heard::Left | Heard::Closed { code: 1_000 | 1_001, .. });
    let Some(over) = seen.heard.iter().find(|note| is_planned(&note.what)) else { return vec![] };
    let said = said(seen);
    let back =
        said.iter().filter_map(|one| Some((one, echo(seen, one.n)?.0.saturating_sub(one.at))));
    let back: Vec<_> = back.collect();
    let smallest = back.iter().min_by_key(|(one, _)| one.bytes);
    let largest = back.iter().max_by_key(|(one, _)| one.bytes);
    let (Some((small, least)), Some((large, most))) = (smallest, largest) else { return vec![] };
    let more = u64::from(large.bytes - small.bytes).max(1);
    let needs = |bytes: u32| {
        let longer = most.saturating_sub(*least) * u64::from(bytes.saturating_sub(small.bytes));
        least + longer / more
    };
    let has_time = |one: &Message| over.at.saturating_sub(one.at) > PACES * needs(one.bytes);
    let under_way = said.iter().filter(|one| echo(seen, one.n).is_none() && !has_time(one));
    under_way.map(|one| (one.n, one.bytes)).collect()
}

fn changed_items(told: &Timed<'_>, made: &mut Made) {
    if told.never_arrived() {
        return;
    }
    let is_changed = |what: &Heard| matches!(what, Heard::Item { n: 0, .. });
    let changed = told.seen.heard.iter().filter(|note| is_changed(&note.what)).count();
    if changed > 0 {
        let says = say!("{changed} items arrived that are not what the server said.", changed);
        made.shows(told.probe, Symptom::FramesAltered, says);
    }
}

fn frames(told: &Timed<'_>, made: &mut Made) {
    let changed = said(told.seen)
        .into_iter()
        .find(|message| echo(told.seen, message.n).is_some_and(|(_, is_same)| !is_same));
    if let Some(Message { bytes, .. }) = changed {
        let says = say!("A message of {bytes} bytes came back changed.", bytes);
        made.shows(told.probe, Symptom::FramesAltered, says);
    }
    // What the protocol forbids is seen by whoever gets it (RFC 6455, section 7.4.1).
    if let Some((_, How::Closed(code @ (1_002 | 1_003 | 1_007)))) = told.ended() {
        let says = say!("The socket was closed with {code}: somebody got what no side says.", code);
        made.shows(told.probe, Symptom::FramesAltered, says);
    }
    let mut pairs = told.flow.items.windows(2);
    if let Some(hole) = pairs.find(|two| two[1].n != two[0].n + 1) {
        let (before, after) = (hole[0].n, hole[1].n);
        let says = say!("Message {after} came after message {before}.", after, before);
        made.shows(told.probe, Symptom::FramesAltered, says);
    }
}

/// Looks at what came back, and what did not though there was time for it.
fn messages(looked: &Looked<'_>, told: &Timed<'_>, made: &mut Made) {
    let said = said(told.seen);
    let under_way = under_way(told.seen);
    let over = told.ended().map(|(at, _)| at);
    let closed = told.server.and_then(|server| server.finished());
    let is_lost = |message: &&Message| {
        // What the server closed on, it has not read.
        let is_refused = closed
            .and_then(|closed| looked.before(message.at, closed))
            .is_some_and(|before| before <= ANSWER);
        let had_time = over.is_none_or(|over| over > message.at);
        let is_slow = under_way.iter().any(|(n, _)| *n == message.n);
        echo(told.seen, message.n).is_none() && !is_refused && !is_slow && had_time
    };
    let is_own_limit = told.server.is_some_and(|server| {
        server.frames(Sender::Server, Kind::Close).any(|(_, close)| close.starts_with("1009"))
    });
    let Some(lost) = said.iter().filter(is_lost).min_by_key(|message| message.bytes) else {
        return;
    };
    let came_back = said.iter().filter(|message| echo(told.seen, message.n).is_some());
    match came_back.map(|message| message.bytes).max() {
        Some(passed) if passed < lost.bytes && !is_own_limit => {
            let says = say!(
                "Messages of up to {passed} bytes came back, and one of {lost} bytes did not.",
                passed,
                lost = lost.bytes
            );
            let (passed, failed) = (passed.into(), lost.bytes.into());
            made.shows(told.probe, Symptom::OverLimit { passed, failed }, says);
        }
        None if over.is_none() && !told.flow.items.is_empty() => {
            let heard = told.server.map_or(0, |server| {
                let of = |kind| server.frames(Sender::Client, kind).count();
                of(Kind::Text) + of(Kind::Binary)
            });
            let says = if heard == 0 {
                words!(
                    "The server's messages arrive, and nothing of what the client says reaches the server."
                )
            } else {
                words!(
                    "What the client says reaches the server, and what it echoes does not arrive."
                )
            };
            made.shows(told.probe, Symptom::SilentDeath, says);
        }
        Some(_) | None => {}
    }
}

fn pings(told: &Timed<'_>, ask: &SocketAsk, made: &mut Made) {
    let (Some(server), Some(_)) = (told.server, told.ended()) else { return };
    let pings = ask.plan.steps().filter(|step| *step == Step::Beat).count();
    let sent = server.frames(Sender::Server, Kind::Ping).count();
    if pings > 0 && sent > 0 && server.frames(Sender::Client, Kind::Pong).count() == 0 {
        let says = say!("None of the server's {sent} pings was answered.", sent);
        made.shows(told.probe, Symptom::FramesAltered, says);
    }
}

/// How a socket was closed: as one side said it, and as it arrived at the other.
struct Close<'a> {
    told: &'a Timed<'a>,
    is_the_clients: bool,
    said: String,
    /// Nothing where no close frame did.
    arrived: Option<String>,
}

impl Close<'_> {
    fn is_lost(&self) -> bool {
        self.arrived.as_ref() != Some(&self.said)
    }

    fn says(&self) -> String {
        let arrived = self.arrived.clone().unwrap_or_else(|| frame(BROKEN, ""));
        let said = &self.said;
        if self.is_the_clients {
            say!("The client closed with \"{said}\", and \"{arrived}\" arrived.", said, arrived)
        } else {
            say!("The server closed with \"{said}\", and \"{arrived}\" arrived.", said, arrived)
        }
    }
}

fn close<'a>(told: &'a Timed<'a>, ask: &SocketAsk) -> Option<Close<'a>> {
    let server = told.server?;
    let heard = told.seen.heard.iter().find_map(|note| {
        let Heard::Closed { code, reason } = &note.what else { return None };
        Some((*code != BROKEN).then(|| frame(*code, reason)))
    });
    let (said, arrived) = if let Some((code, reason)) = &ask.closes {
        let arrived = server.frames(Sender::Client, Kind::Close).next().map(|(_, close)| close);
        // A socket that the client never came to close has other signs.
        let has_left = told.seen.heard.iter().any(|note| note.what == Heard::Left);
        if arrived.is_none() && (heard.is_none() || ask.is_for_its_messages() && !has_left) {
            return None;
        }
        (frame(*code, reason), arrived.map(ToOwned::to_owned))
    } else {
        let (_, said) = server.frames(Sender::Server, Kind::Close).next()?;
        told.ended()?;
        (said.to_owned(), heard.flatten())
    };
    Some(Close { told, is_the_clients: ask.closes.is_some(), said, arrived })
}

/// Writes a close as a ledger does.
fn frame(code: u16, reason: &str) -> String {
    if reason.is_empty() { code.to_string() } else { format!("{code} {reason}") }
}

/// The code of a close without a close frame (RFC 6455, section 7.1.5).
const BROKEN: u16 = 1_006;

/// How long, in microseconds, an echo may take before the close that the server says without it.
const ANSWER: i64 = 1_000_000;

/// How many times as long as by the pace of the others a message has to be away for it to be lost.
const PACES: u64 = 3;
