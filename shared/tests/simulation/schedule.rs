//! What a schedule does to the session, and when.

use std::time::Duration;

use echoclock_shared::close::CloseCode;
use echoclock_shared::feed::Period;
use echoclock_shared::session::{Intent, PageEvent, Part};
use echoclock_shared::transport::Transport;
use fastrand::Rng;

use crate::network::Sockets;

/// How long things go wrong before they heal.
pub(crate) const TROUBLED: Duration = Duration::from_secs(90);

/// How long after that the session may take to be whole again: a half-open link has to be noticed,
/// the longest wait has to pass, and a page that rests has to be seen.
pub(crate) const HEALING: Duration = Duration::from_secs(90);

/// How many seconds the server's clock is ahead of the page's, give or take a few.
pub(crate) const AHEAD: i64 = 30;

/// Something that comes from outside.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// The user or the page.
    User(Intent),
    Page(PageEvent),
    /// The server's process ends without a word; its host still answers, so connections break.
    Kill,
    /// The server closes what is open, with 1001, and ends.
    Drain,
    /// A server starts, with another clock and another name.
    Start,
    /// The server's clock is set so many seconds ahead of the page's, or back where it is less.
    ServerClock {
        ahead: i64,
    },
    /// From here on the network swallows everything on the links that there are.
    HalfOpen,
    /// The network swallows everything.
    BlackHole,
    /// The network carries everything, `lag` late and some of it later.
    Carry {
        lag: Duration,
    },
    /// The network treats sockets in this way.
    Sockets(Sockets),
    /// Everything works from here on, and the user wants it all.
    Heal,
}

/// Makes the steps of a schedule, in no order.
pub(crate) fn make(rng: &mut Rng) -> Vec<(Duration, Step)> {
    let mut steps = vec![
        (Duration::ZERO, Step::User(Intent::Connect(Part::Chat))),
        (Duration::ZERO, Step::User(Intent::Connect(Part::Clock))),
        (TROUBLED, Step::Heal),
    ];
    let lane = |transport| (Duration::ZERO, Step::User(Intent::Connect(Part::Lane(transport))));
    steps.extend(Transport::ALL.map(lane));
    for said in 0..rng.u32(5..40) {
        let text =
            if rng.u8(..10) == 0 { format!("refuse {said}") } else { format!("message {said}") };
        steps.push((sometime(rng), Step::User(Intent::Say(text))));
    }
    if rng.u8(..8) == 0 {
        let at = sometime(rng);
        steps.extend((0..80).map(|said| (at, Step::User(Intent::Say(format!("burst {said}"))))));
    }
    for _ in 0..rng.u32(2..6) {
        outage(rng, &mut steps);
    }
    for _ in 0..rng.u32(0..4) {
        whim(rng, &mut steps);
    }
    steps
}

/// Whether nothing fails but the server.
pub(crate) fn only_restarts(steps: &[(Duration, Step)]) -> bool {
    steps.iter().all(|(_, step)| match step {
        Step::User(_)
        | Step::Page(_)
        | Step::Kill
        | Step::Drain
        | Step::Start
        | Step::ServerClock { .. }
        | Step::Heal => true,
        Step::HalfOpen | Step::BlackHole | Step::Carry { .. } | Step::Sockets(_) => false,
    })
}

/// Something breaks and comes back.
fn outage(rng: &mut Rng, steps: &mut Vec<(Duration, Step)>) {
    let at = sometime(rng);
    let over = at + Duration::from_millis(rng.u64(0..40_000));
    match rng.u8(..13) {
        0..=5 => {
            // Messages are on their way at the moment of the kill.
            for said in 0..rng.u64(1..6) {
                let just_before = at.saturating_sub(Duration::from_millis(rng.u64(0..60)));
                steps.push((just_before, Step::User(Intent::Say(format!("last words {said}")))));
            }
            steps.extend([(at, Step::Kill), (over, Step::Start)]);
        }
        6 => steps.extend([(at, Step::Drain), (over, Step::Start)]),
        7 => steps.push((at, Step::HalfOpen)),
        8 => steps
            .extend([(at, Step::BlackHole), (over, Step::Carry { lag: Duration::from_millis(5) })]),
        9 | 10 => {
            let after = Duration::from_millis(rng.u64(0..9_000));
            let sockets = [Sockets::Refuse, Sockets::Swallow, Sockets::End { after }];
            let sockets = rng.choice(sockets).unwrap_or(Sockets::Refuse);
            let over = over + Duration::from_secs(10);
            steps.extend([(at, Step::Sockets(sockets)), (over, Step::Sockets(Sockets::Carry))]);
        }
        11 => {
            let days = rng.choice([-10, 10]).unwrap_or_default();
            let wrong = rng.choice([90, days * 86_400]).unwrap_or_default();
            steps.extend([
                (at, Step::ServerClock { ahead: wrong }),
                (over, Step::ServerClock { ahead: AHEAD }),
            ]);
        }
        _ => {
            let lag = Duration::from_millis(rng.u64(100..3_000));
            steps.extend([
                (at, Step::Carry { lag }),
                (over, Step::Carry { lag: Duration::from_millis(5) }),
            ]);
        }
    }
}

/// The user or the browser does something.
fn whim(rng: &mut Rng, steps: &mut Vec<(Duration, Step)>) {
    let at = sometime(rng);
    let over = at + Duration::from_millis(rng.u64(0..75_000));
    match rng.u8(..5) {
        0 => {
            let part = part(rng);
            let bye =
                Intent::Disconnect { part, code: CloseCode(4_000), reason: "enough".to_owned() };
            steps.extend([(at, Step::User(bye)), (over, Step::User(Intent::Connect(part)))]);
        }
        1 => steps.extend([
            (at, Step::Page(PageEvent::Online(false))),
            (over, Step::Page(PageEvent::Online(true))),
        ]),
        2 => steps.extend([
            (at, Step::Page(PageEvent::Visible(false))),
            (over, Step::Page(PageEvent::Visible(true))),
        ]),
        3 => {
            let period = rng.choice(Period::ALL).unwrap_or_default();
            let all = rng.bool();
            let intent = if all { Intent::LanesEvery(period) } else { Intent::Every(period) };
            steps.push((at, Step::User(intent)));
        }
        _ => {
            let pause = Duration::from_millis(rng.u64(0..5_000));
            steps.push((at, Step::User(Intent::AskEvery(pause))));
        }
    }
}

fn part(rng: &mut Rng) -> Part {
    let lanes = Transport::ALL.map(Part::Lane);
    let parts = [Part::Chat, Part::Clock].into_iter().chain(lanes);
    rng.choice(parts.collect::<Vec<_>>()).unwrap_or(Part::Chat)
}

fn sometime(rng: &mut Rng) -> Duration {
    Duration::from_millis(rng.u64(0..90_000))
}
