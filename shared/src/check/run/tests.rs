//! A run, step by step.

use super::*;
use crate::check::observed::Heard;
use crate::check::path::{ledger, request};
use crate::check::suite::{Depth, probes};

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn setup(client: Client) -> Setup {
    Setup {
        probes: probes(Depth::Quick),
        slots: Slots::of(client),
        client,
        url: "http://localhost/".to_owned(),
        time: Depth::Quick.time(),
        has_ledgers: true,
        run: LedgerId::from_random(1),
        began: UnixMillis::default(),
    }
}

fn begun() -> (Run, Vec<Effect>) {
    begun_by(Client::Browser)
}

fn begun_by(client: Client) -> (Run, Vec<Effect>) {
    let mut run = Run::new(setup(client));
    let effects = run.handle(Event::Begin, Duration::ZERO);
    (run, effects)
}

fn place(run: &Run, id: &str) -> usize {
    run.probes().iter().position(|probe| probe.id.0 == id).unwrap()
}

#[test]
fn who_needs_the_network_alone_has_it_and_keeps_nobody_waiting_for_long() {
    let (mut run, effects) = begun();
    let [seen, connections, wait] = ["seen", "connections", "wait-25s"].map(|id| place(&run, id));
    assert!(effects.contains(&Effect::Start(seen)));
    assert!(!effects.contains(&Effect::Start(connections)));
    let effects = run.handle(Event::Ended(seen), seconds(1));
    assert!(effects.contains(&Effect::Start(connections)));
    assert!(!effects.contains(&Effect::Start(wait)));
    // It hangs, and its slots with it, up to its deadline.
    assert_eq!(run.stage(connections), Stage::Running);
    let deadline = run.probes()[connections].deadline + seconds(1);
    let effects = run.handle(Event::Deadline, deadline);
    assert!(effects.contains(&Effect::Stop(connections)));
    assert!(effects.contains(&Effect::Start(wait)));
}

#[test]
fn what_a_client_can_t_run_is_skipped_and_the_rest_is_complete_without() {
    let (run, _) = begun();
    assert_eq!(run.stage(place(&run, "events-identity")), Stage::Over(Outcome::Skipped));
    assert!(!run.is_complete());
}

#[test]
fn a_server_without_ledgers_is_asked_for_none() {
    let mut run = Run::new(Setup { has_ledgers: false, ..setup(Client::Browser) });
    run.handle(Event::Begin, Duration::ZERO);
    let seen = place(&run, "seen");
    let effects = run.handle(Event::Ended(seen), seconds(1));
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::AskLedger(_))), "{effects:?}");
    assert_eq!(run.stage(seen), Stage::Over(Outcome::Done));
    let side = run.evidence().of("seen").unwrap().1.ledger.clone();
    assert_eq!(side, ServerSide::Unknown(Untold::NoLedgers));
}

#[test]
fn the_server_is_asked_until_it_knows_that_the_client_has_left() {
    let (mut run, _) = begun();
    let seen = place(&run, "seen");
    let left = Note { at: 1, request: 1, what: Heard::Left };
    run.handle(Event::Noted(seen, left), seconds(0));
    run.handle(Event::Ended(seen), seconds(0));
    let mut asked = 0;
    let mut at = Duration::ZERO;
    while run.stage(seen) == Stage::Asking {
        at = run.next_deadline().unwrap().max(at);
        let effects = run.handle(Event::Deadline, at);
        if effects.contains(&Effect::AskLedger(seen)) {
            asked += 1;
            run.handle(Event::Ledger(seen, Ok(None)), at);
        }
    }
    assert!(asked >= 6, "asked {asked} times");
    assert_eq!(at, seconds(6));
    let evidence = run.evidence();
    let (_, seen) = evidence.of("seen").unwrap();
    assert_eq!((seen.outcome, &seen.ledger), (Outcome::Done, &ServerSide::Nothing));
}

type IsTold = fn(&ServerSide) -> bool;

#[test]
fn a_server_that_answered_a_probe_and_knows_nothing_of_it_has_forgotten() {
    let item = |n| Heard::Item { n, nonce: "a".to_owned(), sent: 1, bytes: 64 };
    let answered = |is_same| Heard::Answered { bytes: 9, is_same, server_time: None };
    let ServerSide::Ledger(ledger) = ledger(vec![(1, request("HTTP/1.1", &[]))]) else {
        panic!("what has entries is a ledger")
    };
    let is_unknown = |side: &ServerSide| matches!(side, ServerSide::Unknown(_));
    let is_nothing = |side: &ServerSide| *side == ServerSide::Nothing;
    let is_ledger = |side: &ServerSide| matches!(side, ServerSide::Ledger(_));
    let cases: [(Heard, Option<&Ledger>, IsTold); 7] = [
        (item(1), None, is_unknown),
        (Heard::Echoed { n: 1, is_same: true }, None, is_unknown),
        (answered(true), None, is_unknown),
        // Whatever that was, the server did not say it.
        (item(0), None, is_nothing),
        (answered(false), None, is_nothing),
        (item(1), Some(&ledger), is_ledger),
        (item(0), Some(&ledger), is_ledger),
    ];
    for (heard, first, is_told) in cases {
        let (mut run, _) = begun();
        let seen = place(&run, "seen");
        let told = format!("{heard:?} {first:?}");
        run.handle(Event::Noted(seen, Note { at: 1, request: 1, what: heard }), seconds(0));
        run.handle(Event::Ended(seen), seconds(0));
        let mut answer = Ok(first.cloned());
        let mut at = Duration::ZERO;
        while run.stage(seen) == Stage::Asking {
            at = run.next_deadline().unwrap().max(at);
            if run.handle(Event::Deadline, at).contains(&Effect::AskLedger(seen)) {
                run.handle(Event::Ledger(seen, std::mem::replace(&mut answer, Ok(None))), at);
            }
        }
        let evidence = run.evidence();
        assert!(is_told(&evidence.of("seen").unwrap().1.ledger), "{told}");
    }
}

#[test]
fn late_news_are_ignored() {
    let (mut run, _) = begun();
    let seen = place(&run, "seen");
    let deadline = run.probes()[seen].deadline;
    assert!(run.handle(Event::Deadline, deadline).contains(&Effect::Stop(seen)));
    run.handle(Event::Noted(seen, Note { at: 1, request: 1, what: Heard::Asked }), deadline);
    assert!(!run.handle(Event::Ended(seen), deadline).contains(&Effect::Moved(seen)));
    let evidence = run.evidence();
    let (_, seen) = evidence.of("seen").unwrap();
    assert_eq!((seen.outcome, seen.heard.len()), (Outcome::Late, 0));
}

#[test]
fn what_was_under_way_while_the_client_stood_still_is_not_judged() {
    for (client, stood, is_asleep) in [
        (Client::CommandLine, 2_900, false),
        (Client::CommandLine, 4_000, true),
        (Client::Browser, 4_000, false),
        (Client::Browser, 70_000, true),
    ] {
        let (mut run, _) = begun_by(client);
        let mut at = Duration::ZERO;
        // Woken as it asks to, it has not stood still, however little it hears.
        while at < seconds(2) {
            at = run.next_deadline().unwrap().max(at);
            assert!(at <= seconds(4), "{at:?}");
            run.handle(Event::Deadline, at);
        }
        let running = (0..run.probes().len()).filter(|which| run.stage(*which) == Stage::Running);
        let slow = running.max_by_key(|which| run.probes()[*which].deadline).unwrap();
        let ended = run.handle(Event::Ended(slow), at + Duration::from_millis(stood));
        assert_eq!(ended.contains(&Effect::Stop(slow)), is_asleep, "{client:?} {stood} ms");
        let evidence = run.evidence();
        let outcome = evidence.of(&run.probes()[slow].id.0).unwrap().1.outcome;
        let expected = if is_asleep { Outcome::Asleep } else { Outcome::Done };
        assert_eq!(outcome, expected, "{client:?} {stood} ms");
    }
}
