//! The chat: an outbox over a link, so that each message is echoed once, in order.

mod by_post;

use std::time::Duration;

use super::link::Overdue;
use super::link_id::LinkIds;
use super::{
    Cause, ChatReport, Effect, Ended, Garbled, Link, LinkEvent, LinkId, LinkState, Moment, Outbox,
    Part, Posting, PostingEnd, Report, ServerClock, Target, Way,
};
use crate::close::CloseCode;
use crate::echo::{Fault, FromBrowser, FromServer, SendKey};
use crate::text;
use crate::time::UnixMillis;

/// The chat's half of the session.
#[derive(Debug, Default)]
pub struct Chat {
    link: Link,
    outbox: Outbox,
    posting: Posting,
    heard: Duration,
    pinged: Option<Duration>,
    settling: u8,
}

impl Chat {
    /// How long the server may be silent before it is asked for a sign of life.
    pub const PING_AFTER: Duration = Duration::from_secs(15);

    /// The same while a message waits for its echo.
    pub const PING_AFTER_IN_FLIGHT: Duration = Duration::from_secs(4);

    /// How many times a link that has just opened is asked in quick succession: a page that is
    /// busy starting reads the first answers late, and the server's time is learnt from them.
    pub const SETTLING_PINGS: u8 = 5;

    /// How long after an answer each of these comes.
    pub const SETTLING_PING_AFTER: Duration = Duration::from_secs(1);

    /// How long that sign may take.
    pub const PONG_WITHIN: Duration = Duration::from_secs(5);

    /// Returns the connection.
    pub const fn link(&self) -> &Link {
        &self.link
    }

    /// Returns what waits for its echo.
    pub const fn outbox(&self) -> &Outbox {
        &self.outbox
    }

    /// Returns whether messages go by plain requests.
    pub const fn posting(&self) -> &Posting {
        &self.posting
    }

    pub(super) fn connect(&mut self, links: &mut LinkIds, now: &Moment, effects: &mut Vec<Effect>) {
        match self.link.state() {
            LinkState::Connecting { .. } | LinkState::Open { .. } => {}
            LinkState::Closing { link, .. } => {
                effects.push(Effect::Drop(*link));
                self.open(links, now, effects);
            }
            LinkState::Idle { .. } | LinkState::Waiting { .. } | LinkState::Resting => {
                self.open(links, now, effects)
            }
        }
        self.post_at_once(links, now, effects);
    }

    pub(super) fn disconnect(
        &mut self,
        code: CloseCode,
        reason: String,
        now: &Moment,
        effects: &mut Vec<Effect>,
    ) {
        self.stop_posting(PostingEnd::Stopped, effects);
        self.posting.trust();
        match *self.link.state() {
            LinkState::Open { link, .. } => {
                self.link.closing(link, now);
                effects.push(Effect::Close { link, code, reason });
            }
            LinkState::Connecting { link, .. } => {
                effects.push(Effect::Drop(link));
                self.end(Cause::LetGo, now, effects);
            }
            LinkState::Waiting { .. } | LinkState::Resting => self.link.give_up(),
            LinkState::Idle { .. } | LinkState::Closing { .. } => return,
        }
        effects.push(Effect::Changed(Part::Chat));
    }

    pub(super) fn readdress(
        &mut self,
        links: &mut LinkIds,
        now: &Moment,
        effects: &mut Vec<Effect>,
    ) {
        self.stop_posting(PostingEnd::Stopped, effects);
        self.posting.trust();
        if let Some(link) = self.link.current() {
            effects.push(Effect::Drop(link));
        }
        if self.link.readdress() {
            self.open(links, now, effects);
        } else {
            effects.push(Effect::Changed(Part::Chat));
        }
    }

    pub(super) fn retry_now(
        &mut self,
        links: &mut LinkIds,
        now: &Moment,
        effects: &mut Vec<Effect>,
    ) {
        if self.link.waits() || matches!(self.link.state(), LinkState::Resting) {
            self.open(links, now, effects);
        }
        self.post_at_once(links, now, effects);
    }

    /// Lets the socket go until the page is shown again.
    pub(super) fn leave(&mut self, effects: &mut Vec<Effect>) {
        if self.link.wanted() {
            self.stop_posting(PostingEnd::Stopped, effects);
            effects.extend(self.link.current().map(Effect::Drop));
            self.link.rest();
            effects.push(Effect::Changed(Part::Chat));
        }
    }

    /// Asks the server for a sign of life where none is awaited.
    pub(super) fn ask_for_sign(&mut self, now: &Moment, effects: &mut Vec<Effect>) {
        if let Some(link) = self.link.open().filter(|_| self.pinged.is_none()) {
            self.ping(link, now, effects);
        }
    }

    pub(super) fn say(
        &mut self,
        text: String,
        links: &mut LinkIds,
        now: &Moment,
        effects: &mut Vec<Effect>,
    ) {
        match self.outbox.push(text.clone()) {
            Ok(key) => {
                report(effects, ChatReport::Queued { key, text });
                self.flush(now, effects);
                self.post_next(links, now, effects);
            }
            Err(why) => report(effects, ChatReport::NotSaid { text, why }),
        }
        effects.push(Effect::Changed(Part::Chat));
    }

    pub(super) fn link_event(
        &mut self,
        event: LinkEvent,
        server_clock: &mut ServerClock,
        now: &Moment,
        effects: &mut Vec<Effect>,
    ) {
        match event {
            LinkEvent::Echo(message) => self.heard(message, server_clock, now, effects),
            LinkEvent::Garbled(what) => report(effects, ChatReport::Garbled(what)),
            LinkEvent::Clock(_)
            | LinkEvent::Begun
            | LinkEvent::Answered
            | LinkEvent::Refused(_) => {
                let what = Garbled::Stray(text!("a tick on the chat socket"));
                report(effects, ChatReport::Garbled(what));
            }
            LinkEvent::Closed(closed) => {
                let ended = self.link.closed(closed, now);
                self.ended(ended, now, effects);
            }
            LinkEvent::Impossible(why) => self.end(Cause::Impossible(why), now, effects),
        }
    }

    pub(super) fn woke(&mut self, links: &mut LinkIds, now: &Moment, effects: &mut Vec<Effect>) {
        match self.link.overdue(now) {
            Some(Overdue::Retry) => self.open(links, now, effects),
            Some(Overdue::Hello(link)) => {
                effects.push(Effect::Drop(link));
                self.end(Cause::NoHello, now, effects);
            }
            Some(Overdue::Close(link)) => {
                effects.push(Effect::Drop(link));
                self.end(Cause::CloseUnanswered, now, effects);
            }
            None => self.check_heartbeat(now, effects),
        }
        self.check_posting(links, now, effects);
    }

    pub(super) fn next_deadline(&self) -> Option<Duration> {
        let link = match self.link.open() {
            Some(link) => Some(self.heartbeat_deadline(link)),
            None => self.link.next_deadline(),
        };
        [link, self.posting.next_deadline()].into_iter().flatten().min()
    }

    fn open(&mut self, links: &mut LinkIds, now: &Moment, effects: &mut Vec<Effect>) {
        let link = self.link.attempt(links, now);
        self.posting.socket_begun(now);
        self.pinged = None;
        effects.extend([
            Effect::Open { part: Part::Chat, link, target: Target::Echo },
            Effect::Changed(Part::Chat),
        ]);
    }

    fn heard(
        &mut self,
        message: FromServer,
        server_clock: &mut ServerClock,
        now: &Moment,
        effects: &mut Vec<Effect>,
    ) {
        self.heard = now.mono;
        self.return_to_socket(now, effects);
        let pinged = self.pinged.take();
        match message {
            FromServer::Hello { instance, .. } => self.greeted(instance, now, effects),
            FromServer::Pong { now: server } => {
                if let Some(asked) = pinged {
                    server_clock.sample(asked, server, now.mono);
                }
            }
            FromServer::Echo { key, text, received } => {
                // A ping that is still out is answered by its own pong.
                self.pinged = pinged;
                self.echoed(key, text, received, Way::Socket, now, effects);
            }
            FromServer::Error(fault) => {
                self.pinged = pinged;
                self.refused(fault, effects);
            }
        }
    }

    fn greeted(&mut self, instance: String, now: &Moment, effects: &mut Vec<Effect>) {
        let LinkState::Connecting { link, .. } = *self.link.state() else { return };
        self.link.greeted(now);
        self.settling = Self::SETTLING_PINGS;
        report(effects, ChatReport::Opened { instance });
        self.ping(link, now, effects);
        self.flush(now, effects);
        effects.extend([Effect::Probe(Part::Chat, Target::Echo), Effect::Changed(Part::Chat)]);
    }

    /// Sends what was not sent on the open socket, unless messages go by plain requests.
    fn flush(&mut self, now: &Moment, effects: &mut Vec<Effect>) {
        let Some(link) = self.link.open().filter(|_| !self.posting.is_on()) else { return };
        for entry in self.outbox.send_on(link, now.mono) {
            let message = FromBrowser::Say { key: entry.key, text: entry.text.clone() };
            effects.push(Effect::Send { link, message });
            report(effects, ChatReport::Sent { key: entry.key });
        }
    }

    fn echoed(
        &mut self,
        key: SendKey,
        text: String,
        received: UnixMillis,
        way: Way,
        now: &Moment,
        effects: &mut Vec<Effect>,
    ) {
        // An unknown key is a repeated echo, and shown once already.
        let Some(sent) = self.outbox.remove(key) else { return };
        let round_trip = now.mono.saturating_sub(sent.unwrap_or(now.mono));
        report(effects, ChatReport::Echoed { key, text, received, round_trip, way });
        effects.push(Effect::Changed(Part::Chat));
    }

    fn refused(&mut self, fault: Fault, effects: &mut Vec<Effect>) {
        match fault.key.filter(|key| self.outbox.remove(*key).is_some()) {
            Some(key) => report(effects, ChatReport::Refused { key, fault }),
            None => report(effects, ChatReport::Complained(fault)),
        }
        effects.push(Effect::Changed(Part::Chat));
    }

    fn check_heartbeat(&mut self, now: &Moment, effects: &mut Vec<Effect>) {
        let Some(link) = self.link.open() else { return };
        if self.heartbeat_deadline(link) > now.mono {
            return;
        }
        if self.pinged.is_some() {
            effects.push(Effect::Drop(link));
            self.end(Cause::Silent, now, effects);
        } else {
            self.ping(link, now, effects);
        }
    }

    fn ping(&mut self, link: LinkId, now: &Moment, effects: &mut Vec<Effect>) {
        self.pinged = Some(now.mono);
        self.settling = self.settling.saturating_sub(1);
        effects.push(Effect::Send { link, message: FromBrowser::Ping });
    }

    fn heartbeat_deadline(&self, link: LinkId) -> Duration {
        match self.pinged {
            // Whatever is heard counts as a sign of life, but only a pong answers the ping.
            Some(pinged) => pinged.max(self.heard) + Self::PONG_WITHIN,
            None if self.settling > 0 => self.heard + Self::SETTLING_PING_AFTER,
            None if self.outbox.in_flight_on(link) => self.heard + Self::PING_AFTER_IN_FLIGHT,
            None => match self.trial_ends_at() {
                Some(trial_ends) if self.heard < trial_ends => trial_ends,
                Some(_) | None => self.heard + Self::PING_AFTER,
            },
        }
    }

    fn end(&mut self, cause: Cause, now: &Moment, effects: &mut Vec<Effect>) {
        let ended = self.link.ended(cause, now);
        self.ended(ended, now, effects);
    }

    fn ended(&mut self, ended: Ended, now: &Moment, effects: &mut Vec<Effect>) {
        self.posting.socket_ended(&ended, now);
        if ended.cause.may_retry() {
            if !ended.has_lasted() {
                effects.push(Effect::Probe(Part::Chat, Target::Echo));
            }
        } else {
            self.stop_posting(PostingEnd::Stopped, effects);
        }
        report(effects, ChatReport::Ended(ended));
        effects.push(Effect::Changed(Part::Chat));
    }
}

fn report(effects: &mut Vec<Effect>, report: ChatReport) {
    effects.push(Effect::Report(Report::Chat(report)));
}
