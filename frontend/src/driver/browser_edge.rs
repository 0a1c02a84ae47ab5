//! The real edge: every link an adapter, every adapter's news an event.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use echoclock_shared::close::CloseCode;
use echoclock_shared::echo::FromBrowser;
use echoclock_shared::session::{
    CloseReport, Event, Finding, LinkEvent, LinkId, Moment, Part, Probed, Target,
};

use super::decode;
use super::edge::{Edge, Inbox};
use super::probe::Question;
use crate::address::Address;
use crate::browser::{EventStream, Frame, Socket, Task, Timer, clock, dice};

/// The browser's adapters, one for each link, timer and question.
#[derive(Debug)]
pub struct BrowserEdge {
    inbox: Inbox,
    address: Rc<RefCell<Address>>,
    /// At most one for each part: the session lets the one before go first.
    links: BTreeMap<LinkId, Connection>,
    chat_probe: Option<Task>,
    clock_probe: Option<Task>,
    timer: Option<Timer>,
    frame: Option<Frame>,
}

#[derive(Debug)]
enum Connection {
    Socket(Socket),
    Events { _stream: EventStream },
}

impl BrowserEdge {
    /// Makes an edge that connects to whatever `address` is at the time.
    pub const fn new(inbox: Inbox, address: Rc<RefCell<Address>>) -> Self {
        Self {
            inbox,
            address,
            links: BTreeMap::new(),
            chat_probe: None,
            clock_probe: None,
            timer: None,
            frame: None,
        }
    }

    fn connect(&self, link: LinkId, target: Target) -> Result<Connection, String> {
        let address = self.address.borrow().of(target).map_err(|wrong| wrong.to_string())?;
        let inbox = self.inbox.clone();
        let connection = match target {
            Target::Echo => Socket::open(&address, move |news| {
                inbox.post(Event::Link(link, decode::socket(news)));
            })
            .map(Connection::Socket),
            Target::Clock { .. } => EventStream::open(&address, move |news| {
                inbox.post(Event::Link(link, decode::event(news)));
            })
            .map(|stream| Connection::Events { _stream: stream }),
        };
        connection.map_err(|error| format!("The browser does not connect to {address}: {error}"))
    }

    fn socket(&self, link: LinkId) -> Option<&Socket> {
        match self.links.get(&link) {
            Some(Connection::Socket(socket)) => Some(socket),
            Some(Connection::Events { .. }) | None => None,
        }
    }
}

impl Edge for BrowserEdge {
    fn moment(&self) -> Moment {
        Moment { mono: clock::mono(), wall: clock::wall(), dice: dice() }
    }

    fn open(&mut self, link: LinkId, target: Target) {
        match self.connect(link, target) {
            Ok(connection) => {
                self.links.insert(link, connection);
            }
            Err(why) => self.inbox.post(Event::Link(link, LinkEvent::Impossible(why))),
        }
    }

    fn send(&mut self, link: LinkId, message: &FromBrowser) {
        let sent = self.socket(link).is_some_and(|socket| socket.send(&message.encode()).is_ok());
        if !sent {
            let closed = LinkEvent::Closed(CloseReport::lost());
            self.inbox.post(Event::Link(link, closed));
        }
    }

    fn close(&mut self, link: LinkId, code: CloseCode, reason: &str) {
        if let Some(socket) = self.socket(link) {
            socket.close(code.0, reason);
        }
    }

    fn let_go(&mut self, link: LinkId) {
        self.links.remove(&link);
    }

    fn probe(&mut self, part: Part, target: Target) {
        let question = Question::about(target, &self.address.borrow());
        let (inbox, asked) = (self.inbox.clone(), clock::mono());
        let task = Task::spawn(async move {
            let finding = match question {
                Ok(question) => question.ask().await,
                // The link could not be tried either, and has said why.
                Err(_) => Finding::Unreachable,
            };
            inbox.post(Event::Probed(Probed { part, asked, finding }));
        });
        match part {
            Part::Chat => self.chat_probe = Some(task),
            Part::Clock => self.clock_probe = Some(task),
        }
    }

    fn wake_at(&mut self, deadline: Option<Duration>) {
        self.timer = deadline.map(|deadline| {
            let inbox = self.inbox.clone();
            let wait = deadline.saturating_sub(clock::mono());
            Timer::after(wait, move || inbox.post(Event::Woke))
        });
    }

    fn ask_for_frame(&mut self) {
        let inbox = self.inbox.clone();
        self.frame = Some(Frame::next(move || inbox.frame()));
    }
}
