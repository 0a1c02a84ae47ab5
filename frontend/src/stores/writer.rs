//! Writes the stores, a frame's news at a time.

use echoclock_shared::session::{Moment, Part, Report, Session};

use super::Stores;
use super::chat_writer::ChatWriter;
use super::clock_writer::ClockWriter;
use super::lanes_writer::LanesWriter;
use super::signals::set;
use crate::driver::{News, View};

/// Copies into the stores what has happened to the session.
#[derive(Debug)]
pub struct Writer {
    stores: Stores,
    chat: ChatWriter,
    clock: ClockWriter,
    lanes: LanesWriter,
}

impl Writer {
    /// Makes the one writer of `stores`.
    pub fn new(stores: Stores) -> Self {
        Self {
            stores,
            chat: ChatWriter::new(stores.chat),
            clock: ClockWriter::new(stores.clock),
            lanes: LanesWriter::new(stores.lanes),
        }
    }
}

impl View for Writer {
    fn show(&mut self, session: &Session, news: News, now: &Moment) {
        let (mut chat, mut clock, mut lanes) = (Vec::new(), Vec::new(), Vec::new());
        for (at, report) in news.reports {
            match report {
                Report::Chat(report) => chat.push((at.wall, report)),
                Report::Clock(Part::Clock, report) => clock.push((at.wall, report)),
                Report::Clock(Part::Lane(transport), report) => {
                    lanes.push((transport, at, report));
                }
                // The chat has no ticks.
                Report::Clock(Part::Chat, _) => {}
                Report::Info(info) => set(self.stores.server.info, Some(*info)),
            }
        }
        self.chat.tell(chat);
        self.clock.tell(clock);
        self.lanes.tell(lanes, session.server_clock());
        if news.chat_changed {
            self.chat.copy(session.chat());
        }
        if news.clock_changed {
            self.clock.copy(session.clock());
            set(self.stores.clock.offset_error, session.server_clock().error_at(now.mono));
        }
        if news.lanes_changed {
            self.lanes.copy(session, now);
        }
        set(self.stores.page.seems_offline, session.seems_offline());
    }
}
