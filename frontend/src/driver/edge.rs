//! What the driver needs of the world around it.

use std::fmt;
use std::rc::Weak;
use std::time::Duration;

use echoclock_shared::close::CloseCode;
use echoclock_shared::echo::FromBrowser;
use echoclock_shared::session::{Event, LinkId, Moment, Part, Report, Session, Target};

/// The browser, or what stands in for it in a test.
///
/// Every method returns at once. What comes of it is put into the [`Inbox`], at once or later:
/// an event of an unknown or older link does no harm.
pub trait Edge {
    /// Returns what time it is, with a throw of the dice.
    fn moment(&self) -> Moment;

    /// Opens a link of a part. Where that can't be tried, it hands in `LinkEvent::Impossible`.
    fn open(&mut self, part: Part, link: LinkId, target: Target);

    /// Asks once more on a link whose answers have each to be asked for. Where that fails, it
    /// hands in `LinkEvent::Closed`.
    fn ask(&mut self, link: LinkId, target: Target);

    /// Sends on a chat socket. Where that fails, it hands in `LinkEvent::Closed`.
    fn send(&mut self, link: LinkId, message: &FromBrowser);

    /// Sends a message by a plain request, and hands in its answer: `LinkEvent::Echo`, or
    /// `LinkEvent::Closed` where there is none.
    fn post(&mut self, link: LinkId, message: &FromBrowser);

    /// Starts the close handshake of a chat socket.
    fn close(&mut self, link: LinkId, code: CloseCode, reason: &str);

    /// Lets a link go: it hands in nothing more. An unknown one is let go already.
    fn let_go(&mut self, link: LinkId);

    /// Asks the server by plain requests; hands in `Event::Probed`. A later question of the same
    /// part takes the place of one that is not answered yet.
    fn probe(&mut self, part: Part, target: Target);

    /// Tells the other tabs of this origin that requests of this one queue in the browser.
    fn tell_tabs(&mut self);

    /// Hands in `Event::Woke` at an instant of `Moment::mono`, or early; not at all for `None`.
    /// It takes the place of what was asked for before.
    fn wake_at(&mut self, deadline: Option<Duration>);

    /// Calls [`Inbox::frame`] before the browser paints next, or soon where it does not paint.
    fn ask_for_frame(&mut self);
}

/// What shows the session: the stores.
pub trait View {
    /// Shows what has happened since the last call, and what `session` is at `now`.
    fn show(&mut self, session: &Session, news: News, now: &Moment);
}

/// What has happened since it was last shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct News {
    /// What happened, oldest first, each with when it did.
    pub reports: Vec<(Moment, Report)>,
    /// Whether what can be seen of the chat has changed.
    pub chat_changed: bool,
    /// The same for the clock beside it.
    pub clock_changed: bool,
    /// The same for any lane.
    pub lanes_changed: bool,
}

impl News {
    /// Whether there is nothing to show.
    pub fn is_empty(&self) -> bool {
        self.reports.is_empty() && !self.chat_changed && !self.clock_changed && !self.lanes_changed
    }
}

/// What takes the news of adapters: a driver.
pub trait Receiver {
    /// Takes an event.
    fn post(&self, event: Event);

    /// Shows what has happened: the browser is about to paint.
    fn frame(&self);
}

/// Where adapters put what happens. It does not keep the driver alive, and is mute once that is
/// gone.
#[derive(Clone)]
pub struct Inbox(Weak<dyn Receiver>);

impl Inbox {
    /// Makes an inbox of a driver.
    pub fn new<R: Receiver + 'static>(driver: Weak<R>) -> Self {
        Self(driver)
    }

    /// Hands in an event.
    pub fn post(&self, event: Event) {
        if let Some(driver) = self.0.upgrade() {
            driver.post(event);
        }
    }

    /// Says that the browser is about to paint.
    pub fn frame(&self) {
        if let Some(driver) = self.0.upgrade() {
            driver.frame();
        }
    }
}

impl fmt::Debug for Inbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Inbox")
    }
}
