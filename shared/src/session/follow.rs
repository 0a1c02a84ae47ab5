//! A feed that is followed: a cursor over a link, so that nothing is missed in silence.

use std::time::Duration;

use super::link::{LinkIds, Overdue};
use super::{
    Cause, ClockReport, Effect, Ended, Finding, FromClock, Link, LinkEvent, LinkState, Moment,
    Part, Report, ServerClock, Target,
};
use crate::feed::{Item, Period, Seq, Tick};
use crate::limits::PING_EVERY;

/// The clock's half of the session.
#[derive(Debug, Default)]
pub struct Follow {
    link: Link,
    period: Period,
    cursor: Option<Seq>,
    counts: Counts,
    heard: Duration,
    hidden_since: Option<Duration>,
}

/// What became of the items of a feed.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Counts {
    /// Arrived, and not seen before.
    pub received: u64,
    /// Left out without a word, although a later one arrived.
    pub missed: u64,
    /// Arrived again.
    pub repeated: u64,
    /// Arrived live, more than one period after they were due.
    pub late: u64,
    /// How often the server said that items are gone for good.
    pub gaps: u64,
}

impl Follow {
    /// How long a hidden page keeps its stream.
    pub const REST_AFTER: Duration = Duration::from_secs(60);

    /// How much longer than it should be a silence may last.
    pub const SILENCE_GRACE: Duration = Duration::from_secs(5);

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
        self.cursor
    }

    /// Returns what became of the ticks since this clock has been followed.
    pub const fn counts(&self) -> &Counts {
        &self.counts
    }

    pub(super) fn connect(&mut self, links: &mut LinkIds, now: &Moment, effects: &mut Vec<Effect>) {
        if self.link.current().is_none() {
            self.open(links, now, effects);
        }
    }

    pub(super) fn disconnect(&mut self, now: &Moment, effects: &mut Vec<Effect>) {
        if !self.link.wanted() {
            return;
        }
        match self.link.current() {
            Some(link) => {
                effects.push(Effect::Drop(link));
                self.end(Cause::LetGo, now, effects);
            }
            None => {
                self.link.give_up();
                effects.push(Effect::Changed(Part::Clock));
            }
        }
    }

    pub(super) fn set_period(
        &mut self,
        period: Period,
        links: &mut LinkIds,
        now: &Moment,
        effects: &mut Vec<Effect>,
    ) {
        if period != self.period {
            self.period = period;
            self.readdress(links, now, effects);
        }
    }

    /// Follows another feed: what is known of the one before means nothing there.
    pub(super) fn readdress(
        &mut self,
        links: &mut LinkIds,
        now: &Moment,
        effects: &mut Vec<Effect>,
    ) {
        self.cursor = None;
        self.counts = Counts::default();
        if let Some(link) = self.link.current() {
            effects.push(Effect::Drop(link));
        }
        if self.link.readdress() {
            self.open(links, now, effects);
        } else {
            effects.push(Effect::Changed(Part::Clock));
        }
    }

    pub(super) fn retry_now(
        &mut self,
        links: &mut LinkIds,
        now: &Moment,
        effects: &mut Vec<Effect>,
    ) {
        if self.link.waits() {
            self.open(links, now, effects);
        }
    }

    pub(super) fn set_visible(
        &mut self,
        visible: bool,
        links: &mut LinkIds,
        now: &Moment,
        effects: &mut Vec<Effect>,
    ) {
        if !visible {
            self.hidden_since.get_or_insert(now.mono);
            return;
        }
        self.hidden_since = None;
        if self.link.waits() || matches!(self.link.state(), LinkState::Resting) {
            self.open(links, now, effects);
        }
    }

    pub(super) fn link_event(
        &mut self,
        event: LinkEvent,
        server_clock: &ServerClock,
        now: &Moment,
        effects: &mut Vec<Effect>,
    ) {
        match event {
            LinkEvent::Clock(message) => self.heard(message, server_clock, now, effects),
            LinkEvent::Garbled(what) => report(effects, ClockReport::Garbled(what)),
            LinkEvent::Echo(_) => {
                report(effects, ClockReport::Garbled("an echo among the ticks".to_owned()))
            }
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
            && let Some(after) = self.cursor.take()
        {
            self.counts.gaps += 1;
            report(effects, ClockReport::CursorRefused { after });
        }
        effects.push(Effect::Changed(Part::Clock));
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
                if let Some(link) = self.link.open()
                    && self.silence_deadline() <= now.mono
                {
                    effects.push(Effect::Drop(link));
                    self.end(Cause::Silent, now, effects);
                }
            }
        }
    }

    pub(super) fn next_deadline(&self) -> Option<Duration> {
        let link = match self.link.open() {
            Some(_) => Some(self.silence_deadline()),
            None => self.link.next_deadline(),
        };
        [link, self.rest_deadline()].into_iter().flatten().min()
    }

    fn open(&mut self, links: &mut LinkIds, now: &Moment, effects: &mut Vec<Effect>) {
        let link = self.link.attempt(links, now);
        effects
            .extend([Effect::Open { link, target: self.target() }, Effect::Changed(Part::Clock)]);
    }

    const fn target(&self) -> Target {
        Target::Clock { every: self.period, after: self.cursor }
    }

    fn rest(&mut self, effects: &mut Vec<Effect>) {
        if let Some(link) = self.link.current() {
            effects.push(Effect::Drop(link));
        }
        self.link.rest();
        effects.push(Effect::Changed(Part::Clock));
    }

    fn heard(
        &mut self,
        message: FromClock,
        server_clock: &ServerClock,
        now: &Moment,
        effects: &mut Vec<Effect>,
    ) {
        self.heard = now.mono;
        match message {
            FromClock::Ping => {}
            FromClock::Hello(hello) => {
                if matches!(self.link.state(), LinkState::Connecting { .. }) {
                    self.link.greeted(now);
                    report(effects, ClockReport::Opened(hello));
                    effects.push(Effect::Changed(Part::Clock));
                }
            }
            FromClock::Item(Item::Value(tick)) => self.ticked(tick, server_clock, now, effects),
            FromClock::Item(Item::Gap { gap }) => self.skipped_to(gap.oldest, effects),
        }
    }

    fn ticked(
        &mut self,
        tick: Tick,
        server_clock: &ServerClock,
        now: &Moment,
        effects: &mut Vec<Effect>,
    ) {
        effects.push(Effect::Changed(Part::Clock));
        if let Some(cursor) = self.cursor {
            if tick.seq <= cursor {
                self.counts.repeated += 1;
                return;
            }
            let count = tick.seq.get() - cursor.get() - 1;
            if count > 0 {
                self.counts.missed += count;
                report(effects, ClockReport::Missed { count, before: tick.seq });
            }
        }
        self.cursor = Some(tick.seq);
        self.counts.received += 1;
        let delay = tick.sent.and_then(|_| server_clock.micros_since(tick.due, now.mono));
        if delay.is_some_and(|delay| delay > micros(self.period.duration())) {
            self.counts.late += 1;
        }
        report(effects, ClockReport::Ticked { tick, delay });
    }

    fn skipped_to(&mut self, oldest: Seq, effects: &mut Vec<Effect>) {
        let lost = self.cursor.map(|cursor| oldest.get().saturating_sub(cursor.get() + 1));
        self.counts.gaps += 1;
        // The item at `oldest` comes next, and the hole before it is accounted for.
        self.cursor = (oldest.get() > 0).then(|| oldest.minus(1));
        report(effects, ClockReport::Gap { oldest, lost });
        effects.push(Effect::Changed(Part::Clock));
    }

    fn silence_deadline(&self) -> Duration {
        self.heard + self.period.duration().min(PING_EVERY) + Self::SILENCE_GRACE
    }

    fn rest_deadline(&self) -> Option<Duration> {
        let awake = self.link.wanted() && !matches!(self.link.state(), LinkState::Resting);
        self.hidden_since.filter(|_| awake).map(|since| since + Self::REST_AFTER)
    }

    fn end(&mut self, cause: Cause, now: &Moment, effects: &mut Vec<Effect>) {
        let ended = self.link.ended(cause, now);
        self.ended(ended, effects);
    }

    fn ended(&mut self, ended: Ended, effects: &mut Vec<Effect>) {
        if ended.open_for.is_none() && ended.cause.may_retry() {
            effects.push(Effect::Probe(Part::Clock, self.target()));
        }
        report(effects, ClockReport::Ended(ended));
        effects.push(Effect::Changed(Part::Clock));
    }
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

fn report(effects: &mut Vec<Effect>, report: ClockReport) {
    effects.push(Effect::Report(Report::Clock(report)));
}
