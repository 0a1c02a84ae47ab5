//! A session whose news go straight to the stores.

use std::time::Duration;

use echoclock_frontend::driver::{News, View};
use echoclock_frontend::stores::{ChatRow, Stores, Writer};
use echoclock_shared::echo::{FromServer, SendKey};
use echoclock_shared::feed::{ConnectTime, Item, Period, Seq};
use echoclock_shared::info::{Done, Info, Open, Seen, Verdict};
use echoclock_shared::session::{
    Effect, Event, Finding, FromClock, Intent, LinkEvent, LinkId, Moment, Part, Probed, Session,
};
use echoclock_shared::time::UnixMillis;
use leptos::prelude::{GetUntracked, Owner};

/// A session whose news go straight to the stores, a frame for each event where no other is said.
pub(crate) struct Bench {
    pub(crate) session: Session,
    writer: Writer,
    pub(crate) stores: Stores,
    pub(crate) now: Moment,
    chat: Option<LinkId>,
    pub(crate) post: Option<LinkId>,
    clock: Option<LinkId>,
    lane: Option<LinkId>,
    _owner: Owner,
}

impl Bench {
    pub(crate) fn new() -> Self {
        let owner = Owner::new();
        owner.set();
        let stores = Stores::default();
        Self {
            session: Session::default(),
            writer: Writer::new(stores),
            stores,
            now: Moment { mono: Duration::ZERO, wall: UnixMillis::new(1_000_000), dice: 0 },
            chat: None,
            post: None,
            clock: None,
            lane: None,
            _owner: owner,
        }
    }

    pub(crate) fn connected() -> Self {
        let mut bench = Self::new();
        for part in [Part::Chat, Part::Clock] {
            bench.user(Intent::Connect(part));
        }
        bench.chat_hears(hello());
        bench.chat_hears(FromServer::Pong { now: UnixMillis::new(1_000_000) });
        bench.clock_hears(clock_hello(Period::S1));
        bench
    }

    pub(crate) fn happen(&mut self, event: Event) {
        self.happen_in_a_frame([event]);
    }

    pub(crate) fn happen_in_a_frame(&mut self, events: impl IntoIterator<Item = Event>) {
        let mut news = News::default();
        let effects = events.into_iter().flat_map(|it| self.session.handle(it, &self.now));
        for effect in effects.collect::<Vec<_>>() {
            match effect {
                Effect::Report(report) => news.reports.push((self.now, report)),
                Effect::Changed(Part::Chat) => news.chat_changed = true,
                Effect::Changed(Part::Clock) => news.clock_changed = true,
                Effect::Changed(Part::Lane(_)) => news.lanes_changed = true,
                Effect::Open { link, .. } if self.session.chat().link().is(link) => {
                    self.chat = Some(link);
                }
                Effect::Open { part: Part::Lane(_), link, .. } => self.lane = Some(link),
                Effect::Open { link, .. } => self.clock = Some(link),
                Effect::Post { link, .. } => self.post = Some(link),
                Effect::Ask { .. } | Effect::Send { .. } | Effect::Close { .. } => {}
                Effect::Drop(_) | Effect::Probe(..) | Effect::TellTabs => {}
            }
        }
        self.writer.show(&self.session, news, &self.now);
    }

    pub(crate) fn user(&mut self, intent: Intent) {
        self.happen(Event::User(intent));
    }

    pub(crate) fn say(&mut self, text: &str) {
        self.user(Intent::Say(text.to_owned()));
    }

    pub(crate) fn chat_link(&mut self, event: LinkEvent) {
        self.happen(Event::Link(self.chat.expect("a chat link"), event));
    }

    pub(crate) fn chat_hears(&mut self, message: FromServer) {
        self.chat_link(LinkEvent::Echo(message));
    }

    pub(crate) fn clock_hears(&mut self, message: FromClock) {
        self.happen(Event::Link(self.clock.expect("a clock link"), LinkEvent::Clock(message)));
    }

    pub(crate) fn lane_heard(&self, message: FromClock) -> Event {
        Event::Link(self.lane.expect("a lane's link"), LinkEvent::Clock(message))
    }

    pub(crate) fn tick(&mut self, period: Period, seq: u64) {
        self.clock_hears(live(period, seq));
    }

    pub(crate) fn echo(&mut self, key: u64) {
        self.chat_link(echo(key));
    }

    pub(crate) fn plain_requests_work(&mut self) {
        let finding = Finding::Info(Box::new(info()));
        self.happen(Event::Probed(Probed { part: Part::Chat, asked: self.now.mono, finding }));
    }

    pub(crate) fn rows(&self) -> Vec<ChatRow> {
        self.stores.chat.rows.get_untracked()
    }
}

pub(crate) fn echo(key: u64) -> LinkEvent {
    let key = SendKey::new(key).expect("a small number");
    let (text, received) = (format!("text {}", key.get()), UnixMillis::new(5));
    LinkEvent::Echo(FromServer::Echo { key, text, received })
}

pub(crate) fn info() -> Info {
    Info {
        version: "1".to_owned(),
        instance: "paper".to_owned(),
        now: UnixMillis::new(1_000_000),
        started: UnixMillis::default(),
        draining: false,
        socket: Verdict { allowed: true, reason: None },
        pass: None,
        opening: None,
        check: true,
        raw: true,
        ledgers: true,
        open: Open::default(),
        bounds: None,
        done: Done::default(),
        request: Seen::default(),
    }
}

pub(crate) fn hello() -> FromServer {
    FromServer::Hello {
        instance: "paper".to_owned(),
        version: "1".to_owned(),
        now: UnixMillis::new(1_000_000),
    }
}

pub(crate) fn clock_hello(every: Period) -> FromClock {
    let now = UnixMillis::new(1_000_000);
    FromClock::Hello(ConnectTime { now, instance: "paper".to_owned(), every })
}

pub(crate) fn live(period: Period, seq: u64) -> FromClock {
    let mut tick = period.tick(Seq::new(seq));
    tick.sent = Some(tick.due);
    FromClock::Item(Item::Value(tick))
}
