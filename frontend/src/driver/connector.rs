//! Opens links, each by its adapter, whose news are events.

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use echoclock_shared::echo::FromBrowser;
use echoclock_shared::path;
use echoclock_shared::say;
use echoclock_shared::session::{CloseReport, Event, LinkEvent, LinkId, Target};
use echoclock_shared::transport::Transport;

use super::admission::Admission;
use super::decode;
use super::edge::Inbox;
use crate::address::Address;
use crate::browser::{Answer, ByteStream, EventStream, HiddenFrame, Socket, Task, get, post};
use crate::wire::{Ear, Wire};

/// A link as its adapter holds it.
#[derive(Debug)]
pub(super) enum Connection {
    /// Empty until it is known whether it takes a pass.
    Socket(Rc<OnceCell<Socket>>),
    Events {
        _stream: EventStream,
    },
    Lines {
        _stream: ByteStream,
    },
    Frame {
        _frame: HiddenFrame,
    },
    Polls {
        _question: Task,
    },
    /// Empty likewise.
    Post {
        _request: Rc<OnceCell<Task>>,
    },
}

/// Opens links; a clone is a cheap handle.
#[derive(Clone, Debug)]
pub(super) struct Connector {
    pub(super) inbox: Inbox,
    pub(super) address: Rc<RefCell<Address>>,
    pub(super) wire: Wire,
    pub(super) admission: Rc<Admission>,
}

/// Where a link leads.
struct Place {
    /// As it may be shown.
    shown: String,
    /// As it is asked for.
    asked: String,
}

impl Connector {
    /// Opens a link, or asks once more on one.
    ///
    /// # Errors
    ///
    /// Where that can't be tried, with the reason. A socket reports it later.
    pub(super) fn connect(&self, link: LinkId, target: Target) -> Result<Connection, String> {
        match target {
            Target::Echo | Target::Clock { transport: Transport::Socket, .. } => {
                Ok(self.socket_once_known(link, target))
            }
            Target::Clock { transport: Transport::Events, .. } => self.events(link, target),
            Target::Clock { transport: Transport::Stream, .. } => self.lines(link, target),
            Target::Clock { transport: Transport::Frame, .. } => self.frame(link, target),
            Target::Clock { transport: Transport::Poll | Transport::LongPoll, .. } => {
                self.question(link, target)
            }
        }
    }

    /// Posts a message.
    pub(super) fn post(&self, link: LinkId, message: &FromBrowser) -> Connection {
        let json = message.encode();
        let request = self.once_let_in(link, move |connector| Some(connector.request(link, json)));
        Connection::Post { _request: request }
    }

    fn socket_once_known(&self, link: LinkId, target: Target) -> Connection {
        Connection::Socket(self.once_let_in(link, move |connector| {
            let told = |why| connector.tell(link, LinkEvent::Impossible(why));
            connector.socket(link, target).map_err(told).ok()
        }))
    }

    /// Opens something once it is known whether it takes a pass, unless the session has let its place go by
    /// then.
    fn once_let_in<T: 'static>(
        &self,
        link: LinkId,
        open: impl FnOnce(&Self) -> Option<T> + 'static,
    ) -> Rc<OnceCell<T>> {
        let (connector, opened) = (self.clone(), Rc::new(OnceCell::new()));
        let place = Rc::downgrade(&opened);
        self.admission.when_known(&self.address.borrow(), move |may_open| {
            let Some(place) = place.upgrade() else { return };
            if !may_open {
                connector.tell(link, LinkEvent::Closed(CloseReport::lost()));
            } else if let Some(opened) = open(&connector) {
                // It was empty: this is called once.
                let _ = place.set(opened);
            }
        });
        opened
    }

    fn socket(&self, link: LinkId, target: Target) -> Result<Socket, String> {
        let (place, ear, tell) = self.opening(link, target)?;
        let socket = Socket::open(&place.asked, move |news| {
            ear.hears(&news);
            tell(match target {
                Target::Echo => decode::socket(news),
                Target::Clock { .. } => decode::clock_socket(news),
            });
        });
        socket.map_err(|error| self.cant(&place, &error))
    }

    fn events(&self, link: LinkId, target: Target) -> Result<Connection, String> {
        let (place, ear, tell) = self.opening(link, target)?;
        let stream = EventStream::open(&place.asked, move |news| {
            ear.hears(&news);
            tell(decode::event(news));
        });
        let stream = stream.map_err(|error| self.cant(&place, &error))?;
        Ok(Connection::Events { _stream: stream })
    }

    fn lines(&self, link: LinkId, target: Target) -> Result<Connection, String> {
        let (place, ear, tell) = self.opening(link, target)?;
        let decoder = RefCell::default();
        let stream = ByteStream::open(&place.asked, move |news| {
            ear.hears(&news);
            let events = decode::lines(&mut decoder.borrow_mut(), news);
            events.into_iter().for_each(&tell);
        });
        let stream = stream.map_err(|error| self.cant(&place, &error))?;
        Ok(Connection::Lines { _stream: stream })
    }

    fn frame(&self, link: LinkId, target: Target) -> Result<Connection, String> {
        let (place, ear, tell) = self.opening(link, target)?;
        let frame = HiddenFrame::open(&place.asked, move |news| {
            ear.hears(&news);
            tell(decode::frame(news));
        });
        let frame = frame.map_err(|error| self.cant(&place, &error))?;
        Ok(Connection::Frame { _frame: frame })
    }

    fn question(&self, link: LinkId, target: Target) -> Result<Connection, String> {
        let (place, ear, tell) = self.opening(link, target)?;
        let question = Task::spawn(async move {
            // The session lets a question go that is not answered in time.
            let answer = get(&place.asked, Duration::MAX, Answer::is_json).await;
            ear.hears(&answer);
            decode::answer(answer).into_iter().for_each(tell);
        });
        Ok(Connection::Polls { _question: question })
    }

    fn request(&self, link: LinkId, json: String) -> Task {
        let address = self.address.borrow().below(path::below_api(path::ECHO_ONCE));
        let (connector, ear) = (self.clone(), self.wire.ear(link));
        Task::spawn(async move {
            let answer = match address {
                Ok(address) => {
                    ear.opens(&address);
                    ear.says(&json);
                    let asked = connector.shows_pass(&address);
                    // The session lets it go where it is not answered in time.
                    post(&asked, &json, Duration::MAX, Answer::is_json).await
                }
                // The socket could not be tried either, and has said why.
                Err(_) => None,
            };
            ear.hears(&answer);
            connector.wire.answered(link);
            connector.tell(link, decode::posted(answer));
        })
    }

    /// Returns where a link leads, and what takes its news.
    fn opening(
        &self,
        link: LinkId,
        target: Target,
    ) -> Result<(Place, Ear, impl Fn(LinkEvent) + use<>), String> {
        let address = self.address.borrow().of(target).map_err(|wrong| wrong.to_string())?;
        let shown = self.wire.with_ledger(link, address);
        let ear = self.wire.ear(link);
        ear.opens(&shown);
        let inbox = self.inbox.clone();
        let tell = move |event| inbox.post(Event::Link(link, event));
        Ok((Place { asked: self.shows_pass(&shown), shown }, ear, tell))
    }

    fn shows_pass(&self, address: &str) -> String {
        match &self.address.borrow().base {
            Ok(base) => self.admission.show(base, address),
            Err(_) => address.to_owned(),
        }
    }

    fn cant(&self, place: &Place, error: &str) -> String {
        let error = self.admission.hide(error);
        say!("The browser does not connect to {address}: {error}", address = place.shown, error)
    }

    fn tell(&self, link: LinkId, event: LinkEvent) {
        self.inbox.post(Event::Link(link, event));
    }
}
