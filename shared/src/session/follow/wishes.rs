//! What is wanted of a feed that is followed: by the user, and by whoever looks at the page.

use std::time::Duration;

use super::Follow;
use crate::feed::Period;
use crate::session::link_id::LinkIds;
use crate::session::tally::Tally;
use crate::session::turn::Turn;
use crate::session::{Cause, Effect, LinkState, Moment};
use crate::transport::Transport;

impl Follow {
    pub(in crate::session) fn connect(
        &mut self,
        links: &mut LinkIds,
        now: &Moment,
        effects: &mut Vec<Effect>,
    ) {
        if self.link.current().is_none() {
            self.open(links, now, effects);
        }
    }

    pub(in crate::session) fn disconnect(&mut self, now: &Moment, effects: &mut Vec<Effect>) {
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
                effects.push(Effect::Changed(self.part));
            }
        }
    }

    /// Asks this often, as far as the bounds allow.
    pub(in crate::session) fn ask_every(&mut self, pause: Duration, now: &Moment) {
        self.ask_every = pause.clamp(Self::ASK_EVERY_MIN, Self::ASK_EVERY_MAX);
        if let Turn::Pause { until } = &mut self.turn {
            *until = (*until).min(now.mono + self.ask_every);
        }
    }

    pub(in crate::session) fn set_period(
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
    pub(in crate::session) fn readdress(
        &mut self,
        links: &mut LinkIds,
        now: &Moment,
        effects: &mut Vec<Effect>,
    ) {
        self.tally = Tally::default();
        if let Some(link) = self.link.current() {
            effects.push(Effect::Drop(link));
        }
        if self.link.readdress() {
            self.open(links, now, effects);
        } else {
            effects.push(Effect::Changed(self.part));
        }
    }

    pub(in crate::session) fn retry_now(
        &mut self,
        links: &mut LinkIds,
        now: &Moment,
        effects: &mut Vec<Effect>,
    ) {
        if self.link.waits() {
            self.open(links, now, effects);
        }
    }

    /// Lets the link go until somebody looks.
    pub(in crate::session) fn leave(&mut self, effects: &mut Vec<Effect>) {
        if self.link.wanted() && !matches!(self.link.state(), LinkState::Resting) {
            self.rest(effects);
        }
    }

    /// Lets a connection go that another tab needs and nobody sees the use of.
    pub(in crate::session) fn make_room(&mut self, effects: &mut Vec<Effect>) {
        if self.hidden_since.is_some() && self.transport != Transport::Socket {
            self.leave(effects);
        }
    }

    pub(in crate::session) fn set_visible(
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
        self.take_up(links, now, effects);
    }

    /// Connects again where somebody looks.
    pub(in crate::session) fn take_up(
        &mut self,
        links: &mut LinkIds,
        now: &Moment,
        effects: &mut Vec<Effect>,
    ) {
        let rests = matches!(self.link.state(), LinkState::Resting);
        if self.hidden_since.is_none() && (self.link.waits() || rests) {
            self.open(links, now, effects);
        }
    }
}
