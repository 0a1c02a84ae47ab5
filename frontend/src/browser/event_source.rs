//! An event stream (HTML standard, section 9.2).

use std::fmt;
use std::rc::Rc;

use echoclock_shared::encode::sse;
use web_sys::{Event, EventSource, MessageEvent};

use super::listener::Listener;
use super::words;

/// An event stream; dropping it closes it, and it is heard of no more.
#[must_use = "an event stream closes when it is dropped"]
pub struct EventStream {
    source: EventSource,
    _listeners: [Listener; 6],
}

/// What an event stream reports.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum EventNews {
    /// It has begun: the headers are here.
    Begun,
    /// An event.
    Event {
        /// One of [`EventStream::EVENTS`].
        name: &'static str,
        /// Its data.
        data: String,
    },
    /// It has ended or never came to be; the last report. The browser does not tell why.
    Failed,
}

impl EventStream {
    /// The events that are listened for; the last is that of messages without a name.
    pub const EVENTS: [&'static str; 4] = [sse::CONNECT_TIME, sse::PING, sse::REFUSED, "message"];

    /// Begins to connect to an `http` or `https` address. No report comes before this returns.
    ///
    /// The browser would try again by itself; the stream is closed before it can, because the
    /// session decides when to.
    ///
    /// # Errors
    ///
    /// Where the browser does not even try, with its reason.
    pub fn open(address: &str, on_news: impl Fn(EventNews) + 'static) -> Result<Self, String> {
        let source = EventSource::new(address).map_err(|error| words(&error))?;
        let on_news = Rc::new(on_news);
        let [connect_time, ping, refused, message] = Self::EVENTS.map(|name| {
            let on_news = Rc::clone(&on_news);
            Listener::new(&source, name, move |event: MessageEvent| {
                // The data of an event stream are text always.
                let data = event.data().as_string().unwrap_or_default();
                on_news(EventNews::Event { name, data });
            })
        });
        let on_begin = Rc::clone(&on_news);
        let open = Listener::new(&source, "open", move |_: Event| on_begin(EventNews::Begun));
        let failing = source.clone();
        let error = Listener::new(&source, "error", move |_: Event| {
            failing.close();
            on_news(EventNews::Failed);
        });
        Ok(Self { source, _listeners: [connect_time, ping, refused, message, open, error] })
    }
}

impl Drop for EventStream {
    fn drop(&mut self) {
        self.source.close();
    }
}

impl fmt::Debug for EventStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("EventStream").field(&self.source.url()).finish()
    }
}
