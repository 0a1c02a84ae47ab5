//! The real edge: every link an adapter, every adapter's news an event.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use echoclock_shared::close::CloseCode;
use echoclock_shared::echo::FromBrowser;
use echoclock_shared::ledger::LedgerId;
use echoclock_shared::session::{
    CloseReport, Event, Finding, LinkEvent, LinkId, Moment, PageEvent, Part, Probed, Target,
};

use super::admission::Admission;
use super::connector::{Connection, Connector};
use super::edge::{Edge, Inbox};
use super::probe::{ANSWER_WITHIN, Question};
use crate::address::Address;
use crate::browser::{Frame, Socket, Tabs, Task, Timer, clock, dice, random_bits};
use crate::few::Few;
use crate::wire::Wire;

/// The browser's adapters, one for each link, timer and question.
#[derive(Debug)]
pub struct BrowserEdge {
    connector: Connector,
    /// At most one for each part, and one message that is posted: the session lets the one before
    /// go first.
    links: Few<LinkId, Connection>,
    /// The name of each part's last link in the server's ledgers.
    ledgers: Few<Part, LedgerId>,
    /// At most one for each part.
    probes: Few<Part, Task>,
    timer: Option<Timer>,
    frame: Option<Frame>,
    tabs: Tabs,
}

impl BrowserEdge {
    /// Makes an edge that connects to whatever `address` is at the time, and tells `wire` of its
    /// links.
    pub fn new(inbox: Inbox, address: Rc<RefCell<Address>>, wire: Wire) -> Self {
        let told = inbox.clone();
        let tabs =
            Tabs::new(REQUESTS_QUEUE, move || told.post(Event::Page(PageEvent::OtherTabQueues)));
        let admission = Admission::new();
        Self {
            connector: Connector { inbox, address, wire, admission },
            links: Few::default(),
            ledgers: Few::default(),
            probes: Few::default(),
            timer: None,
            frame: None,
            tabs,
        }
    }

    fn inbox(&self) -> &Inbox {
        &self.connector.inbox
    }

    fn wire(&self) -> &Wire {
        &self.connector.wire
    }

    fn socket(&self, link: LinkId) -> Option<&Socket> {
        match self.links.get(&link) {
            Some(Connection::Socket(socket)) => socket.get(),
            Some(
                Connection::Events { .. }
                | Connection::Lines { .. }
                | Connection::Frame { .. }
                | Connection::Polls { .. }
                | Connection::Post { .. },
            )
            | None => None,
        }
    }
}

impl Edge for BrowserEdge {
    fn moment(&self) -> Moment {
        Moment { mono: clock::mono(), wall: clock::wall(), dice: dice() }
    }

    fn open(&mut self, part: Part, link: LinkId, target: Target) {
        let ledger = random_bits().map(LedgerId::from_random);
        match &ledger {
            Some(ledger) => self.ledgers.insert(part, ledger.clone()),
            None => self.ledgers.remove(&part),
        };
        self.wire().opened(part, link, ledger);
        self.ask(link, target);
    }

    fn ask(&mut self, link: LinkId, target: Target) {
        // Of a question before, the answer is here.
        match self.connector.connect(link, target) {
            Ok(connection) => {
                self.links.insert(link, connection);
            }
            Err(why) => self.inbox().post(Event::Link(link, LinkEvent::Impossible(why))),
        }
    }

    fn send(&mut self, link: LinkId, message: &FromBrowser) {
        let json = message.encode();
        let sent = self.socket(link).is_some_and(|socket| socket.send(&json).is_ok());
        if sent {
            self.wire().ear(link).says(&json);
        } else {
            let closed = LinkEvent::Closed(CloseReport::lost());
            self.inbox().post(Event::Link(link, closed));
        }
    }

    fn post(&mut self, link: LinkId, message: &FromBrowser) {
        self.wire().posted(Part::Chat, link);
        let request = self.connector.post(link, message);
        self.links.insert(link, request);
    }

    fn close(&mut self, link: LinkId, code: CloseCode, reason: &str) {
        if let Some(socket) = self.socket(link) {
            socket.close(code.0, reason);
            self.wire().ear(link).closes(code, reason);
        }
    }

    fn let_go(&mut self, link: LinkId) {
        match self.links.remove(&link) {
            Some(Connection::Post { .. }) | None => {}
            Some(
                Connection::Socket(_)
                | Connection::Events { .. }
                | Connection::Lines { .. }
                | Connection::Frame { .. }
                | Connection::Polls { .. },
            ) => self.connector.admission.doubt(),
        }
        self.wire().gone(link);
    }

    fn probe(&mut self, part: Part, target: Target) {
        let (address, admission) = (self.connector.address.borrow(), &self.connector.admission);
        let question = Question::about(target, &address, self.ledgers.get(&part));
        let base = address.base.clone().unwrap_or_default();
        let question =
            question.map(|question| question.showing(|stream| admission.show(&base, stream)));
        drop(address);
        let (admission, inbox) = (Rc::clone(admission), self.inbox().clone());
        let asked = clock::mono();
        let task = Task::spawn(async move {
            let mut finding = match question {
                Ok(question) => question.ask(ANSWER_WITHIN).await,
                // The link could not be tried either, and has said why.
                Err(_) => Finding::Unreachable,
            };
            admission.learn(&base, &mut finding, asked);
            inbox.post(Event::Probed(Probed { part, asked, finding }));
        });
        self.probes.insert(part, task);
    }

    fn tell_tabs(&mut self) {
        self.tabs.tell();
    }

    fn wake_at(&mut self, deadline: Option<Duration>) {
        self.timer = deadline.map(|deadline| {
            let inbox = self.inbox().clone();
            let wait = deadline.saturating_sub(clock::mono());
            Timer::after(wait, move || inbox.post(Event::Woke))
        });
    }

    fn ask_for_frame(&mut self) {
        let inbox = self.inbox().clone();
        self.frame = Some(Frame::next(move || inbox.frame()));
    }
}

/// What tabs tell each other.
const REQUESTS_QUEUE: &str = "echoclock: requests queue";
