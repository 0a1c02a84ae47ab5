//! What arrives on a link, and what the server says on it.

use std::time::Duration;

use echoclock_shared::echo::FromBrowser;
use echoclock_shared::feed::{Item, Seq};
use echoclock_shared::session::{CloseReport, FromClock, LinkEvent, LinkId, Side, Target};
use echoclock_shared::transport::Transport;

use super::{Coming, World};
use crate::server::draining_problem;

impl World {
    /// Returns the server's process at a link's other end, while it runs.
    pub(super) fn served_by(&self, link: LinkId) -> Option<u32> {
        let instance = self.network.pipes.get(&link).and_then(|pipe| pipe.instance);
        instance.filter(|_| instance == self.server.running)
    }

    pub(super) fn refuses(&self, target: Target) -> bool {
        matches!(target, Target::Clock { every, after, .. }
            if self.server.refuses(every, after, self.now))
    }

    pub(super) fn deliver(&mut self, link: LinkId, event: LinkEvent) {
        if let Some(at) = self.network.carry(link, Side::Browser, self.now, &mut self.rng) {
            self.plan(at, Coming::ToPage(link, event));
        }
    }

    pub(super) fn arrive(&mut self, link: LinkId) {
        let Some(target) = self.network.pipes.get(&link).and_then(|pipe| pipe.target) else {
            return;
        };
        let refused = self.refuses(target) || self.network.refuses(link);
        let Some(instance) = self.server.running.filter(|_| !refused) else {
            let is_events = matches!(target, Target::Clock { transport: Transport::Events, .. });
            // What stops is still there, and says so within an event stream.
            if self.server.drains && is_events && !self.network.refuses(link) {
                self.deliver(link, LinkEvent::Refused(draining_problem()));
            }
            self.deliver(link, LinkEvent::Closed(CloseReport::lost()));
            return;
        };
        self.network.pipes.entry(link).and_modify(|pipe| pipe.instance = Some(instance));
        if let Some(after) = self.network.ends_after(link) {
            self.plan(self.now + after, Coming::Cut(link));
        }
        match target {
            Target::Echo => self.deliver(link, LinkEvent::Echo(self.server.hello(self.now))),
            Target::Clock { transport: Transport::Poll | Transport::LongPoll, .. } => {
                self.question(link, instance, target);
            }
            Target::Clock { transport, every, after, .. } => {
                if matches!(transport, Transport::Events | Transport::Frame) {
                    let hello = self.server.connect_time(every, self.now);
                    self.deliver(link, LinkEvent::Clock(FromClock::Hello(hello)));
                }
                self.tick(link, instance, after);
            }
        }
    }

    pub(super) fn receive(&mut self, link: LinkId, message: FromBrowser) {
        if self.served_by(link).is_none() {
            return;
        }
        let echo = self.server.answer(message, self.now);
        if self.rng.u8(..20) == 0 {
            self.outcome.repeated_echoes += 1;
            self.deliver(link, LinkEvent::Echo(echo.clone()));
        }
        self.deliver(link, LinkEvent::Echo(echo));
    }

    pub(super) fn tick(&mut self, link: LinkId, instance: u32, cursor: Option<Seq>) {
        if self.served_by(link) != Some(instance) {
            return;
        }
        let Some(Target::Clock { every, .. }) =
            self.network.pipes.get(&link).and_then(|pipe| pipe.target)
        else {
            return;
        };
        let (items, newest) = self.server.after(every, cursor, self.now);
        if items.is_empty() {
            self.deliver(link, LinkEvent::Clock(FromClock::Ping));
        }
        for item in items {
            if self.rng.u8(..50) == 0 && matches!(item, Item::Value(_)) {
                self.deliver(link, LinkEvent::Clock(FromClock::Item(item)));
            }
            self.deliver(link, LinkEvent::Clock(FromClock::Item(item)));
        }
        // Between slow ticks the server gives signs of life.
        let wait = self.server.until_next(every, self.now).min(Duration::from_secs(15));
        self.plan(self.now + wait, Coming::Tick(link, instance, Some(newest)));
    }
}
