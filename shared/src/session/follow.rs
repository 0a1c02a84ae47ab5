//! A feed that is followed: a cursor over a link, so that nothing is missed in silence.

use std::time::Duration;

use super::link::Overdue;
use super::link_id::LinkIds;
use super::queue::{Look, Signs, Unanswered};
use super::tally::Tally;
use super::turn::Turn;
use super::{
    Cause, ClockReport, Counts, Effect, Ended, Finding, FromClock, Garbled, Link, LinkEvent,
    LinkState, Moment, Part, Report, ServerClock, Target,
};
use crate::feed::{ConnectTime, Item, Period, Seq, Tick};
use crate::problem::Problem;
use crate::text;
use crate::transport::Transport;

mod pauses;
mod wishes;

/// A clock that is followed over one transport.
#[derive(Debug)]
pub struct Follow {
    part: Part,
    transport: Transport,
    link: Link,
    period: Period,
    tally: Tally,
    heard: Duration,
    hidden_since: Option<Duration>,
    ask_every: Duration,
    turn: Turn,
    unanswered: Option<Unanswered>,
    requests: u64,
}

impl Follow {
    /// The time from question to question where each is answered at once, unless told otherwise.
    pub const ASK_EVERY: Duration = Duration::from_secs(1);

    /// The shortest time from question to question where each is answered at once.
    pub const ASK_EVERY_MIN: Duration = Duration::from_millis(100);

    /// The longest one.
    pub const ASK_EVERY_MAX: Duration = Duration::from_secs(60);

    /// How long an answer may take that has nothing to wait for.
    pub const ANSWER_WITHIN: Duration = Turn::ANSWER_WITHIN;

    /// How long after a question the next one comes where the answer was empty and should have
    /// waited: something in between does not let questions wait.
    pub const HASTE_PAUSE: Duration = Turn::HASTE_PAUSE;

    /// How long a hidden page keeps its stream.
    pub const REST_AFTER: Duration = Duration::from_secs(60);

    /// How long a forever frame lives: its document keeps something of every script that has run.
    pub const RECYCLE_AFTER: Duration = Duration::from_secs(5 * 60);

    /// How much longer than it should be a silence may last.
    pub const SILENCE_GRACE: Duration = Turn::SILENCE_GRACE;

    pub(super) fn new(part: Part, transport: Transport) -> Self {
        Self {
            part,
            transport,
            link: Link::default(),
            period: Period::default(),
            tally: Tally::default(),
            heard: Duration::ZERO,
            hidden_since: None,
            ask_every: Self::ASK_EVERY,
            turn: Turn::Servers,
            unanswered: None,
            requests: 0,
        }
    }

    /// Returns which part of the session this is.
    pub const fn part(&self) -> Part {
        self.part
    }

    /// Returns how the clock is followed.
    pub const fn transport(&self) -> Transport {
        self.transport
    }

    /// Returns how often it asks, where each answer has to be asked for and comes at once.
    pub const fn asks_every(&self) -> Duration {
        self.ask_every
    }

    /// Returns the connection.
    pub const fn link(&self) -> &Link {
        &self.link
    }

    /// Returns which clock is followed.
    pub const fn period(&self) -> Period {
        self.period
    }

    /// Returns the last place seen.
    pub const fn cursor(&self) -> Option<Seq> {
        self.tally.cursor()
    }

    /// Returns how many requests this clock has taken so far.
    pub const fn requests(&self) -> u64 {
        self.requests
    }

    /// Returns what became of the ticks since this clock has been followed.
    pub const fn counts(&self) -> &Counts {
        self.tally.counts()
    }

    pub(super) fn link_event(
        &mut self,
        event: LinkEvent,
        server_clock: &mut ServerClock,
        now: &Moment,
        effects: &mut Vec<Effect>,
    ) {
        match event {
            LinkEvent::Clock(message) => self.heard(message, server_clock, now, effects),
            LinkEvent::Begun => self.is_answered(effects),
            LinkEvent::Answered => self.answered(now, effects),
            LinkEvent::Garbled(what) => self.report(ClockReport::Garbled(what), effects),
            LinkEvent::Echo(_) => {
                let what = Garbled::Stray(text!("an echo among the ticks"));
                self.report(ClockReport::Garbled(what), effects);
            }
            LinkEvent::Refused(problem) => self.turned_away(problem, now, effects),
            LinkEvent::Closed(closed) => {
                let ended = self.link.closed(closed, now);
                self.ended(ended, effects);
            }
            LinkEvent::Impossible(why) => self.end(Cause::Impossible(why), now, effects),
        }
    }

    /// Learns why the stream does not open. A cursor that the server refuses is given up: its
    /// clock was set back, or it is another server.
    pub(super) fn probed(&mut self, finding: &Finding, effects: &mut Vec<Effect>) {
        if !self.link.explain(finding) {
            return;
        }
        if let Finding::Problem(problem) = finding
            && problem.parameter.as_deref() == Some("after")
            && let Some(report) = self.tally.refused()
        {
            self.report(report, effects);
        }
        effects.push(Effect::Changed(self.part));
    }

    pub(super) fn woke(&mut self, links: &mut LinkIds, now: &Moment, effects: &mut Vec<Effect>) {
        if self.rest_deadline().is_some_and(|rest| rest <= now.mono) {
            self.rest(effects);
            return;
        }
        match self.link.overdue(now) {
            Some(Overdue::Retry) => self.open(links, now, effects),
            Some(Overdue::Hello(link) | Overdue::Close(link)) => {
                effects.push(Effect::Drop(link));
                self.end(Cause::NoHello, now, effects);
            }
            None => {
                self.check_turn(now, effects);
                if self.recycle_deadline().is_some_and(|recycle| recycle <= now.mono) {
                    self.recycle(links, now, effects);
                }
            }
        }
    }

    pub(super) fn next_deadline(&self) -> Option<Duration> {
        let link = match self.link.open() {
            Some(_) => Some(self.turn.deadline(self.heard, self.period)),
            None => self.link.next_deadline(),
        };
        let look = self.link.current().and_then(|_| self.unanswered.as_ref()?.look_at());
        [link, look, self.rest_deadline(), self.recycle_deadline()].into_iter().flatten().min()
    }

    fn open(&mut self, links: &mut LinkIds, now: &Moment, effects: &mut Vec<Effect>) {
        let link = self.link.attempt(links, now);
        self.turn = Turn::first(self.transport, now);
        self.begins_to_wait(now);
        let target = self.target();
        effects
            .extend([Effect::Open { part: self.part, link, target }, Effect::Changed(self.part)]);
    }

    fn target(&self) -> Target {
        let wait = match self.turn {
            Turn::Asked { wait, .. } if self.transport == Transport::LongPoll => Some(wait),
            Turn::Asked { .. } | Turn::Pause { .. } | Turn::Servers => None,
        };
        Target::Clock {
            transport: self.transport,
            every: self.period,
            after: self.tally.cursor(),
            wait,
        }
    }

    /// Takes the end of an answer, and asks anew when it is time.
    fn answered(&mut self, now: &Moment, effects: &mut Vec<Effect>) {
        self.is_answered(effects);
        self.greeted(None, now, effects);
        match self.turn.answered(self.transport, self.ask_every, now) {
            Some(turn) => {
                self.turn = turn;
                self.check_turn(now, effects);
            }
            None => {
                let what = Garbled::Stray(text!("an end without a question"));
                self.report(ClockReport::Garbled(what), effects);
            }
        }
    }

    /// Does what is due on an open link.
    fn check_turn(&mut self, now: &Moment, effects: &mut Vec<Effect>) {
        let Some(link) = self.link.open() else { return };
        if self.turn.deadline(self.heard, self.period) > now.mono {
            return;
        }
        match self.turn {
            Turn::Servers | Turn::Asked { .. } => {
                effects.push(Effect::Drop(link));
                self.end(Cause::Silent, now, effects);
            }
            Turn::Pause { .. } => {
                self.turn = Turn::asked(self.transport, now);
                self.begins_to_wait(now);
                effects.push(Effect::Ask { link, target: self.target() });
            }
        }
    }

    /// Notes that a request goes out, and when it may be answered.
    fn begins_to_wait(&mut self, now: &Moment) {
        self.requests += 1;
        let wait = match self.turn {
            Turn::Asked { wait, .. } => wait,
            Turn::Servers | Turn::Pause { .. } => Duration::ZERO,
        };
        // A socket is not among the connections that a browser counts.
        let waits = self.transport != Transport::Socket;
        self.unanswered = waits.then(|| Unanswered::new(now.mono + wait));
    }

    fn is_answered(&mut self, effects: &mut Vec<Effect>) {
        self.unanswered = None;
        if self.link.queues_no_more() {
            effects.push(Effect::Changed(self.part));
        }
    }

    /// Looks into a request that is not answered; returns whether a socket is to give a sign.
    pub(super) fn look(
        &mut self,
        signs: &mut Signs,
        now: &Moment,
        effects: &mut Vec<Effect>,
    ) -> bool {
        let Some(unanswered) = self.link.current().and(self.unanswered.as_mut()) else {
            return false;
        };
        match unanswered.look(signs, now) {
            Look::AskPlainly => effects.push(Effect::Probe(self.part, Target::Echo)),
            Look::Queued => {
                self.link.queues(now);
                self.turn.waits_on(now);
                effects.extend([Effect::TellTabs, Effect::Changed(self.part)]);
            }
            Look::OnItsWay if self.link.queues_no_more() => {
                effects.push(Effect::Changed(self.part));
            }
            Look::AskSocket => return true,
            Look::OnItsWay | Look::Nothing => {}
        }
        false
    }

    fn heard(
        &mut self,
        message: FromClock,
        server_clock: &mut ServerClock,
        now: &Moment,
        effects: &mut Vec<Effect>,
    ) {
        self.heard = now.mono;
        self.is_answered(effects);
        match message {
            FromClock::Ping => self.greeted(None, now, effects),
            FromClock::Hello(hello) => self.greeted(Some(hello), now, effects),
            FromClock::Item(item) => {
                self.greeted(None, now, effects);
                match item {
                    Item::Value(tick) => self.ticked(tick, server_clock, now, effects),
                    Item::Gap { gap } => self.skipped_to(gap.oldest, server_clock, now, effects),
                }
            }
        }
    }

    /// Takes a link's first message, whatever it is, as the proof that it is open.
    fn greeted(&mut self, hello: Option<ConnectTime>, now: &Moment, effects: &mut Vec<Effect>) {
        if matches!(self.link.state(), LinkState::Connecting { .. }) {
            self.link.greeted(now);
            self.report(ClockReport::Opened(hello), effects);
            effects.push(Effect::Changed(self.part));
        }
    }

    fn ticked(
        &mut self,
        tick: Tick,
        server_clock: &ServerClock,
        now: &Moment,
        effects: &mut Vec<Effect>,
    ) {
        let live = tick.sent.is_some() || self.turn.has_caught_up();
        let delay = server_clock.micros_since(tick.due, now.mono).filter(|_| live);
        let reports = self.tally.tick(tick, self.period, delay);
        if !reports.is_empty() {
            self.turn.brings();
        }
        for report in reports {
            self.report(report, effects);
        }
        effects.push(Effect::Changed(self.part));
    }

    fn skipped_to(
        &mut self,
        oldest: Seq,
        server_clock: &mut ServerClock,
        now: &Moment,
        effects: &mut Vec<Effect>,
    ) {
        self.turn.brings();
        let report = self.tally.gap(oldest);
        let anew = matches!(report, ClockReport::StartedAnew { .. });
        // Where the clock starts anew it is at the server's time.
        if anew && server_clock.contradicts(self.period.tick(oldest).due, now.mono) {
            *server_clock = ServerClock::default();
            effects.push(Effect::Probe(Part::Chat, Target::Echo));
        }
        self.report(report, effects);
        effects.push(Effect::Changed(self.part));
    }

    fn end(&mut self, cause: Cause, now: &Moment, effects: &mut Vec<Effect>) {
        let ended = self.link.ended(cause, now);
        self.ended(ended, effects);
    }

    /// Takes the word that the link is refused for a while. It says all that a plain request could
    /// find out, and another link is tried after the usual wait: the session's own, since it knows
    /// of failures before this one.
    fn turned_away(&mut self, problem: Problem, now: &Moment, effects: &mut Vec<Effect>) {
        effects.extend(self.link.current().map(Effect::Drop));
        let why = Finding::Problem(problem.clone());
        self.end(Cause::Refused(problem), now, effects);
        self.probed(&why, effects);
    }

    fn ended(&mut self, ended: Ended, effects: &mut Vec<Effect>) {
        let is_explained = matches!(ended.cause, Cause::Refused(_));
        if ended.open_for.is_none() && ended.cause.may_retry() && !is_explained {
            effects.push(Effect::Probe(self.part, self.target()));
        }
        self.report(ClockReport::Ended(ended), effects);
        effects.push(Effect::Changed(self.part));
    }

    fn report(&self, report: ClockReport, effects: &mut Vec<Effect>) {
        effects.push(Effect::Report(Report::Clock(self.part, report)));
    }
}
