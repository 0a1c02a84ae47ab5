//! The pure session: what the user wants, what is known, and what has to be done about it.
//!
//! Everything that happens comes in as an [`Event`], whatever has to be done goes out as
//! [`Effect`]s, and one timer is set for [`Session::next_deadline`]. The caller handles one event,
//! carries out all its effects, and only then hands in the next event.

mod moment;
pub use moment::Moment;

mod link_id;
pub use link_id::LinkId;
use link_id::LinkIds;

mod event;
pub use event::{
    CloseReport, Event, Finding, FromClock, Intent, LinkEvent, PageEvent, Part, Probed, Stranger,
};

mod garbled;
pub use garbled::Garbled;

mod effect;
pub use effect::{ChatReport, ClockReport, Effect, PostingEnd, Report, Target, Way};

mod backoff;
pub use backoff::Backoff;

mod link;
pub use link::{Cause, Ended, Link, LinkState, Side};

mod trouble;
pub use trouble::Trouble;

mod outbox;
pub use outbox::{CannotSay, Outbox, check_text};

mod posting;
pub use posting::Posting;

mod chat;
pub use chat::Chat;

mod tally;
pub use tally::Counts;

mod turn;

mod leap;
use leap::Leap;

mod queue;
use queue::Signs;

mod follow;
pub use follow::Follow;

mod server_clock;
pub use server_clock::ServerClock;

use std::iter;
use std::time::Duration;

use crate::transport::Transport;

/// The chat and the clocks of one page.
///
/// It only routes: each part decides for itself.
#[derive(Debug)]
pub struct Session {
    chat: Chat,
    clock: Follow,
    lanes: [Follow; Transport::ALL.len()],
    server_clock: ServerClock,
    links: LinkIds,
    signs: Signs,
    leap: Leap,
    online: Option<bool>,
}

impl Default for Session {
    fn default() -> Self {
        Self {
            chat: Chat::default(),
            clock: Follow::new(Part::Clock, Transport::Events),
            lanes: Transport::ALL.map(|transport| Follow::new(Part::Lane(transport), transport)),
            server_clock: ServerClock::default(),
            links: LinkIds::default(),
            signs: Signs::default(),
            leap: Leap::default(),
            online: None,
        }
    }
}

impl Session {
    /// Takes one event and returns what has to be done, in order.
    pub fn handle(&mut self, event: Event, now: &Moment) -> Vec<Effect> {
        let mut effects = Vec::new();
        if self.leap.happened(now) {
            self.learn_time_anew(now, &mut effects);
        }
        match event {
            Event::User(intent) => self.obey(intent, now, &mut effects),
            Event::Page(event) => self.page_changed(event, now, &mut effects),
            Event::Woke => {
                self.chat.woke(&mut self.links, now, &mut effects);
                let mut sign_wanted = false;
                for clock in clocks(&mut self.clock, &mut self.lanes) {
                    sign_wanted |= clock.look(&mut self.signs, now, &mut effects);
                    clock.woke(&mut self.links, now, &mut effects);
                }
                if sign_wanted {
                    self.chat.ask_for_sign(now, &mut effects);
                }
            }
            Event::Link(link, event) => {
                if self.chat.link().is(link) {
                    self.signs.heard_socket(now);
                    self.chat.link_event(event, &mut self.server_clock, now, &mut effects);
                } else if self.chat.posts_on(link) {
                    self.chat.posted(event, &mut self.links, now, &mut effects);
                } else if let Some(clock) =
                    clocks(&mut self.clock, &mut self.lanes).find(|clock| clock.link().is(link))
                {
                    if clock.transport() == Transport::Socket {
                        self.signs.heard_socket(now);
                    }
                    clock.link_event(event, &mut self.server_clock, now, &mut effects);
                }
            }
            Event::Probed(probed) => self.probed(probed, now, &mut effects),
        }
        effects
    }

    /// Returns when [`Event::Woke`] is wanted next, on the time of [`Moment::mono`].
    pub fn next_deadline(&self) -> Option<Duration> {
        let clocks = [&self.clock].into_iter().chain(&self.lanes);
        let clocks = clocks.filter_map(Follow::next_deadline);
        self.chat.next_deadline().into_iter().chain(clocks).min()
    }

    /// Returns the chat.
    pub const fn chat(&self) -> &Chat {
        &self.chat
    }

    /// Returns the clock that is followed beside the chat.
    pub const fn clock(&self) -> &Follow {
        &self.clock
    }

    /// Returns the clock as it is followed over a transport.
    pub fn lane(&self, transport: Transport) -> &Follow {
        let lane = self.lanes.iter().find(|lane| lane.transport() == transport);
        lane.expect("there is a lane for each transport")
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
            Intent::Connect(part) => match self.clock_of(part) {
                Some((clock, links)) => clock.connect(links, now, effects),
                None => self.chat.connect(&mut self.links, now, effects),
            },
            Intent::Disconnect { part, code, reason } => match self.clock_of(part) {
                Some((clock, _)) => clock.disconnect(now, effects),
                None => self.chat.disconnect(code, reason, now, effects),
            },
            Intent::Say(text) => self.chat.say(text, &mut self.links, now, effects),
            Intent::Every(period) => self.clock.set_period(period, &mut self.links, now, effects),
            Intent::LanesEvery(period) => {
                for lane in &mut self.lanes {
                    lane.set_period(period, &mut self.links, now, effects);
                }
            }
            Intent::AskEvery(pause) => {
                for lane in &mut self.lanes {
                    lane.ask_every(pause, now);
                    effects.push(Effect::Changed(lane.part()));
                }
            }
            Intent::Readdress => {
                self.server_clock = ServerClock::default();
                self.chat.readdress(&mut self.links, now, effects);
                for clock in clocks(&mut self.clock, &mut self.lanes) {
                    clock.readdress(&mut self.links, now, effects);
                }
            }
        }
    }

    fn page_changed(&mut self, event: PageEvent, now: &Moment, effects: &mut Vec<Effect>) {
        match event {
            PageEvent::Online(online) => {
                self.online = Some(online);
                effects.push(Effect::Changed(Part::Chat));
                if online {
                    self.chat.retry_now(&mut self.links, now, effects);
                }
                for clock in clocks(&mut self.clock, &mut self.lanes) {
                    effects.push(Effect::Changed(clock.part()));
                    if online {
                        clock.retry_now(&mut self.links, now, effects);
                    }
                }
            }
            PageEvent::Visible(visible) => {
                if visible {
                    self.chat.retry_now(&mut self.links, now, effects);
                }
                for clock in clocks(&mut self.clock, &mut self.lanes) {
                    clock.set_visible(visible, &mut self.links, now, effects);
                }
            }
            PageEvent::Left => {
                self.chat.leave(effects);
                for clock in clocks(&mut self.clock, &mut self.lanes) {
                    clock.leave(effects);
                }
            }
            PageEvent::Restored => {
                self.chat.retry_now(&mut self.links, now, effects);
                for clock in clocks(&mut self.clock, &mut self.lanes) {
                    clock.take_up(&mut self.links, now, effects);
                }
            }
            PageEvent::OtherTabQueues => {
                for clock in clocks(&mut self.clock, &mut self.lanes) {
                    clock.make_room(effects);
                }
            }
        }
    }

    /// Forgets the server's time, which was reckoned by a clock that stood still, and asks for it.
    fn learn_time_anew(&mut self, now: &Moment, effects: &mut Vec<Effect>) {
        self.server_clock = ServerClock::default();
        self.chat.ask_for_sign(now, effects);
        effects.push(Effect::Probe(Part::Chat, Target::Echo));
    }

    fn probed(&mut self, probed: Probed, now: &Moment, effects: &mut Vec<Effect>) {
        if let Finding::Info(info) = &probed.finding {
            self.server_clock.sample(probed.asked, info.now, now.mono);
            effects.push(Effect::Report(Report::Info(info.clone())));
        }
        match &probed.finding {
            Finding::Info(_) | Finding::Problem(_) => self.signs.heard_plain(now),
            Finding::Unreachable | Finding::NotOurs(_) => {}
        }
        match self.clock_of(probed.part) {
            Some((clock, _)) => clock.probed(&probed.finding, effects),
            None => self.chat.probed(&probed, &mut self.links, now, effects),
        }
    }

    /// Returns the clock of a part, and the numbers for its links; nothing for the chat.
    fn clock_of(&mut self, part: Part) -> Option<(&mut Follow, &mut LinkIds)> {
        let clock = clocks(&mut self.clock, &mut self.lanes).find(|clock| clock.part() == part);
        clock.map(|clock| (clock, &mut self.links))
    }
}

/// All that follows a clock.
fn clocks<'a>(
    clock: &'a mut Follow,
    lanes: &'a mut [Follow],
) -> impl Iterator<Item = &'a mut Follow> {
    iter::once(clock).chain(lanes)
}
