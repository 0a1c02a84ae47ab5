//! What a report says in sentences.

use std::fmt::Display;

use super::{Finding, Row, Verdict};
use crate::check::list::listed;
use crate::check::probe::Lane;
use crate::check::signs::{Life, Passing, Sign, Symptom};
use crate::transport::Transport;
use crate::{counted, say, words};

/// Says what a symptom is, in a few words.
pub fn title(symptom: &Symptom) -> String {
    match symptom {
        Symptom::Unreachable => words!("Nothing reaches the server").into(),
        Symptom::AnsweredElsewhere { status } => {
            say!("Something else answers, with {status}, in the server's place", status)
        }
        Symptom::AnswerReplaced { .. } => words!("An answer arrives as another").into(),
        Symptom::HeldWhole => words!("Streams are held until their end").into(),
        Symptom::HeldFor { bytes } => say!("Streams are held for {bytes} bytes", bytes),
        Symptom::Coalesced { millis } => say!("Items are glued together for {millis} ms", millis),
        Symptom::OneLate => words!("Each item arrives with the next one").into(),
        Symptom::HeadLate { .. } => words!("A response's head waits for its first item").into(),
        Symptom::Replayed => words!("Old items are given again").into(),
        Symptom::Shared => words!("Two followers share one connection").into(),
        Symptom::Truncated => words!("Responses break off").into(),
        Symptom::EndedEarly => words!("Responses end early, as if they were whole").into(),
        Symptom::SilentDeath => words!("Connections die without a word").into(),
        Symptom::UpgradeStripped => words!("The upgrade to WebSocket is stripped").into(),
        Symptom::UpgradeAnswered { status: Some(status) } => {
            say!("The upgrade to WebSocket is answered {status}", status)
        }
        Symptom::UpgradeAnswered { status: None } => {
            words!("The upgrade to WebSocket is refused").into()
        }
        Symptom::UpgradeUnanswered => words!("The upgrade to WebSocket is never answered").into(),
        Symptom::SocketReset { .. } => words!("Sockets open and die at once").into(),
        Symptom::FramesAltered => words!("What is said arrives changed").into(),
        Symptom::CloseLost => words!("The code or the reason of a close is lost").into(),
        Symptom::Compressed { coding } => {
            say!("Responses are compressed on the way, as {coding}", coding)
        }
        Symptom::OverLimit { failed, .. } => {
            say!("{failed} bytes at once do not get through", failed)
        }
        Symptom::SentTwice { .. } => words!("A request arrives more than once").into(),
        Symptom::HeadersStripped { .. } => words!("Headers are lost").into(),
        Symptom::HeadersAdded { .. } => words!("Headers are added").into(),
        Symptom::AddressLost => words!("The server does not learn the client's address").into(),
        Symptom::SchemeLost => {
            words!("The server does not learn that the client came by https").into()
        }
        Symptom::ClientGoneUnheard => {
            words!("The server is not told that a client has gone").into()
        }
        Symptom::Lifetime { seconds } => {
            say!("Connections are cut after {seconds} s in any case", seconds)
        }
        Symptom::IdleCut { seconds } => {
            say!("Silent connections are cut after {seconds} s", seconds)
        }
        Symptom::ResumeLost => words!("An event stream goes on from elsewhere").into(),
        Symptom::FewConnections { open } => say!("Only {open} streams run side by side", open),
    }
}

/// The sentence that says it all.
pub(super) fn headline(rows: &[Row], findings: &[Finding], is_complete: bool) -> String {
    let lanes = |verdict| -> Vec<Lane> {
        let transports = rows.iter().filter(|row| row.lane.transport().is_some());
        transports.filter(|row| row.verdict == verdict).map(|row| row.lane).collect()
    };
    let [works, limited, blocked] = [Verdict::Works, Verdict::Limited, Verdict::Blocked].map(lanes);
    if works.is_empty() && limited.is_empty() {
        if blocked.is_empty() {
            return words!("Nothing could be told of any transport.").to_owned();
        }
        let mut signs = findings.iter().flat_map(|finding| &finding.signs);
        if signs.any(|sign| sign.symptom == Symptom::Unreachable) {
            return words!("The server can't be reached by this path.").to_owned();
        }
    }
    let says = clauses(how_they_do(&works, &limited, &blocked));
    let says = if is_complete {
        capital(&says)
    } else {
        say!("The run was stopped. So far, {says}", says)
    };
    match findings.first() {
        Some(finding) => {
            say!("{says}. {title}.", says, title = finding.title.trim_end_matches(['.', '。']))
        }
        None => say!("{says}, and nothing has to be mended.", says),
    }
}

/// Says of the transports that were tested how they do, the worst first.
fn how_they_do(works: &[Lane], limited: &[Lane], blocked: &[Lane]) -> Vec<String> {
    let mut says = vec![];
    if !blocked.is_empty() {
        let names = in_a_sentence(blocked);
        says.push(counted!(
            blocked.len(),
            "{names} is of no use here",
            "{names} are of no use here",
            names
        ));
    }
    if !limited.is_empty() {
        let names = in_a_sentence(limited);
        says.push(counted!(
            limited.len(),
            "{names} works with limits",
            "{names} work with limits",
            names
        ));
    }
    let names = || in_a_sentence(works);
    let rest = match (works.len(), says.is_empty()) {
        (0, _) => None,
        (6, true) => Some(words!("all six transports work").to_owned()),
        (1, true) => Some(say!("{names} works, which alone was tested", names = names())),
        (all, true) => Some(say!("all {all} transports that were tested work", all)),
        (all, false) => Some(counted!(all, "{names} works", "{names} work", names = names())),
    };
    says.extend(rest);
    says
}

/// Returns words as a sentence begins with them.
pub(super) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

/// Lists names as a sentence has them: the newest transport first.
fn in_a_sentence(lanes: &[Lane]) -> String {
    let names: Vec<_> = lanes.iter().rev().map(ToString::to_string).collect();
    match names.split_last() {
        Some((last, rest)) if !rest.is_empty() => {
            say!("{rest} and {last}", rest = listed(rest), last)
        }
        Some((last, _)) => last.clone(),
        None => String::new(),
    }
}

/// Joins sentences.
pub(super) fn joined(all: impl IntoIterator<Item = String>) -> String {
    let joined = all.into_iter().reduce(|before, next| say!("{before} {next}", before, next));
    joined.unwrap_or_default()
}

/// Joins the parts of one sentence.
fn clauses(all: Vec<String>) -> String {
    let joined = all.into_iter().reduce(|before, next| say!("{before}; {next}", before, next));
    joined.unwrap_or_default()
}

/// Says something of what is named before it.
pub(super) fn labelled(what: impl Display, says: impl Display) -> String {
    say!("{what}: {says}", what, says)
}

/// Returns the transports that can be used, best first: what works before what has limits, and then what
/// costs least.
pub(super) fn recommended(rows: &[Row]) -> Vec<Transport> {
    let verdict = |transport: Transport| {
        rows.iter().find(|row| row.lane.transport() == Some(transport)).map(|row| row.verdict)
    };
    let by_cost = [
        Transport::Socket,
        Transport::Events,
        Transport::Stream,
        Transport::LongPoll,
        Transport::Frame,
        Transport::Poll,
    ];
    let with = |wanted: Verdict| {
        by_cost.into_iter().filter(move |transport| verdict(*transport) == Some(wanted))
    };
    with(Verdict::Works).chain(with(Verdict::Limited)).collect()
}

/// Says what to send against silence, and how often; nothing where no silence was cut.
pub(super) fn keep_alive(lives: &[Life], faults: &[Sign]) -> Option<String> {
    let socket = shortest(lives, faults, |lane| lane == Lane::Socket);
    let is_stream = |lane| matches!(lane, Lane::Stream | Lane::Frame | Lane::Events);
    let stream = shortest(lives, faults, is_stream);
    let every = |cut: u64| if cut >= EVERY + 5 { EVERY } else { (cut / 2).max(1) };
    let failed = |lane: &dyn Fn(Lane) -> bool| {
        let mut beats = lives.iter().filter(|life| lane(life.lane) && life.with == Passing::Beats);
        beats.any(|life| life.cut.is_some())
    };
    let of_socket = |cut| {
        let every = every(cut);
        if failed(&|lane| lane == Lane::Socket) {
            say!("a message every {every} s: a silent socket is cut after {cut} s", every, cut)
        } else {
            say!("a ping every {every} s: a silent socket is cut after {cut} s", every, cut)
        }
    };
    let of_stream = |cut| {
        let every = every(cut);
        if failed(&is_stream) {
            say!("an item every {every} s: a silent stream is cut after {cut} s", every, cut)
        } else {
            say!("a comment every {every} s: a silent stream is cut after {cut} s", every, cut)
        }
    };
    let says: Vec<_> = socket.map(of_socket).into_iter().chain(stream.map(of_stream)).collect();
    (!says.is_empty()).then(|| say!("{says}.", says = capital(&clauses(says))))
}

/// Returns the shortest silence of some lanes that was cut.
fn shortest(lives: &[Life], faults: &[Sign], is_meant: impl Fn(Lane) -> bool) -> Option<u64> {
    let of_ladder = lives.iter().filter(|life| life.with == Passing::Nothing);
    let of_ladder = of_ladder.filter(|life| is_meant(life.lane)).filter_map(|life| life.cut);
    let of_signs = faults.iter().filter(|sign| is_meant(sign.lane)).filter_map(|sign| {
        let Symptom::IdleCut { seconds } = sign.symptom else { return None };
        Some(seconds)
    });
    of_ladder.chain(of_signs).min()
}

/// How often something is said against silence, in seconds: what most paths keep.
const EVERY: u64 = 25;
