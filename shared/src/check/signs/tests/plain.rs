//! Symptoms of upgrades, sockets, requests and headers: what both sides noted, and what that is a sign of.

use std::time::Duration;

use super::super::{Sign, Symptom, Weight};
use super::find;
use crate::check::evidence::Client;
use crate::check::observed::{Heard, Note, Outcome};
use crate::check::path::{EPOCH, Made, Path, UPGRADE, read, request, stream};
use crate::check::probe::{Ask, Lane, SocketAsk};
use crate::ledger::{self, Kind, Piece, What};

mod bodies;
mod headers;
mod messages;

/// One probe, beside the plain one that a run begins with.
struct Case {
    ask: Ask,
    heard: Vec<(u64, Heard)>,
    server: Vec<(u64, What)>,
}

/// The signs of a run with one more probe.
fn signs(lane: Lane, case: Case) -> Vec<Sign> {
    let mut made = Made::over(Path::default());
    let note = |(at, what): (u64, Heard)| Note { at: at * 1_000, request: 1, what };
    let heard = case.heard.into_iter().map(note).collect();
    let server = case.server.into_iter().map(|(at, what)| (EPOCH + at, what)).collect();
    made.add("it", lane, case.ask, Outcome::Done, heard, server);
    find(&made.evidence)
}

fn faults(lane: Lane, case: Case) -> Vec<Symptom> {
    let signs = signs(lane, case).into_iter().filter(|sign| sign.lane == lane);
    signs.map(|sign| sign.symptom).filter(|symptom| symptom.weight() > Weight::Note).collect()
}

fn socket() -> SocketAsk {
    SocketAsk { plan: read("i64,w500"), says: vec![], closes: None }
}

fn head(status: u16) -> Heard {
    Heard::Head { status, version: None, headers: vec![] }
}

fn response(status: u16) -> What {
    What::Response { status, headers: vec![] }
}

fn ended(reason: &str) -> What {
    What::Ended { reason: reason.to_owned() }
}

fn broke() -> Heard {
    Heard::Broke { error: "reset".to_owned() }
}

fn frame(is_sent: bool, kind: Kind, raw: &str) -> What {
    let piece = Piece { kind, raw: raw.to_owned(), hex: false };
    if is_sent { What::Sent(piece) } else { What::Received(piece) }
}

#[test]
fn an_upgrade_is_told_by_what_arrived_and_by_who_answered() {
    let stripped = [("connection", "close"), ("sec-websocket-version", "13")];
    let whole = || request("HTTP/1.1", &UPGRADE);
    for (heard, server, symptom) in [
        (
            vec![head(426)],
            vec![request("HTTP/1.1", &stripped), response(426)],
            Symptom::UpgradeStripped,
        ),
        // The header passes on a line of a version that knows no upgrade.
        (
            vec![head(426)],
            vec![request("HTTP/1.0", &UPGRADE), response(426)],
            Symptom::UpgradeStripped,
        ),
        (
            vec![head(403)],
            vec![whole(), response(403)],
            Symptom::UpgradeAnswered { status: Some(403) },
        ),
        (
            vec![head(502)],
            vec![whole(), response(101)],
            Symptom::UpgradeAnswered { status: Some(502) },
        ),
        (vec![head(200)], vec![], Symptom::UpgradeAnswered { status: Some(200) }),
        // A socket that never opened has no end, and no frames.
        (
            vec![head(200), Heard::Ended],
            vec![
                whole(),
                response(101),
                frame(true, Kind::Ping, ""),
                frame(true, Kind::Close, "1000 so"),
                ended(ledger::NO_MORE),
            ],
            Symptom::UpgradeAnswered { status: Some(200) },
        ),
        // All that a page sees of a refusal.
        (vec![broke()], vec![whole(), response(101)], Symptom::UpgradeAnswered { status: None }),
        (vec![], vec![whole(), response(101)], Symptom::UpgradeUnanswered),
        (vec![], vec![], Symptom::UpgradeUnanswered),
    ] {
        let heard = [Heard::Asked].into_iter().chain(heard).map(|what| (100, what)).collect();
        let server = server.into_iter().map(|what| (101, what)).collect();
        let case = Case { ask: Ask::Socket(socket()), heard, server };
        assert_eq!(faults(Lane::Socket, case), [symptom]);
    }
}

#[test]
fn what_waits_in_its_browser_behind_another_upgrade_is_no_sign() {
    let arrived = vec![request("HTTP/1.1", &UPGRADE), response(101)];
    for (client, heard, server, shown_by) in [
        (Client::CommandLine, None, arrived.clone(), &["first", "second"][..]),
        (Client::Browser, None, arrived.clone(), &["first"]),
        // It does not wait where it has been refused, nor behind what has not arrived, or is over.
        (Client::Browser, Some((1, broke())), arrived.clone(), &["first", "second"]),
        (Client::Browser, None, vec![], &["first", "second"]),
        (Client::Browser, Some((0, broke())), arrived, &["first", "second"]),
    ] {
        let mut made = Made::over(Path::default());
        made.evidence.client = client;
        for (n, id) in ["first", "second"].into_iter().enumerate() {
            let mut notes = vec![Note { at: 100_000, request: 1, what: Heard::Asked }];
            let own = heard.iter().filter(|(of, _)| *of == n).map(|(_, what)| what.clone());
            notes.extend(own.map(|what| Note { at: 200_000, request: 1, what }));
            let entries = if n == 0 { server.clone() } else { vec![] };
            let entries = entries.into_iter().map(|what| (EPOCH + 101, what)).collect();
            let ask = Ask::Socket(socket());
            made.add(id, Lane::Socket, ask, Outcome::Late, notes, entries);
        }
        let signs = find(&made.evidence).into_iter().filter(|sign| sign.lane == Lane::Socket);
        let mut probes: Vec<_> = signs.flat_map(|sign| sign.probes).map(|probe| probe.0).collect();
        probes.sort_unstable();
        assert_eq!(probes, shown_by, "{client:?} {heard:?}");
    }
}

/// What an open socket heard, and what the server wrote down of it.
fn open(ask: SocketAsk, heard: Vec<(u64, Heard)>, server: Vec<(u64, What)>) -> Vec<Symptom> {
    let item = Heard::Item { n: 1, nonce: "a".to_owned(), sent: EPOCH + 101, bytes: 64 };
    let mut all =
        vec![(100, Heard::Asked), (102, Heard::Opened { extensions: String::new() }), (102, item)];
    all.extend(heard);
    let mut entries = vec![
        (101, request("HTTP/1.1", &UPGRADE)),
        (101, response(101)),
        (101, frame(true, Kind::Text, "{\"n\":1,")),
    ];
    entries.extend(server);
    faults(Lane::Socket, Case { ask: Ask::Socket(ask), heard: all, server: entries })
}

fn closed(code: u16, reason: &str) -> (u64, Heard) {
    (604, Heard::Closed { code, reason: reason.to_owned() })
}

#[test]
fn a_close_is_told_by_what_each_side_said_and_heard() {
    let says = |raw: &str| vec![(601, frame(true, Kind::Close, raw))];
    assert_eq!(open(socket(), vec![closed(4_002, "so")], says("4002 so")), []);
    for heard in [closed(1_006, ""), closed(4_002, ""), closed(1_001, "so")] {
        let heard = vec![heard];
        assert_eq!(
            open(socket(), heard.clone(), says("4002 so")),
            [Symptom::CloseLost],
            "{heard:?}"
        );
    }
    let closes = || SocketAsk { closes: Some((4_001, "bye".to_owned())), ..socket() };
    let hears = |raw: &str| {
        vec![(601, frame(false, Kind::Close, raw)), (601, frame(true, Kind::Close, raw))]
    };
    assert_eq!(open(closes(), vec![closed(4_001, "bye")], hears("4001 bye")), []);
    assert_eq!(open(closes(), vec![closed(4_001, "bye")], hears("4001")), [Symptom::CloseLost]);
}

#[test]
fn a_close_that_one_socket_of_many_lost_was_cut_just_then() {
    for (others, symptoms) in [(0, vec![Symptom::CloseLost]), (2, vec![])] {
        let mut made = Made::over(Path::default());
        for n in 0..others {
            made.socket(&format!("socket-{n}"), "3*(i64,w100)");
        }
        let heard = [(100, Heard::Asked), (102, Heard::Opened { extensions: String::new() })];
        let heard = heard.into_iter().chain([closed(1_006, "")]);
        let heard = heard.map(|(at, what)| Note { at: at * 1_000, request: 1, what }).collect();
        let server = vec![
            (EPOCH + 101, request("HTTP/1.1", &UPGRADE)),
            (EPOCH + 101, response(101)),
            (EPOCH + 601, frame(true, Kind::Close, "1000 the end")),
        ];
        let ask = SocketAsk { plan: read("w500"), says: vec![], closes: None };
        made.add("it", Lane::Socket, Ask::Socket(ask), Outcome::Done, heard, server);
        let found = find(&made.evidence).into_iter().filter(|sign| sign.lane == Lane::Socket);
        assert_eq!(found.map(|sign| sign.symptom).collect::<Vec<_>>(), symptoms, "{others}");
    }
}

#[test]
fn messages_are_told_by_what_came_back() {
    let said = |n, bytes| (200 + u64::from(n), Heard::Said { n, bytes });
    let back = |n, is_same| (300 + u64::from(n), Heard::Echoed { n, is_same });
    let is_over = || vec![(9_000, frame(true, Kind::Close, "1000"))];
    let end = || (9_002, Heard::Closed { code: 1_000, reason: String::new() });
    for (heard, symptoms) in [
        (vec![said(1, 64), back(1, true), end()], vec![]),
        (vec![said(1, 64), back(1, false), end()], vec![Symptom::FramesAltered]),
        (
            vec![said(1, 125), said(2, 131_073), back(1, true), end()],
            vec![Symptom::OverLimit { passed: 125, failed: 131_073 }],
        ),
        // A small one that is lost is no limit.
        (vec![said(1, 125), said(2, 64), back(1, true), end()], vec![]),
        (vec![said(1, 64)], vec![Symptom::SilentDeath]),
    ] {
        let told = format!("{heard:?}");
        assert_eq!(open(socket(), heard, is_over()), symptoms, "{told}");
    }
    let protocol = vec![(300, Heard::Closed { code: 1_002, reason: String::new() })];
    assert!(open(socket(), protocol, vec![]).contains(&Symptom::FramesAltered));
}

#[test]
fn pings_that_nobody_answers_are_told() {
    let pings = || SocketAsk { plan: read("i64,b,w500"), ..socket() };
    let ping = (200, frame(true, Kind::Ping, ""));
    let pong = (202, frame(false, Kind::Pong, ""));
    let close = (601, frame(true, Kind::Close, "1000 so"));
    let heard = || vec![closed(1_000, "so")];
    assert_eq!(open(pings(), heard(), vec![ping.clone(), pong, close.clone()]), []);
    assert_eq!(open(pings(), heard(), vec![ping, close]), [Symptom::FramesAltered]);
}

/// What is seen where a request is answered so.
fn asked(ask: Ask, answer: Option<u16>, is_same: bool, server: &[u16]) -> Vec<Symptom> {
    let lane = if matches!(ask, Ask::Wait { .. }) { Lane::LongPoll } else { Lane::Requests };
    let mut heard = vec![(100, Heard::Asked)];
    heard.extend(answer.map(|status| (3_102, head(status))));
    let answered = Heard::Answered { bytes: 9, is_same, server_time: None };
    heard.push((3_102, if answer.is_some() { answered } else { broke() }));
    let mut entries = vec![(101, request("HTTP/1.1", &[]))];
    entries.extend(server.iter().map(|status| (101, response(*status))));
    faults(lane, Case { ask, heard, server: entries })
}

#[test]
fn answers_are_told_by_what_the_server_answered() {
    let wait = || Ask::Wait { wait: Duration::from_secs(3) };
    let long = || Ask::Wait { wait: Duration::from_secs(20) };
    let status = || Ask::Status { code: 404 };
    let body = || Ask::Upload { bytes: 1_048_576 };
    let replaced = |arrived| Symptom::AnswerReplaced { sent: 404, arrived };
    let over = Symptom::OverLimit { passed: 0, failed: 1_048_576 };
    let cut = Symptom::IdleCut { seconds: 3 };
    for (ask, answer, is_same, server, symptoms) in [
        (Ask::Seen { times: 1 }, Some(200), true, &[200][..], vec![]),
        (
            Ask::Seen { times: 1 },
            Some(502),
            true,
            &[200],
            vec![Symptom::AnsweredElsewhere { status: 502 }],
        ),
        (status(), Some(404), true, &[404], vec![]),
        (status(), Some(200), false, &[404], vec![replaced(200)]),
        (status(), Some(404), false, &[404], vec![replaced(404)]),
        (body(), Some(200), true, &[200], vec![]),
        (body(), Some(413), false, &[], vec![over.clone()]),
        (body(), None, false, &[], vec![over]),
        (wait(), Some(200), true, &[200], vec![]),
        (long(), Some(504), false, &[], vec![cut.clone()]),
        (long(), None, false, &[], vec![cut]),
    ] {
        let told = format!("{ask:?} {answer:?} {is_same}");
        assert_eq!(asked(ask, answer, is_same, server), symptoms, "{told}");
    }
}

#[test]
fn a_request_that_arrives_twice_is_told() {
    let twice = vec![(101, request("HTTP/1.1", &[])), (900, request("HTTP/1.1", &[]))];
    let wait = Ask::Wait { wait: Duration::from_secs(1) };
    let answered = Heard::Answered { bytes: 9, is_same: true, server_time: None };
    let heard = vec![(100, Heard::Asked), (1_100, head(200)), (1_100, answered)];
    let case = Case { ask: wait, heard, server: twice };
    assert_eq!(faults(Lane::LongPoll, case), [Symptom::SentTwice { times: 2 }]);
}

#[test]
fn a_question_that_is_asked_again_and_again_is_no_dead_one() {
    for (second, symptoms) in [
        (1_601, vec![Symptom::IdleCut { seconds: 2 }, Symptom::SentTwice { times: 2 }]),
        (104, vec![Symptom::SentTwice { times: 2 }, Symptom::SilentDeath]),
    ] {
        let twice = vec![(101, request("HTTP/1.1", &[])), (second, request("HTTP/1.1", &[]))];
        let wait = Ask::Wait { wait: Duration::from_secs(5) };
        let case = Case { ask: wait, heard: vec![(100, Heard::Asked)], server: twice };
        let mut found = faults(Lane::LongPoll, case);
        found.sort_by_key(|symptom| format!("{symptom:?}"));
        assert_eq!(found, symptoms);
    }
}

/// What is seen of three followers of one address, by the names of the connections that they were given.
fn twins(nonces: [&str; 3]) -> Vec<Symptom> {
    let mut made = Made::over(Path::default());
    let heard = (1..).zip(nonces).flat_map(|(request, nonce)| {
        let at = 100_000 * u64::from(request);
        let (nonce, sent) = (nonce.to_owned(), EPOCH + at / 1_000);
        let item = Heard::Item { n: 1, nonce, sent, bytes: 64 };
        [Heard::Asked, head(200), item].map(|what| Note { at, request, what })
    });
    let requests = vec![(EPOCH + 101, request("HTTP/1.1", &[]))];
    let ask = Ask::Twins(stream("i64"));
    made.add("twins", Lane::Events, ask, Outcome::Done, heard.collect(), requests);
    let signs = find(&made.evidence).into_iter().filter(|sign| sign.lane == Lane::Events);
    signs.map(|sign| sign.symptom).collect()
}

#[test]
fn what_is_shared_is_told_from_what_is_given_again() {
    assert_eq!(twins(["a", "b", "c"]), []);
    assert_eq!(twins(["a", "a", "b"]), [Symptom::Shared]);
    assert_eq!(twins(["a", "b", "a"]), [Symptom::Replayed]);
    assert_eq!(twins(["a", "a", "a"]), [Symptom::Shared, Symptom::Replayed]);
    assert_eq!(twins(["", "", ""]), []);
}

#[test]
fn a_server_that_is_not_told_of_a_leaving_is_told_from_one_that_is() {
    let mut ask = stream("60*(i64,w200)");
    ask.leaves_after = Some(Duration::from_secs(1));
    for (over, reason, symptoms) in [
        (1_200, ledger::LEFT, vec![]),
        (5_200, ledger::LEFT, vec![Symptom::ClientGoneUnheard]),
        (12_100, ledger::NO_MORE, vec![Symptom::ClientGoneUnheard]),
    ] {
        let heard = vec![(100, Heard::Asked), (102, head(200)), (1_102, Heard::Left)];
        let server =
            vec![(101, request("HTTP/1.1", &[])), (101, response(200)), (over, ended(reason))];
        let case = Case { ask: Ask::Stream(ask.clone()), heard, server };
        assert_eq!(faults(Lane::Events, case), symptoms, "{over} {reason}");
    }
}

/// A run without a probe.
fn nothing() -> Made {
    let mut made = Made::over(Path::default());
    made.evidence.probes.clear();
    made.evidence.observations.clear();
    made
}

#[test]
fn a_body_that_a_refusal_breaks_off_is_of_the_refusal() {
    for (is_answered, symptoms) in [
        (true, vec![Symptom::AnsweredElsewhere { status: 503 }]),
        (false, vec![Symptom::Unreachable]),
    ] {
        let mut made = nothing();
        let answer = if is_answered { head(503) } else { broke() };
        let upload = Ask::Upload { bytes: 1_048_576 };
        for (id, ask, what) in [("seen", Ask::Seen { times: 1 }, answer), ("up", upload, broke())] {
            let heard = vec![Note { at: 100, request: 1, what: Heard::Asked }];
            let heard = heard.into_iter().chain([Note { at: 102, request: 1, what }]).collect();
            made.add(id, Lane::Requests, ask, Outcome::Done, heard, vec![]);
        }
        let found = find(&made.evidence).into_iter().filter(|sign| sign.lane == Lane::Requests);
        assert_eq!(found.map(|sign| sign.symptom).collect::<Vec<_>>(), symptoms);
    }
}

#[test]
fn where_nothing_arrives_all_lanes_say_so() {
    let mut made = nothing();
    for lane in [Lane::Requests, Lane::Socket] {
        let ask = if lane == Lane::Socket { Ask::Socket(socket()) } else { Ask::Seen { times: 1 } };
        let heard = [(1, Heard::Asked), (2, broke())];
        let heard = heard.map(|(at, what)| Note { at, request: 1, what }).to_vec();
        made.add(&format!("{lane:?}"), lane, ask, Outcome::Done, heard, vec![]);
    }
    let found: Vec<_> =
        find(&made.evidence).into_iter().map(|sign| (sign.lane, sign.symptom)).collect();
    assert_eq!(
        found,
        [(Lane::Requests, Symptom::Unreachable), (Lane::Socket, Symptom::Unreachable),]
    );
}
