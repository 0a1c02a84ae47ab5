//! The chat by plain requests: one message at a time, while no socket gets through.

use std::time::Duration;

use super::super::link_id::LinkIds;
use super::super::posting::{Due, Judgement};
use super::super::{
    ChatReport, Effect, Garbled, LinkEvent, LinkId, Moment, Part, PostingEnd, Probed, Target, Way,
};
use super::{Chat, report};
use crate::echo::{Fault, FromBrowser, FromServer};
use crate::problem::Problem;
use crate::text;

impl Chat {
    /// Whether a message is under way by this request.
    pub(in crate::session) fn posts_on(&self, link: LinkId) -> bool {
        self.posting.under_way().is_some_and(|(on, _)| on == link)
    }

    /// Learns from a plain request what the socket's trouble is, and which way to go.
    pub(in crate::session) fn probed(
        &mut self,
        probed: &Probed,
        links: &mut LinkIds,
        now: &Moment,
        effects: &mut Vec<Effect>,
    ) {
        if self.link.explain(&probed.finding) {
            effects.push(Effect::Changed(Part::Chat));
        }
        match self.posting.judge(probed, now) {
            // What is under way on an open socket is better left there.
            Judgement::GoOver if self.link.is_sought() => {
                self.posting.start();
                report(effects, ChatReport::PostingBegun);
                effects.push(Effect::Changed(Part::Chat));
                self.post_next(links, now, effects);
            }
            Judgement::GiveUp => {
                self.stop_posting(PostingEnd::NoAnswer, effects);
                self.flush(now, effects);
            }
            Judgement::GoOver | Judgement::Same => {}
        }
    }

    /// Takes the answer to a message, or learns that there is none.
    pub(in crate::session) fn posted(
        &mut self,
        event: LinkEvent,
        links: &mut LinkIds,
        now: &Moment,
        effects: &mut Vec<Effect>,
    ) {
        let Some((link, asked)) = self.posting.under_way() else { return };
        if !matches!(event, LinkEvent::Closed(_) | LinkEvent::Impossible(_)) {
            effects.push(Effect::Drop(link));
        }
        let mut refusal = None;
        match event {
            LinkEvent::Echo(FromServer::Echo { key, text, received }) => {
                self.echoed(key, text, received, Way::Post, now, effects);
            }
            LinkEvent::Echo(FromServer::Error(fault)) => {
                self.refused(Fault { key: Some(asked), ..fault }, effects);
            }
            LinkEvent::Echo(FromServer::Hello { .. } | FromServer::Pong { .. })
            | LinkEvent::Clock(_)
            | LinkEvent::Begun
            | LinkEvent::Answered => {
                let what = text!("something else than an echo in answer to a message");
                report(effects, ChatReport::Garbled(Garbled::Stray(what)));
            }
            LinkEvent::Refused(problem) => refusal = Some(problem),
            LinkEvent::Garbled(what) => report(effects, ChatReport::Garbled(what)),
            LinkEvent::Closed(_) | LinkEvent::Impossible(_) => {}
        }
        if self.outbox.holds(asked) {
            self.post_failed(refusal, now, effects);
        } else {
            self.posting.answered();
            self.post_next(links, now, effects);
        }
    }

    /// Returns when the socket that is open has lasted, while messages do not go over it.
    pub(super) fn trial_ends_at(&self) -> Option<Duration> {
        self.link.lasts_at().filter(|_| self.posting.is_on())
    }

    /// Goes back to a socket that has lasted and on which the server is heard.
    pub(super) fn return_to_socket(&mut self, now: &Moment, effects: &mut Vec<Effect>) {
        if self.trial_ends_at().is_some_and(|trial_ends| trial_ends <= now.mono) {
            self.posting.trust();
            self.stop_posting(PostingEnd::SocketLasts, effects);
            self.flush(now, effects);
        }
    }

    /// Does what is due about a message that is posted.
    pub(super) fn check_posting(
        &mut self,
        links: &mut LinkIds,
        now: &Moment,
        effects: &mut Vec<Effect>,
    ) {
        match self.posting.overdue(now) {
            Some(Due::Answer(link)) => {
                effects.push(Effect::Drop(link));
                self.post_failed(None, now, effects);
            }
            Some(Due::Next) => self.post_at_once(links, now, effects),
            None => {}
        }
    }

    /// Sends what waits for another try by a plain request.
    pub(super) fn post_at_once(
        &mut self,
        links: &mut LinkIds,
        now: &Moment,
        effects: &mut Vec<Effect>,
    ) {
        self.posting.hurry();
        self.post_next(links, now, effects);
    }

    /// Sends the oldest message by a plain request, if that is its turn.
    pub(super) fn post_next(
        &mut self,
        links: &mut LinkIds,
        now: &Moment,
        effects: &mut Vec<Effect>,
    ) {
        if !self.posting.is_free() || self.outbox.is_empty() {
            return;
        }
        let link = links.next();
        if let Some(entry) = self.outbox.send_oldest(link, now.mono) {
            let key = entry.key;
            let message = FromBrowser::Say { key, text: entry.text.clone() };
            effects.push(Effect::Post { link, message });
            report(effects, ChatReport::Sent { key });
            self.posting.sent(link, key, now);
        }
    }

    /// Sends by plain requests no more, if it did.
    pub(super) fn stop_posting(&mut self, why: PostingEnd, effects: &mut Vec<Effect>) {
        if self.posting.is_on() {
            effects.extend(self.posting.stop().map(Effect::Drop));
            report(effects, ChatReport::PostingEnded(why));
            effects.push(Effect::Changed(Part::Chat));
        }
    }

    fn post_failed(&mut self, refusal: Option<Problem>, now: &Moment, effects: &mut Vec<Effect>) {
        // A server that says why need not be asked, the less where it is asked too often.
        if refusal.is_none() {
            effects.push(Effect::Probe(Part::Chat, Target::Echo));
        }
        self.posting.failed(refusal, now);
        effects.push(Effect::Changed(Part::Chat));
    }
}
