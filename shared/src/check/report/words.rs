//! What a report says in sentences.

use super::{Finding, Row, Verdict};
use crate::check::probe::Lane;
use crate::check::signs::{Life, Passing, Sign, Symptom};
use crate::transport::Transport;

/// Says what a symptom is, in a few words.
pub fn title(symptom: &Symptom) -> String {
    match symptom {
        Symptom::Unreachable => "Nothing reaches the server".into(),
        Symptom::AnsweredElsewhere { status } => {
            format!("Something else answers, with {status}, in the server's place")
        }
        Symptom::AnswerReplaced { .. } => "An answer arrives as another".into(),
        Symptom::HeldWhole => "Streams are held until their end".into(),
        Symptom::HeldFor { bytes } => format!("Streams are held for {bytes} bytes"),
        Symptom::Coalesced { millis } => format!("Items are glued together for {millis} ms"),
        Symptom::OneLate => "Each item arrives with the next one".into(),
        Symptom::HeadLate { .. } => "A response's head waits for its first item".into(),
        Symptom::Replayed => "Old items are given again".into(),
        Symptom::Shared => "Two followers share one connection".into(),
        Symptom::Truncated => "Responses break off".into(),
        Symptom::EndedEarly => "Responses end early, as if they were whole".into(),
        Symptom::SilentDeath => "Connections die without a word".into(),
        Symptom::UpgradeStripped => "The upgrade to WebSocket is stripped".into(),
        Symptom::UpgradeAnswered { status: Some(status) } => {
            format!("The upgrade to WebSocket is answered {status}")
        }
        Symptom::UpgradeAnswered { status: None } => "The upgrade to WebSocket is refused".into(),
        Symptom::UpgradeUnanswered => "The upgrade to WebSocket is never answered".into(),
        Symptom::SocketReset { .. } => "Sockets open and die at once".into(),
        Symptom::FramesAltered => "What is said arrives changed".into(),
        Symptom::CloseLost => "The code or the reason of a close is lost".into(),
        Symptom::Compressed { coding } => {
            format!("Responses are compressed on the way, as {coding}")
        }
        Symptom::OverLimit { failed, .. } => format!("{failed} bytes at once do not get through"),
        Symptom::SentTwice { .. } => "A request arrives more than once".into(),
        Symptom::HeadersStripped { .. } => "Headers are lost".into(),
        Symptom::HeadersAdded { .. } => "Headers are added".into(),
        Symptom::AddressLost => "The server does not learn the client's address".into(),
        Symptom::SchemeLost => "The server does not learn that the client came by https".into(),
        Symptom::ClientGoneUnheard => "The server is not told that a client has gone".into(),
        Symptom::Lifetime { seconds } => {
            format!("Connections are cut after {seconds} s in any case")
        }
        Symptom::IdleCut { seconds } => format!("Silent connections are cut after {seconds} s"),
        Symptom::ResumeLost => "An event stream goes on from elsewhere".into(),
        Symptom::FewConnections { open } => format!("Only {open} streams run side by side"),
    }
}

/// The sentence that says it all.
pub(super) fn headline(rows: &[Row], findings: &[Finding]) -> String {
    let lanes = |verdict| -> Vec<Lane> {
        let transports = rows.iter().filter(|row| row.lane.transport().is_some());
        transports.filter(|row| row.verdict == verdict).map(|row| row.lane).collect()
    };
    let [works, limited, blocked] = [Verdict::Works, Verdict::Limited, Verdict::Blocked].map(lanes);
    let tested = works.len() + limited.len() + blocked.len();
    if tested == 0 {
        return "Nothing could be told of any transport.".to_owned();
    }
    if findings
        .iter()
        .any(|finding| finding.signs.iter().any(|sign| sign.symptom == Symptom::Unreachable))
        && works.is_empty()
        && limited.is_empty()
    {
        return "The server can't be reached by this path.".to_owned();
    }
    let mut says = vec![];
    if !blocked.is_empty() {
        says.push(format!("{} {} no use here", list(&blocked), is_or_are(&blocked)));
    }
    if !limited.is_empty() {
        let works = if limited.len() == 1 { "works" } else { "work" };
        says.push(format!("{} {works} with limits", list(&limited)));
    }
    let rest = match (works.len(), says.is_empty()) {
        (0, _) => None,
        (6, true) => Some("all six transports work".to_owned()),
        (1, true) => Some(format!("{} works, which alone was tested", list(&works))),
        (all, true) => Some(format!("all {all} transports that were tested work")),
        (_, false) => {
            Some(format!("{} {}", list(&works), if works.len() == 1 { "works" } else { "work" }))
        }
    };
    says.extend(rest);
    let says = capital(&says.join("; "));
    match findings.first() {
        Some(finding) => format!("{says}. {}.", finding.title.trim_end_matches('.')),
        None => format!("{says}, and nothing has to be mended."),
    }
}

fn is_or_are(lanes: &[Lane]) -> &'static str {
    if lanes.len() == 1 { "is of" } else { "are of" }
}

pub(super) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

/// Writes names as a sentence has them.
fn list(lanes: &[Lane]) -> String {
    let names: Vec<_> = lanes.iter().rev().map(ToString::to_string).collect();
    match names.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        Some((last, _)) => last.clone(),
        None => String::new(),
    }
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
    let mut says = vec![];
    if let Some(cut) = socket {
        let what = if failed(&|lane| lane == Lane::Socket) { "a message" } else { "a ping" };
        says.push(format!("{what} every {} s: a silent socket is cut after {cut} s", every(cut)));
    }
    if let Some(cut) = stream {
        let what = if failed(&is_stream) { "an item" } else { "a comment" };
        says.push(format!("{what} every {} s: a silent stream is cut after {cut} s", every(cut)));
    }
    (!says.is_empty()).then(|| format!("{}.", capital(&says.join("; "))))
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
