//! Runs against a made-up network: each probe takes its time, hangs, or says nothing, at random.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};
use std::time::Duration;

use echoclock_shared::check::evidence::{Client, link_of};
use echoclock_shared::check::observed::{Heard, Note};
use echoclock_shared::check::probe::{Ask, Probe};
use echoclock_shared::check::run::{Effect, Event, Run, Setup, Slots};
use echoclock_shared::check::suite::{Depth, probes};
use echoclock_shared::ledger::{Entry, Ledger, LedgerId, Totals, What};
use echoclock_shared::time::UnixMillis;
use echoclock_shared::transport::Transport;

/// What the network does to a run.
#[derive(Clone, Copy, Debug)]
struct Network {
    /// Of a hundred probes, so many never end.
    hangs: u32,
    /// Of a hundred questions for ledgers, so many are never answered.
    mute: u32,
    /// When somebody stops the run.
    cancelled: Option<Duration>,
}

fn setup(depth: Depth, client: Client) -> Setup {
    Setup {
        probes: probes(depth),
        slots: Slots::of(client),
        client,
        url: "http://localhost/".to_owned(),
        time: depth.time(),
        has_ledgers: true,
        run: LedgerId::from_random(1),
        began: UnixMillis::default(),
    }
}

/// A ledger of one request, which is over.
fn ledger(probe: &Probe) -> Ledger {
    let entry = |what| {
        let at = UnixMillis::default();
        Entry { n: 1, at, request: 1, size: 1, cut: false, computed: false, what }
    };
    let answer = What::Response { status: 200, headers: vec![] };
    Ledger {
        link: link_of(&LedgerId::from_random(1), &probe.id),
        now: UnixMillis::default(),
        opened: UnixMillis::default(),
        totals: Totals { requests: 1, received: 1, sent: 1 },
        dropped: 0,
        entries: vec![entry(answer), entry(What::Ended { reason: "there is no more".to_owned() })],
    }
}

/// Runs to the end, and returns the run and how long it took. On the way it is checked that slots are
/// kept, and that nothing is left open.
fn play(setup: Setup, network: Network, dice: &mut fastrand::Rng) -> (Run, Duration) {
    let slots = setup.slots;
    let mut run = Run::new(setup);
    // What is going to happen, by its time; a number keeps the order.
    let mut coming = BinaryHeap::from([Reverse((Duration::ZERO, 0, 0, 'b'))]);
    coming.extend(network.cancelled.map(|at| Reverse((at, 1, 0, 'c'))));
    let mut open = BTreeSet::new();
    let mut asked = BTreeSet::new();
    let mut order = 2;
    let mut now = Duration::ZERO;
    let mut idle = 0;
    loop {
        let deadline = run.next_deadline().expect("a run that is not over waits for something");
        let next = coming.peek().map(|Reverse((at, ..))| *at);
        let event = if next.is_none_or(|next| deadline < next) {
            // One that is due already, for room that has just been made, may come a few times in a row.
            idle = if deadline > now { 0 } else { idle + 1 };
            assert!(idle < 100, "{deadline:?} is past, and stays so");
            now = now.max(deadline);
            Event::Deadline
        } else {
            let Reverse((at, _, which, what)) = coming.pop().expect("something comes");
            now = now.max(at);
            idle = 0;
            match what {
                'b' => Event::Begin,
                'c' => Event::Cancel,
                'e' if open.remove(&which) => Event::Ended(which),
                'l' if asked.remove(&which) => {
                    Event::Ledger(which, Ok(Some(ledger(&run.probes()[which]))))
                }
                'n' => Event::Noted(which, Note { at: 1, request: 1, what: Heard::Asked }),
                _ => continue,
            }
        };
        for effect in run.handle(event, now) {
            order += 1;
            match effect {
                Effect::Start(which) => {
                    assert!(open.insert(which));
                    coming.push(Reverse((now, order, which, 'n')));
                    if dice.u32(0..100) >= network.hangs {
                        let usual = run.probes()[which].deadline.saturating_sub(GRACE);
                        let late = Duration::from_millis(dice.u64(10..800));
                        coming.push(Reverse((now + usual + late, order, which, 'e')));
                    }
                }
                Effect::Stop(which) => assert!(open.remove(&which), "{which} was not open"),
                Effect::AskLedger(which) => {
                    assert!(asked.insert(which));
                    if dice.u32(0..100) >= network.mute {
                        let wait = Duration::from_millis(dice.u64(1..300));
                        coming.push(Reverse((now + wait, order, which, 'l')));
                    }
                }
                Effect::DropLedger(which) => assert!(asked.remove(&which), "{which} was not asked"),
                Effect::Moved(_) => {}
                Effect::Finish => {
                    assert!(open.is_empty(), "{open:?} are left open");
                    assert!(asked.is_empty(), "{asked:?} are left unanswered");
                    assert_eq!(run.next_deadline(), None);
                    return (run, now);
                }
            }
            assert!(asked.len() <= slots.asides as usize);
            let requests = open.iter().map(|which| requests(&run.probes()[*which], slots));
            assert!(requests.sum::<u32>() <= slots.requests, "{open:?}");
        }
    }
}

fn requests(probe: &Probe, slots: Slots) -> u32 {
    match &probe.ask {
        Ask::Socket(_) | Ask::Follow { transport: Transport::Socket, .. } => 0,
        Ask::Twins(_) => 2,
        Ask::Connections { streams, .. } => (*streams).min(slots.requests),
        Ask::Seen { .. }
        | Ask::Stream(_)
        | Ask::Follow { .. }
        | Ask::Wait { .. }
        | Ask::Upload { .. }
        | Ask::Download { .. }
        | Ask::Status { .. } => 1,
    }
}

#[test]
fn on_a_path_that_does_nothing_a_run_comes_to_its_end_in_time() {
    let network = Network { hangs: 0, mute: 0, cancelled: None };
    for seed in 0..50 {
        for (depth, client, most) in [
            (Depth::Quick, Client::CommandLine, 45),
            (Depth::Quick, Client::Browser, 56),
            (Depth::Deep, Client::CommandLine, 380),
            (Depth::Deep, Client::Browser, 400),
        ] {
            let mut dice = fastrand::Rng::with_seed(seed);
            let (run, took) = play(setup(depth, client), network, &mut dice);
            assert!(run.is_complete(), "{depth:?} by {client:?} (seed {seed}) took {took:?}");
            assert!(took <= Duration::from_secs(most), "{depth:?} by {client:?}: {took:?}");
        }
    }
}

#[test]
fn whatever_hangs_a_run_ends_within_its_time() {
    let mut dice = fastrand::Rng::with_seed(7);
    for _ in 0..300 {
        let network = Network {
            hangs: dice.u32(0..=100),
            mute: dice.u32(0..=100),
            cancelled: dice.bool().then(|| Duration::from_millis(dice.u64(0..60_000))),
        };
        let setup = setup(Depth::Quick, Client::Browser);
        let (run, took) = play(setup, network, &mut dice);
        let most = network.cancelled.map(|at| at + Duration::from_secs(2));
        let most = most.unwrap_or(Depth::Quick.time()).min(Depth::Quick.time());
        assert!(took <= most, "{network:?} took {took:?}");
        assert_eq!(run.evidence().observations.len(), run.probes().len());
    }
}

const GRACE: Duration = Duration::from_secs(5);
