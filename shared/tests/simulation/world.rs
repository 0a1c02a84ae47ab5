//! Session, server and network under one simulated clock.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, VecDeque};
use std::time::Duration;

use echoclock_shared::close::CloseCode;
use echoclock_shared::echo::FromBrowser;
use echoclock_shared::feed::Seq;
use echoclock_shared::session::{
    CloseReport, Effect, Event, Finding, Intent, LinkEvent, LinkId, LinkState, Moment, PageEvent,
    Part, Probed, Session, Side, Target,
};
use echoclock_shared::time::UnixMillis;
use echoclock_shared::transport::Transport;
use fastrand::Rng;

use crate::network::{Network, Sockets};
use crate::outcome::Outcome;
use crate::schedule::{self, HEALING, Step, TROUBLED};
use crate::server::{Server, cursor_problem};
use crate::view::View;

mod check;

mod links;

mod polls;

mod posts;

/// Something that is going to happen.
#[derive(Debug)]
enum Coming {
    Step(Step),
    /// A link's first byte arrives at the server.
    Arrive(LinkId),
    ToServer(LinkId, FromBrowser),
    /// A question arrives on a link whose answers have each to be asked for.
    Question(LinkId, Target),
    /// What the question waited for has come, or the wait is over.
    Reply(LinkId, u32, Target),
    CloseToServer(LinkId, CloseCode, String),
    ToPage(LinkId, LinkEvent),
    /// The server looks for items after a cursor.
    Tick(LinkId, u32, Option<Seq>),
    Answer(Probed),
    /// A message arrives that was posted.
    Posted(LinkId, FromBrowser),
    /// The network ends a link.
    Cut(LinkId),
    Wake,
}

/// A schedule under way.
#[derive(Debug)]
pub(crate) struct World {
    rng: Rng,
    now: Duration,
    session: Session,
    network: Network,
    server: Server,
    view: View,
    coming: BTreeMap<u64, Coming>,
    queue: BinaryHeap<Reverse<(Duration, u64)>>,
    last: u64,
    outcome: Outcome,
    healed: bool,
    /// When links were opened without anybody's doing, the newest last.
    reopened: Vec<Duration>,
    /// When the last questions were asked, at most [`polls::QUESTIONS_MAX`].
    questions: VecDeque<Duration>,
}

impl World {
    pub(crate) fn new(seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        let steps = schedule::make(&mut rng);
        let restarts_alone = u64::from(schedule::only_restarts(&steps));
        let mut world = Self {
            rng,
            now: Duration::ZERO,
            session: Session::default(),
            network: Network::default(),
            server: Server::default(),
            view: View::default(),
            coming: BTreeMap::new(),
            queue: BinaryHeap::new(),
            last: 0,
            outcome: Outcome { restarts_alone, ..Outcome::default() },
            healed: false,
            reopened: Vec::new(),
            questions: VecDeque::new(),
        };
        world.server.start(ahead(schedule::AHEAD * 1_000), Duration::ZERO);
        for (at, step) in steps {
            world.plan(at, Coming::Step(step));
        }
        world
    }

    pub(crate) fn run(mut self) -> Outcome {
        while let Some(Reverse((at, id))) = self.queue.pop() {
            if at > TROUBLED + HEALING {
                break;
            }
            self.now = at;
            let coming = self.coming.remove(&id).expect("what is queued is kept until it happens");
            self.happen(coming);
        }
        self.check();
        self.outcome.said = self.view.said.len() as u64;
        self.outcome.resent = self.view.sent - self.outcome.said;
        self.outcome.gaps = self.view.gaps;
        self.outcome.started_anew = self.view.started_anew;
        self.outcome.refused = self.view.refused.len() as u64;
        self.outcome.turned_away = self.view.turned_away;
        self.outcome.silent = self.view.silent;
        self.outcome.went_over = self.view.went_over;
        self.outcome.by_post = self.view.by_post;
        self.outcome.repeated_ticks = self.session.clock().counts().repeated;
        self.outcome
    }

    fn plan(&mut self, at: Duration, coming: Coming) {
        self.last += 1;
        self.coming.insert(self.last, coming);
        self.queue.push(Reverse((at, self.last)));
    }

    fn happen(&mut self, coming: Coming) {
        match coming {
            Coming::Step(step) => self.step(step),
            Coming::Wake => {
                if self.session.next_deadline().is_some_and(|deadline| deadline <= self.now) {
                    self.handle(Event::Woke);
                    let next = self.session.next_deadline();
                    assert!(
                        next.is_none_or(|next| next > self.now),
                        "the session does not wait: {:?}",
                        self.session
                    );
                }
            }
            Coming::Answer(probed) => self.handle(Event::Probed(probed)),
            Coming::ToPage(link, event) => {
                if matches!(event, LinkEvent::Closed(_)) {
                    self.network.pipes.remove(&link);
                }
                self.handle(Event::Link(link, event));
            }
            Coming::Posted(link, message) => self.posted(link, message),
            Coming::Cut(link) => self.cut(link),
            Coming::Arrive(link) => self.arrive(link),
            Coming::ToServer(link, message) => self.receive(link, message),
            Coming::Question(link, target) => {
                if let Some(instance) = self.served_by(link) {
                    self.question(link, instance, target);
                }
            }
            Coming::Reply(link, instance, target) => self.reply(link, instance, target),
            Coming::CloseToServer(link, code, reason) => {
                if self.served_by(link).is_some() {
                    self.deliver(
                        link,
                        LinkEvent::Closed(CloseReport { code, reason, clean: true }),
                    );
                    self.network.pipes.entry(link).and_modify(|pipe| pipe.instance = None);
                }
            }
            Coming::Tick(link, instance, cursor) => self.tick(link, instance, cursor),
        }
    }

    fn step(&mut self, step: Step) {
        if self.healed && !matches!(step, Step::User(Intent::Say(_))) {
            return;
        }
        match step {
            Step::User(intent) => {
                match intent {
                    Intent::Every(period) if period != self.session.clock().period() => {
                        self.view.another_clock(Part::Clock);
                    }
                    Intent::LanesEvery(period) => {
                        let lanes = Transport::ALL.map(|transport| self.session.lane(transport));
                        for lane in lanes.into_iter().filter(|lane| lane.period() != period) {
                            self.view.another_clock(lane.part());
                        }
                    }
                    Intent::Every(_)
                    | Intent::Connect(_)
                    | Intent::Disconnect { .. }
                    | Intent::Say(_)
                    | Intent::AskEvery(_)
                    | Intent::Readdress => {}
                }
                self.reopened.clear();
                self.handle(Event::User(intent));
            }
            Step::Page(event) => {
                self.reopened.clear();
                self.handle(Event::Page(event));
            }
            Step::Kill => {
                let in_flight = self.session.chat().link().open().is_some()
                    && !self.session.chat().outbox().is_empty()
                    && self.server.running.is_some();
                self.outcome.killed_in_flight |= u64::from(in_flight);
                self.server.drains = false;
                self.stop(CloseReport::lost());
            }
            Step::Drain => {
                self.server.drains = true;
                self.stop(CloseReport {
                    code: CloseCode::GOING_AWAY,
                    reason: "stops".to_owned(),
                    clean: true,
                });
            }
            Step::Start => {
                let about = schedule::AHEAD * 1_000 + self.rng.i64(-5_000..5_000);
                self.server.start(ahead(about), self.now);
            }
            Step::ServerClock { ahead: seconds } => {
                self.server.set_clock(ahead(seconds * 1_000), self.now);
            }
            Step::HalfOpen => self.network.half_open(),
            Step::BlackHole => {
                self.network.black_hole = true;
                self.network.half_open();
            }
            Step::Carry { lag } => {
                self.network.black_hole = false;
                self.network.lag = lag;
            }
            Step::Sockets(sockets) => self.treat_sockets(sockets),
            Step::Heal => {
                self.step(Step::Start);
                self.step(Step::ServerClock { ahead: schedule::AHEAD });
                self.step(Step::Sockets(Sockets::Carry));
                self.step(Step::Carry { lag: Duration::from_millis(5) });
                self.step(Step::Page(PageEvent::Visible(true)));
                self.step(Step::User(Intent::Connect(Part::Chat)));
                self.step(Step::User(Intent::Connect(Part::Clock)));
                for transport in Transport::ALL {
                    self.step(Step::User(Intent::Connect(Part::Lane(transport))));
                }
                self.healed = true;
            }
        }
    }

    fn stop(&mut self, report: CloseReport) {
        self.server.running = None;
        let mut links: Vec<_> = self.network.pipes.keys().copied().collect();
        links.sort();
        for link in links {
            self.deliver(link, LinkEvent::Closed(report.clone()));
        }
    }

    fn handle(&mut self, event: Event) {
        let outside = matches!(event, Event::User(_) | Event::Page(_));
        let wall = ahead(0).plus(self.now);
        let moment = Moment { mono: self.now, wall, dice: self.rng.u16(..) };
        let rested = self.rests();
        for effect in self.session.handle(event, &moment) {
            self.carry_out(effect, outside);
        }
        self.outcome.rests += u64::from(self.rests() && !rested);
        if let Some(deadline) = self.session.next_deadline() {
            self.plan(deadline.max(self.now), Coming::Wake);
        }
    }

    fn rests(&self) -> bool {
        matches!(self.session.clock().link().state(), LinkState::Resting)
    }

    fn carry_out(&mut self, effect: Effect, outside: bool) {
        match effect {
            Effect::Open { link, target, .. } => {
                if !outside {
                    self.reopened.push(self.now);
                    let recent =
                        self.reopened.iter().filter(|at| **at + Duration::from_secs(1) > self.now);
                    assert!(recent.count() <= 8 * PARTS, "links are opened without end");
                }
                self.network.open(link, Some(target), self.now);
                if let Some(at) = self.network.carry(link, Side::Server, self.now, &mut self.rng) {
                    self.plan(at, Coming::Arrive(link));
                }
            }
            Effect::Ask { link, target } => {
                self.asked();
                if let Some(at) = self.network.carry(link, Side::Server, self.now, &mut self.rng) {
                    self.plan(at, Coming::Question(link, target));
                }
            }
            Effect::Send { link, message } => {
                if let Some(at) = self.network.carry(link, Side::Server, self.now, &mut self.rng) {
                    self.plan(at, Coming::ToServer(link, message));
                }
            }
            Effect::Post { link, message } => self.post(link, message),
            Effect::Close { link, code, reason } => {
                if let Some(at) = self.network.carry(link, Side::Server, self.now, &mut self.rng) {
                    self.plan(at, Coming::CloseToServer(link, code, reason));
                }
            }
            Effect::Drop(link) => {
                let dropped = self.network.pipes.remove(&link);
                assert!(dropped.is_some(), "{link:?} is let go of, and was not there");
            }
            Effect::Probe(part, target) => self.probe(part, target),
            Effect::Report(report) => self.view.show(report),
            Effect::Changed(_) | Effect::TellTabs => {}
        }
    }

    fn probe(&mut self, part: Part, target: Target) {
        let asked = self.now;
        let (wait, finding) = if self.network.black_hole {
            (Duration::from_secs(5), Finding::Unreachable)
        } else if self.server.running.is_none() {
            (self.network.delay(&mut self.rng), Finding::Unreachable)
        } else {
            let wait = self.network.delay(&mut self.rng);
            let info = self.server.info(self.now + wait);
            let refused = self.refuses(target);
            (
                wait * 2,
                if refused { Finding::Problem(cursor_problem()) } else { Finding::Info(info) },
            )
        };
        self.plan(self.now + wait, Coming::Answer(Probed { part, asked, finding }));
    }
}

/// Returns where a clock stands at first that is so many milliseconds ahead of the page's.
fn ahead(millis: i64) -> UnixMillis {
    UnixMillis::new(1_800_000_000_000_u64.saturating_add_signed(millis))
}

/// The parts of a session.
const PARTS: usize = 2 + Transport::ALL.len();
