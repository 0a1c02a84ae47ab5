//! Sockets that do not get through, and messages that are posted instead.

use echoclock_shared::echo::FromBrowser;
use echoclock_shared::session::{CloseReport, LinkEvent, LinkId, Side};

use super::{Coming, World};
use crate::network::Sockets;

impl World {
    /// Has the network treat sockets in this way, those that are open too.
    pub(super) fn treat_sockets(&mut self, sockets: Sockets) {
        self.network.sockets = sockets;
        for link in self.network.open_sockets() {
            match sockets {
                Sockets::Carry => {}
                Sockets::Refuse => self.cut(link),
                Sockets::Swallow => {
                    self.network.pipes.entry(link).and_modify(|pipe| pipe.swallowed = true);
                }
                Sockets::End { after } => self.plan(self.now + after, Coming::Cut(link)),
            }
        }
    }

    /// Ends a link at both ends.
    pub(super) fn cut(&mut self, link: LinkId) {
        self.deliver(link, LinkEvent::Closed(CloseReport::lost()));
        self.network.pipes.entry(link).and_modify(|pipe| pipe.instance = None);
    }

    /// Sends a message by a request of its own.
    pub(super) fn post(&mut self, link: LinkId, message: FromBrowser) {
        self.network.open(link, None, self.now);
        if let Some(at) = self.network.carry(link, Side::Server, self.now, &mut self.rng) {
            self.plan(at, Coming::Posted(link, message));
        }
    }

    /// Takes a message that was posted; one that the page has given up arrives all the same.
    pub(super) fn posted(&mut self, link: LinkId, message: FromBrowser) {
        let event = if self.server.running.is_some() {
            LinkEvent::Echo(self.server.answer(message, self.now))
        } else {
            LinkEvent::Closed(CloseReport::lost())
        };
        self.deliver(link, event);
    }
}
