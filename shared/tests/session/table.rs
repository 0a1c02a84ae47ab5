//! A session at a table, what is said to it, and what of its effects counts.

use echoclock_shared::close::CloseCode;
use echoclock_shared::echo::{FromBrowser, FromServer, SendKey};
use echoclock_shared::feed::{ConnectTime, Item, Period, Seq};
use echoclock_shared::info::{Done, Info, Open, Seen, Verdict};
use echoclock_shared::problem::Problem;
use echoclock_shared::session::{
    Chat, ChatReport, ClockReport, CloseReport, Effect, Event, Finding, FromClock, Intent,
    LinkEvent, LinkId, Moment, Part, Probed, Report, Session, Target,
};
use echoclock_shared::time::UnixMillis;
use echoclock_shared::transport::Transport;
use std::time::Duration;

/// A session at a table: time stands still until it is told to pass.
#[derive(Default)]
pub(crate) struct Table {
    pub(crate) session: Session,
    pub(crate) now: Moment,
}

impl Table {
    pub(crate) fn handle(&mut self, event: Event) -> Vec<Effect> {
        self.session.handle(event, &self.now)
    }

    pub(crate) fn pass(&mut self, time: Duration) {
        self.now.mono += time;
    }

    /// Lets time pass until the session wants to be woken, and wakes it.
    pub(crate) fn wake(&mut self) -> Vec<Effect> {
        self.now.mono = self.session.next_deadline().expect("there is a deadline");
        self.handle(Event::Woke)
    }

    pub(crate) fn user(&mut self, intent: Intent) -> Vec<Effect> {
        self.handle(Event::User(intent))
    }

    pub(crate) fn connect(&mut self, part: Part) -> LinkId {
        opened(&self.user(Intent::Connect(part)))
    }

    pub(crate) fn link(&mut self, link: LinkId, event: LinkEvent) -> Vec<Effect> {
        self.handle(Event::Link(link, event))
    }

    pub(crate) fn open_chat(&mut self) -> LinkId {
        let link = self.connect(Part::Chat);
        self.link(link, hello());
        for _ in 1..Chat::SETTLING_PINGS {
            self.link(link, pong(self.now));
            self.wake();
        }
        self.link(link, pong(self.now));
        link
    }

    pub(crate) fn open_clock(&mut self) -> LinkId {
        let link = self.connect(Part::Clock);
        self.link(link, connect_time());
        link
    }

    pub(crate) fn tick(&mut self, link: LinkId, seq: u64) -> Vec<Effect> {
        let tick = Period::S1.tick(Seq::new(seq));
        self.link(link, LinkEvent::Clock(FromClock::Item(Item::Value(tick))))
    }

    /// Has a plain request, asked now, find something for the chat.
    pub(crate) fn find(&mut self, finding: Finding) -> Vec<Effect> {
        let asked = self.now.mono;
        self.handle(Event::Probed(Probed { part: Part::Chat, asked, finding }))
    }

    /// Has the page learn that the server's clock began with this session.
    pub(crate) fn learn_time(&mut self) {
        let finding = Finding::Info(Box::new(Info { now: UnixMillis::default(), ..*info(None) }));
        self.find(finding);
    }
}

pub(crate) fn hello() -> LinkEvent {
    LinkEvent::Echo(FromServer::Hello {
        instance: "a".to_owned(),
        version: String::new(),
        now: UnixMillis::default(),
    })
}

pub(crate) fn pong(now: Moment) -> LinkEvent {
    LinkEvent::Echo(FromServer::Pong { now: UnixMillis::default().plus(now.mono) })
}

/// The clock beside the chat, as a link asks for it.
pub(crate) fn clock_target(every: Period, after: Option<u64>) -> Target {
    let after = after.map(Seq::new);
    Target::Clock { transport: Transport::Events, every, after, wait: None }
}

pub(crate) fn connect_time() -> LinkEvent {
    let hello =
        ConnectTime { now: UnixMillis::default(), instance: "a".to_owned(), every: Period::S1 };
    LinkEvent::Clock(FromClock::Hello(hello))
}

pub(crate) fn closed(code: u16, reason: &str) -> LinkEvent {
    LinkEvent::Closed(CloseReport { code: CloseCode(code), reason: reason.to_owned(), clean: true })
}

pub(crate) fn about_to_stop() -> Problem {
    Problem {
        title: "Service Unavailable".to_owned(),
        status: 503,
        detail: "the server is about to stop".to_owned(),
        parameter: None,
    }
}

pub(crate) fn lost() -> LinkEvent {
    LinkEvent::Closed(CloseReport::lost())
}

pub(crate) fn say(text: &str) -> Intent {
    Intent::Say(text.to_owned())
}

pub(crate) fn key(key: u64) -> SendKey {
    SendKey::new(key).expect("a small key")
}

pub(crate) fn echo(number: u64, text: &str) -> LinkEvent {
    LinkEvent::Echo(FromServer::Echo {
        key: key(number),
        text: text.to_owned(),
        received: UnixMillis::default(),
    })
}

pub(crate) fn opened(effects: &[Effect]) -> LinkId {
    targets(effects).first().expect("a link is opened").0
}

pub(crate) fn targets(effects: &[Effect]) -> Vec<(LinkId, Target)> {
    let open = |effect: &Effect| {
        if let Effect::Open { link, target, .. } = effect { Some((*link, *target)) } else { None }
    };
    effects.iter().filter_map(open).collect()
}

pub(crate) fn sent(effects: &[Effect]) -> Vec<String> {
    let text = |effect: &Effect| {
        if let Effect::Send { message: FromBrowser::Say { text, .. }, .. } = effect {
            Some(text.clone())
        } else {
            None
        }
    };
    effects.iter().filter_map(text).collect()
}

pub(crate) fn posted(effects: &[Effect]) -> Vec<(LinkId, String)> {
    let text = |effect: &Effect| {
        if let Effect::Post { link, message: FromBrowser::Say { text, .. } } = effect {
            Some((*link, text.clone()))
        } else {
            None
        }
    };
    effects.iter().filter_map(text).collect()
}

pub(crate) fn reports(effects: &[Effect]) -> Vec<ChatReport> {
    let chat = |effect: &Effect| {
        if let Effect::Report(Report::Chat(report)) = effect { Some(report.clone()) } else { None }
    };
    effects.iter().filter_map(chat).collect()
}

pub(crate) fn clock_reports(effects: &[Effect]) -> Vec<ClockReport> {
    let clock = |effect: &Effect| {
        if let Effect::Report(Report::Clock(_, report)) = effect {
            Some(report.clone())
        } else {
            None
        }
    };
    effects.iter().filter_map(clock).collect()
}

pub(crate) fn info(refused: Option<&str>) -> Box<Info> {
    Box::new(Info {
        version: String::new(),
        instance: "a".to_owned(),
        now: UnixMillis::new(1_000),
        started: UnixMillis::default(),
        draining: false,
        socket: Verdict { allowed: refused.is_none(), reason: refused.map(ToOwned::to_owned) },
        pass: None,
        opening: None,
        check: true,
        raw: true,
        ledgers: true,
        open: Open::default(),
        bounds: None,
        done: Done::default(),
        request: Seen::default(),
    })
}
