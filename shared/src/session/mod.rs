//! The pure session: what the user wants, what is known, and what has to be done about it.
//!
//! Everything that happens comes in as an [`Event`], whatever has to be done goes out as
//! [`Effect`]s, and one timer is set for [`Session::next_deadline`]. The caller handles one event,
//! carries out all its effects, and only then hands in the next event.

mod moment;
pub use moment::Moment;

mod event;
pub use event::{
    CloseReport, Event, Finding, FromClock, Intent, LinkEvent, PageEvent, Part, Probed,
};

mod effect;
pub use effect::{ChatReport, ClockReport, Effect, Report, Target};

mod backoff;
pub use backoff::Backoff;

mod link;
use link::LinkIds;
pub use link::{Cause, Ended, Link, LinkId, LinkState, Side, Trouble};

mod outbox;
pub use outbox::{CannotSay, Outbox, check_text};

mod chat;
pub use chat::Chat;

mod follow;
pub use follow::{Counts, Follow};

mod server_clock;
pub use server_clock::ServerClock;

use std::time::Duration;

/// The chat and the clock of one page.
///
/// It only routes: each part decides for itself.
#[derive(Debug, Default)]
pub struct Session {
    chat: Chat,
    clock: Follow,
    server_clock: ServerClock,
    links: LinkIds,
    online: Option<bool>,
}

impl Session {
    /// Takes one event and returns what has to be done, in order.
    pub fn handle(&mut self, event: Event, now: &Moment) -> Vec<Effect> {
        let mut effects = Vec::new();
        match event {
            Event::User(intent) => self.obey(intent, now, &mut effects),
            Event::Page(event) => self.page_changed(event, now, &mut effects),
            Event::Woke => {
                self.chat.woke(&mut self.links, now, &mut effects);
                self.clock.woke(&mut self.links, now, &mut effects);
            }
            Event::Link(link, event) => {
                if self.chat.link().is(link) {
                    self.chat.link_event(event, &mut self.server_clock, now, &mut effects);
                } else if self.clock.link().is(link) {
                    self.clock.link_event(event, &self.server_clock, now, &mut effects);
                }
            }
            Event::Probed(probed) => self.probed(probed, now, &mut effects),
        }
        effects
    }

    /// Returns when [`Event::Woke`] is wanted next, on the time of [`Moment::mono`].
    pub fn next_deadline(&self) -> Option<Duration> {
        [self.chat.next_deadline(), self.clock.next_deadline()].into_iter().flatten().min()
    }

    /// Returns the chat.
    pub const fn chat(&self) -> &Chat {
        &self.chat
    }

    /// Returns the clock that is followed.
    pub const fn clock(&self) -> &Follow {
        &self.clock
    }

    /// Returns what is known of the server's time.
    pub const fn server_clock(&self) -> &ServerClock {
        &self.server_clock
    }

    /// Whether the browser believes that there is a network: a hint, never a reason to act on.
    pub const fn seems_offline(&self) -> bool {
        matches!(self.online, Some(false))
    }

    fn obey(&mut self, intent: Intent, now: &Moment, effects: &mut Vec<Effect>) {
        match intent {
            Intent::Connect(Part::Chat) => self.chat.connect(&mut self.links, now, effects),
            Intent::Connect(Part::Clock) => self.clock.connect(&mut self.links, now, effects),
            Intent::Disconnect { part: Part::Chat, code, reason } => {
                self.chat.disconnect(code, reason, now, effects);
            }
            Intent::Disconnect { part: Part::Clock, .. } => self.clock.disconnect(now, effects),
            Intent::Say(text) => self.chat.say(text, now, effects),
            Intent::Every(period) => self.clock.set_period(period, &mut self.links, now, effects),
            Intent::Readdress => {
                self.server_clock = ServerClock::default();
                self.chat.readdress(&mut self.links, now, effects);
                self.clock.readdress(&mut self.links, now, effects);
            }
        }
    }

    fn page_changed(&mut self, event: PageEvent, now: &Moment, effects: &mut Vec<Effect>) {
        match event {
            PageEvent::Online(online) => {
                self.online = Some(online);
                effects.extend([Effect::Changed(Part::Chat), Effect::Changed(Part::Clock)]);
                if online {
                    self.chat.retry_now(&mut self.links, now, effects);
                    self.clock.retry_now(&mut self.links, now, effects);
                }
            }
            PageEvent::Visible(visible) => {
                if visible {
                    self.chat.retry_now(&mut self.links, now, effects);
                }
                self.clock.set_visible(visible, &mut self.links, now, effects);
            }
        }
    }

    fn probed(&mut self, probed: Probed, now: &Moment, effects: &mut Vec<Effect>) {
        if let Finding::Info(info) = &probed.finding {
            self.server_clock.sample(probed.asked, info.now, now.mono);
            effects.push(Effect::Report(Report::Info(info.clone())));
        }
        match probed.part {
            Part::Chat => self.chat.probed(&probed.finding, effects),
            Part::Clock => self.clock.probed(&probed.finding, effects),
        }
    }
}
