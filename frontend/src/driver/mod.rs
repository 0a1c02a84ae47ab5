//! The one driver: it owns the session, and hands it one event at a time.
//!
//! One event, all its effects, then the next event: an adapter that calls back while effects are
//! carried out only puts an event into the queue. What the user may see of it is gathered and
//! shown once per animation frame.

mod edge;
pub use edge::{Edge, Inbox, News, Receiver, View};

mod decode;
mod probe;

mod admission;
mod connector;

mod browser_edge;
pub use browser_edge::BrowserEdge;

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Duration;

use echoclock_shared::session::{Effect, Event, LinkEvent, Part, Session};

/// The session's sole owner, between the browser and the stores.
#[derive(Debug)]
pub struct Driver<E, V> {
    session: RefCell<Session>,
    queue: RefCell<VecDeque<Event>>,
    edge: RefCell<E>,
    view: RefCell<V>,
    news: RefCell<News>,
    busy: Cell<bool>,
    armed: Cell<Option<Duration>>,
    frame_asked: Cell<bool>,
}

impl<E: Edge + 'static, V: View + 'static> Driver<E, V> {
    /// How many reports are gathered for one frame; where more come, they are shown at once.
    pub const NEWS_MAX: usize = 512;

    /// Makes a driver over what `world` makes of the inbox into which it puts what happens.
    pub fn new(world: impl FnOnce(Inbox) -> (E, V)) -> Rc<Self> {
        Rc::new_cyclic(|driver| {
            let (edge, view) = world(Inbox::new(driver.clone()));
            Self {
                session: RefCell::default(),
                queue: RefCell::default(),
                edge: RefCell::new(edge),
                view: RefCell::new(view),
                news: RefCell::default(),
                busy: Cell::new(false),
                armed: Cell::new(None),
                frame_asked: Cell::new(false),
            }
        })
    }

    fn work_off(&self) {
        if self.busy.replace(true) {
            return;
        }
        while let Some(event) = self.next_event() {
            self.handle(event);
            if self.news.borrow().reports.len() >= Self::NEWS_MAX {
                self.show();
            }
        }
        self.busy.set(false);
        self.set_timer();
        if !self.news.borrow().is_empty() && !self.frame_asked.replace(true) {
            self.edge.borrow_mut().ask_for_frame();
        }
    }

    fn next_event(&self) -> Option<Event> {
        self.queue.borrow_mut().pop_front()
    }

    fn handle(&self, event: Event) {
        let mut edge = self.edge.borrow_mut();
        match &event {
            Event::Link(link, LinkEvent::Closed(_) | LinkEvent::Impossible(_)) => {
                edge.let_go(*link)
            }
            Event::Woke => self.armed.set(None),
            Event::Link(..) | Event::User(_) | Event::Page(_) | Event::Probed(_) => {}
        }
        let now = edge.moment();
        let effects = self.session.borrow_mut().handle(event, &now);
        let mut news = self.news.borrow_mut();
        for effect in effects {
            match effect {
                Effect::Open { part, link, target } => edge.open(part, link, target),
                Effect::Ask { link, target } => edge.ask(link, target),
                Effect::Send { link, message } => edge.send(link, &message),
                Effect::Post { link, message } => edge.post(link, &message),
                Effect::Close { link, code, reason } => edge.close(link, code, &reason),
                Effect::Drop(link) => edge.let_go(link),
                Effect::Probe(part, target) => edge.probe(part, target),
                Effect::TellTabs => edge.tell_tabs(),
                Effect::Report(report) => news.reports.push((now, report)),
                Effect::Changed(Part::Chat) => news.chat_changed = true,
                Effect::Changed(Part::Clock) => news.clock_changed = true,
                Effect::Changed(Part::Lane(_)) => news.lanes_changed = true,
            }
        }
    }

    /// Sees to it that the timer goes off by the next deadline.
    ///
    /// A timer that goes off too early stays: the session finds nothing overdue, and the timer is
    /// set again. So a heartbeat that moves on with every tick costs no timer for each.
    fn set_timer(&self) {
        let deadline = self.session.borrow().next_deadline();
        let wanted = match (deadline, self.armed.get()) {
            (Some(deadline), Some(armed)) => deadline < armed,
            (Some(_), None) | (None, Some(_)) => true,
            (None, None) => false,
        };
        if wanted {
            self.armed.set(deadline);
            self.edge.borrow_mut().wake_at(deadline);
        }
    }

    fn show(&self) {
        let news = self.news.take();
        let now = self.edge.borrow().moment();
        self.view.borrow_mut().show(&self.session.borrow(), news, &now);
    }
}

impl<E: Edge + 'static, V: View + 'static> Receiver for Driver<E, V> {
    /// Takes one event, now or after the one that is being handled.
    ///
    /// The queue is bounded by what one event can cause: a callback of the browser hands in one
    /// event and returns when all is done, and each effect of that event hands in one at most.
    fn post(&self, event: Event) {
        // A panic may have come in the midst of an event, and the browser goes on calling back.
        if std::thread::panicking() {
            return;
        }
        self.queue.borrow_mut().push_back(event);
        self.work_off();
    }

    fn frame(&self) {
        self.frame_asked.set(false);
        // While effects are carried out, the work's end asks for another frame.
        if !self.busy.replace(true) {
            self.show();
            self.busy.set(false);
            self.work_off();
        }
    }
}
