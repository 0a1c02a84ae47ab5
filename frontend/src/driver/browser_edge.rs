//! The real edge: every link an adapter, every adapter's news an event.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use echoclock_shared::close::CloseCode;
use echoclock_shared::echo::FromBrowser;
use echoclock_shared::ledger::LedgerId;
use echoclock_shared::path;
use echoclock_shared::session::{
    CloseReport, Event, Finding, LinkEvent, LinkId, Moment, PageEvent, Part, Probed, Target,
};
use echoclock_shared::transport::Transport;

use super::decode;
use super::edge::{Edge, Inbox};
use super::probe::Question;
use crate::address::Address;
use crate::browser::{
    Answer, ByteStream, EventStream, Frame, HiddenFrame, Socket, Tabs, Task, Timer, clock, dice,
    get, post, random_bits,
};
use crate::wire::Wire;

/// The browser's adapters, one for each link, timer and question.
#[derive(Debug)]
pub struct BrowserEdge {
    inbox: Inbox,
    address: Rc<RefCell<Address>>,
    wire: Wire,
    /// At most one for each part, and one message that is posted: the session lets the one before
    /// go first.
    links: BTreeMap<LinkId, Connection>,
    /// At most one for each part.
    probes: BTreeMap<Part, Task>,
    timer: Option<Timer>,
    frame: Option<Frame>,
    tabs: Tabs,
}

#[derive(Debug)]
enum Connection {
    Socket(Socket),
    Events { _stream: EventStream },
    Lines { _stream: ByteStream },
    Frame { _frame: HiddenFrame },
    Polls { _question: Task },
    Post { _request: Task },
}

impl BrowserEdge {
    /// Makes an edge that connects to whatever `address` is at the time, and tells `wire` of its
    /// links.
    pub fn new(inbox: Inbox, address: Rc<RefCell<Address>>, wire: Wire) -> Self {
        let told = inbox.clone();
        let tabs = Tabs::new(move || told.post(Event::Page(PageEvent::OtherTabQueues)));
        Self {
            inbox,
            address,
            wire,
            links: BTreeMap::new(),
            probes: BTreeMap::new(),
            timer: None,
            frame: None,
            tabs,
        }
    }

    fn connect(&self, link: LinkId, target: Target) -> Result<Connection, String> {
        let address = self.address.borrow().of(target).map_err(|wrong| wrong.to_string())?;
        let address = self.wire.with_ledger(link, address);
        let ear = self.wire.ear(link);
        ear.opens(&address);
        let inbox = self.inbox.clone();
        let post = move |event| inbox.post(Event::Link(link, event));
        let connection = match target {
            Target::Echo => Socket::open(&address, move |news| {
                ear.hears(&news);
                post(decode::socket(news));
            })
            .map(Connection::Socket),
            Target::Clock { transport: Transport::Socket, .. } => {
                Socket::open(&address, move |news| {
                    ear.hears(&news);
                    post(decode::clock_socket(news));
                })
                .map(Connection::Socket)
            }
            Target::Clock { transport: Transport::Events, .. } => {
                EventStream::open(&address, move |news| {
                    ear.hears(&news);
                    post(decode::event(news));
                })
                .map(|stream| Connection::Events { _stream: stream })
            }
            Target::Clock { transport: Transport::Stream, .. } => {
                let decoder = RefCell::default();
                ByteStream::open(&address, move |news| {
                    ear.hears(&news);
                    let events = decode::lines(&mut decoder.borrow_mut(), news);
                    events.into_iter().for_each(&post);
                })
                .map(|stream| Connection::Lines { _stream: stream })
            }
            Target::Clock { transport: Transport::Frame, .. } => {
                HiddenFrame::open(&address, move |news| {
                    ear.hears(&news);
                    post(decode::frame(news));
                })
                .map(|frame| Connection::Frame { _frame: frame })
            }
            Target::Clock { transport: Transport::Poll | Transport::LongPoll, .. } => {
                let address = address.clone();
                let question = Task::spawn(async move {
                    // The session lets a question go that is not answered in time.
                    let answer = get(&address, Duration::MAX, Answer::is_json).await;
                    ear.hears(&answer);
                    decode::answer(answer).into_iter().for_each(post);
                });
                Ok(Connection::Polls { _question: question })
            }
        };
        connection.map_err(|error| format!("The browser does not connect to {address}: {error}"))
    }

    fn socket(&self, link: LinkId) -> Option<&Socket> {
        match self.links.get(&link) {
            Some(Connection::Socket(socket)) => Some(socket),
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
        self.wire.opened(part, link, random_bits().map(LedgerId::from_random));
        self.ask(link, target);
    }

    fn ask(&mut self, link: LinkId, target: Target) {
        // Of a question before, the answer is here.
        match self.connect(link, target) {
            Ok(connection) => {
                self.links.insert(link, connection);
            }
            Err(why) => self.inbox.post(Event::Link(link, LinkEvent::Impossible(why))),
        }
    }

    fn send(&mut self, link: LinkId, message: &FromBrowser) {
        let json = message.encode();
        let sent = self.socket(link).is_some_and(|socket| socket.send(&json).is_ok());
        if sent {
            self.wire.ear(link).says(&json);
        } else {
            let closed = LinkEvent::Closed(CloseReport::lost());
            self.inbox.post(Event::Link(link, closed));
        }
    }

    fn post(&mut self, link: LinkId, message: &FromBrowser) {
        let address = self.address.borrow().below(path::below_api(path::ECHO_ONCE));
        let (inbox, wire, json) = (self.inbox.clone(), self.wire.clone(), message.encode());
        wire.posted(Part::Chat, link);
        let request = Task::spawn(async move {
            let ear = wire.ear(link);
            let answer = match address {
                Ok(address) => {
                    ear.opens(&address);
                    ear.says(&json);
                    // The session lets it go where it is not answered in time.
                    post(&address, &json, Duration::MAX, Answer::is_json).await
                }
                // The socket could not be tried either, and has said why.
                Err(_) => None,
            };
            ear.hears(&answer);
            wire.answered(link);
            inbox.post(Event::Link(link, decode::posted(answer)));
        });
        self.links.insert(link, Connection::Post { _request: request });
    }

    fn close(&mut self, link: LinkId, code: CloseCode, reason: &str) {
        if let Some(socket) = self.socket(link) {
            socket.close(code.0, reason);
            self.wire.ear(link).closes(code, reason);
        }
    }

    fn let_go(&mut self, link: LinkId) {
        self.links.remove(&link);
        self.wire.gone(link);
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
        self.probes.insert(part, task);
    }

    fn tell_tabs(&mut self) {
        self.tabs.tell();
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
