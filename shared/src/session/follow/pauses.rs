//! When a link that works is let go: where nobody looks, or where it has grown old.

use std::time::Duration;

use super::Follow;
use crate::session::link_id::LinkIds;
use crate::session::{Cause, Effect, LinkState, Moment};
use crate::transport::Transport;

impl Follow {
    pub(super) fn recycle_deadline(&self) -> Option<Duration> {
        match self.link.state() {
            LinkState::Open { since, .. } if self.transport == Transport::Frame => {
                Some(since.mono + Self::RECYCLE_AFTER)
            }
            LinkState::Open { .. }
            | LinkState::Idle { .. }
            | LinkState::Connecting { .. }
            | LinkState::Closing { .. }
            | LinkState::Waiting { .. }
            | LinkState::Resting => None,
        }
    }

    /// Goes on over a new link, from the cursor.
    pub(super) fn recycle(&mut self, links: &mut LinkIds, now: &Moment, effects: &mut Vec<Effect>) {
        effects.extend(self.link.current().map(Effect::Drop));
        self.link.ended(Cause::LetGo, now);
        self.open(links, now, effects);
    }

    pub(super) fn rest_deadline(&self) -> Option<Duration> {
        let awake = self.link.wanted() && !matches!(self.link.state(), LinkState::Resting);
        self.hidden_since.filter(|_| awake).map(|since| since + Self::REST_AFTER)
    }

    pub(super) fn rest(&mut self, effects: &mut Vec<Effect>) {
        if let Some(link) = self.link.current() {
            effects.push(Effect::Drop(link));
        }
        self.link.rest();
        effects.push(Effect::Changed(self.part));
    }
}
