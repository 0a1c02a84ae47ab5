//! What is said over a socket or a stream and arrives changed, and how a socket is closed.

use super::Symptom;
use super::cuts::cut;
use super::looked::{Looked, Told};
use super::made::Made;
use crate::check::flow::{How, Sender};
use crate::check::observed::Heard;
use crate::check::plan::Step;
use crate::check::probe::{Ask, SocketAsk};
use crate::ledger::Kind;

pub(super) fn find(looked: &Looked<'_>, made: &mut Made) {
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
            close(told, ask, made);
        }
    }
}

/// Messages of one side of a probe.
struct Message {
    n: u32,
    bytes: u32,
    at: u64,
}

fn said(told: &Told<'_>) -> Vec<Message> {
    let said = told.seen.heard.iter().filter_map(|note| {
        let Heard::Said { n, bytes } = note.what else { return None };
        Some(Message { n, bytes, at: note.at })
    });
    said.collect()
}

fn echo(told: &Told<'_>, of: u32) -> Option<bool> {
    told.seen.heard.iter().find_map(|note| {
        let Heard::Echoed { n, is_same } = note.what else { return None };
        (n == of).then_some(is_same)
    })
}

fn changed_items(told: &Told<'_>, made: &mut Made) {
    let is_changed = |what: &Heard| matches!(what, Heard::Item { n: 0, .. });
    let changed = told.seen.heard.iter().filter(|note| is_changed(&note.what)).count();
    if changed > 0 {
        let says = format!("{changed} items arrived that are not what the server said.");
        made.shows(told.probe, Symptom::FramesAltered, says);
    }
}

fn frames(told: &Told<'_>, made: &mut Made) {
    let changed = said(told).into_iter().find(|message| echo(told, message.n) == Some(false));
    if let Some(Message { bytes, .. }) = changed {
        let says = format!("A message of {bytes} bytes came back changed.");
        made.shows(told.probe, Symptom::FramesAltered, says);
    }
    // What the protocol forbids is seen by whoever gets it (RFC 6455, section 7.4.1).
    if let Some((_, How::Closed(code @ (1_002 | 1_003 | 1_007)))) = told.ended() {
        let says = format!("The socket was closed with {code}: somebody got what no side says.");
        made.shows(told.probe, Symptom::FramesAltered, says);
    }
    let mut pairs = told.flow.items.windows(2);
    if let Some(hole) = pairs.find(|two| two[1].n != two[0].n + 1) {
        let says = format!("Message {} came after message {}.", hole[1].n, hole[0].n);
        made.shows(told.probe, Symptom::FramesAltered, says);
    }
}

/// Looks at what came back, and what did not though there was time for it.
fn messages(looked: &Looked<'_>, told: &Told<'_>, made: &mut Made) {
    let said = said(told);
    let over = told.ended().map(|(at, _)| at);
    let closed = told.server.and_then(|server| server.finished());
    let is_lost = |message: &&Message| {
        // What the server closed on, it has not read.
        let is_refused = closed
            .and_then(|closed| looked.before(message.at, closed))
            .is_some_and(|before| before <= ANSWER);
        let had_time = over.is_none_or(|over| over > message.at);
        echo(told, message.n).is_none() && !is_refused && had_time
    };
    let is_own_limit = told.server.is_some_and(|server| {
        server.frames(Sender::Server, Kind::Close).any(|(_, close)| close.starts_with("1009"))
    });
    let Some(lost) = said.iter().filter(is_lost).min_by_key(|message| message.bytes) else {
        return;
    };
    let came_back = said.iter().filter(|message| echo(told, message.n).is_some());
    match came_back.map(|message| message.bytes).max() {
        Some(passed) if passed < lost.bytes && !is_own_limit => {
            let says = format!(
                "Messages of up to {passed} bytes came back, and one of {} bytes did not.",
                lost.bytes
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
                "The server's messages arrive, and nothing of what the client says reaches the server."
            } else {
                "What the client says reaches the server, and what it echoes does not arrive."
            };
            made.shows(told.probe, Symptom::SilentDeath, says);
        }
        Some(_) | None => {}
    }
}

fn pings(told: &Told<'_>, ask: &SocketAsk, made: &mut Made) {
    let (Some(server), Some(_)) = (told.server, told.ended()) else { return };
    let pings = ask.plan.steps().filter(|step| *step == Step::Beat).count();
    let sent = server.frames(Sender::Server, Kind::Ping).count();
    if pings > 0 && sent > 0 && server.frames(Sender::Client, Kind::Pong).count() == 0 {
        let says = format!("None of the server's {sent} pings was answered.");
        made.shows(told.probe, Symptom::FramesAltered, says);
    }
}

fn close(told: &Told<'_>, ask: &SocketAsk, made: &mut Made) {
    let Some(server) = told.server else { return };
    let heard = told.seen.heard.iter().find_map(|note| {
        let Heard::Closed { code, reason } = &note.what else { return None };
        Some(frame(*code, reason))
    });
    let (said, arrived, whose) = if let Some((code, reason)) = &ask.closes {
        let arrived = server.frames(Sender::Client, Kind::Close).next().map(|(_, close)| close);
        // A socket that the client never came to close has other signs.
        if heard.is_none() && arrived.is_none() {
            return;
        }
        (frame(*code, reason), arrived.map(ToOwned::to_owned), "client")
    } else {
        let Some((_, said)) = server.frames(Sender::Server, Kind::Close).next() else { return };
        if told.ended().is_none() {
            return;
        }
        (said.to_owned(), heard, "server")
    };
    let arrived = arrived.unwrap_or_else(|| frame(1_006, ""));
    if arrived != said {
        let says = format!("The {whose} closed with \"{said}\", and \"{arrived}\" arrived.");
        made.shows(told.probe, Symptom::CloseLost, says);
    }
}

/// Writes a close as a ledger does.
fn frame(code: u16, reason: &str) -> String {
    if reason.is_empty() { code.to_string() } else { format!("{code} {reason}") }
}

/// How long, in microseconds, an echo may take before the close that the server says without it.
const ANSWER: i64 = 1_000_000;
