//! The clock, over each transport as the page follows it.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use echoclock_shared::check::following::ClockHearing;
use echoclock_shared::check::observed::Heard;
use echoclock_shared::check::probe::Probe;
use echoclock_shared::check::request::{self, Request};
use echoclock_shared::decode;
use echoclock_shared::feed::{Item, Seq, Tick};
use echoclock_shared::path;
use echoclock_shared::transport::Transport;

use super::carry::{Edge, piece_of};
use super::notes::Notes;
use crate::browser::{EventNews, EventStream, FrameNews, HiddenFrame, Said, wait};

impl Edge {
    /// Follows the clock until so many items have come.
    pub(super) async fn follow(
        &self,
        probe: &Probe,
        transport: Transport,
        items: u32,
        resumes: bool,
        notes: &Notes,
    ) {
        let from = if resumes {
            match self.a_while_ago().await {
                Ok(from) => Some(from),
                Err(error) => return notes.broke(error),
            }
        } else {
            None
        };
        let hearing = ClockHearing::new(reading(transport, resumes), from);
        let request = request::of(probe, &self.run, from);
        let following = Following { hearing, items, notes: notes.clone() };
        match transport {
            Transport::Poll | Transport::LongPoll => {
                self.poll(probe, transport, following).await;
            }
            Transport::Socket => self.clock_by_socket(&request, following).await,
            // No event source begins with an id of the past.
            Transport::Events if !resumes => self.clock_by_events(&request, following).await,
            Transport::Frame => self.clock_by_frame(&request, following).await,
            Transport::Stream | Transport::Events => {
                self.clock_by_stream(&request, following).await;
            }
        }
    }

    async fn poll(&self, probe: &Probe, transport: Transport, mut following: Following) {
        let first = following.notes.clone();
        for number in 1.. {
            following.notes = first.of_request(number);
            let request = request::of(probe, &self.run, following.hearing.newest());
            let Some(mut answer) = self.send(&request, &following.notes).await else { return };
            let answer = match answer.whole().await {
                Ok(answer) => answer,
                Err(error) => return following.notes.broke(error),
            };
            let bytes = answer.len() as u64;
            following.notes.take(Heard::Answered { bytes, is_same: true, server_time: None });
            if following.takes(&answer) {
                return;
            }
            // A long poll that is answered with nothing at once is not to become a storm.
            wait(if transport == Transport::Poll { POLL_EVERY } else { PAUSE }).await;
        }
    }

    async fn clock_by_stream(&self, request: &Request, mut following: Following) {
        let Some(mut answer) = self.send(request, &following.notes).await else { return };
        loop {
            match answer.next().await {
                Ok(Some(piece)) => {
                    following.notes.take(piece_of(&piece));
                    if answer.status == 200 && following.takes(&piece) {
                        return following.leaves();
                    }
                }
                Ok(None) => return following.notes.take(Heard::Ended),
                Err(error) => return following.notes.broke(error),
            }
        }
    }

    async fn clock_by_socket(&self, request: &Request, mut following: Following) {
        let Some(socket) = self.open(request, &following.notes).await else { return };
        loop {
            match socket.next().await {
                Said::Text(text) => {
                    if following.takes(text.as_bytes()) {
                        following.leaves();
                        socket.close(1_000, "");
                        break;
                    }
                }
                Said::Opened(_) | Said::Binary(_) => {}
                Said::Closed(code, reason) => {
                    return following.notes.take(Heard::Closed { code, reason });
                }
            }
        }
        loop {
            if let Said::Closed(code, reason) = socket.next().await {
                return following.notes.take(Heard::Closed { code, reason });
            }
        }
    }

    async fn clock_by_events(&self, request: &Request, following: Following) {
        let told = Told::new(following);
        let tell = told.clone();
        let stream = EventStream::open(&self.at(request), move |news| match news {
            EventNews::Begun => {
                // An event source tells of no head but that there is one, of an event stream.
                let headers = vec![];
                tell.notes().take(Heard::Head { status: 200, version: None, headers });
            }
            EventNews::Event { data, .. } => tell.takes(data.as_bytes()),
            EventNews::Failed => tell.broke("the event source failed"),
        });
        told.until_over(stream).await;
    }

    async fn clock_by_frame(&self, request: &Request, following: Following) {
        let told = Told::new(following);
        let tell = told.clone();
        let frame = HiddenFrame::open(&self.at(request), move |news| match news {
            FrameNews::Message(json) => tell.takes(json.as_bytes()),
            FrameNews::Ended => tell.broke("the document is complete, or never came to be"),
        });
        told.until_over(frame).await;
    }

    /// Returns a place of the clock that is a few items old.
    async fn a_while_ago(&self) -> Result<Seq, String> {
        let request = Request::get(path::below_api(path::CLOCK).to_owned());
        let json = self.read(&request).await?.unwrap_or_default();
        let page = decode::page::<Item<Tick>>(&json).unwrap_or_default();
        match page.last() {
            Some(Item::Value(tick)) => Ok(tick.seq.minus(A_WHILE)),
            Some(Item::Gap { .. }) | None => Err("the clock tells no item".to_owned()),
        }
    }
}

/// An adapter of the browser's hands in whole messages where a client of bytes has to find them.
const fn reading(transport: Transport, resumes: bool) -> Transport {
    match transport {
        Transport::Events if resumes => Transport::Events,
        Transport::Events | Transport::Frame => Transport::Socket,
        Transport::Poll | Transport::LongPoll | Transport::Stream | Transport::Socket => transport,
    }
}

/// A clock that is followed until enough has come.
struct Following {
    hearing: ClockHearing,
    /// How many items are still waited for.
    items: u32,
    notes: Notes,
}

impl Following {
    /// Takes what has come, and returns whether that is enough.
    fn takes(&mut self, chunk: &[u8]) -> bool {
        match self.hearing.push(chunk) {
            Ok(heard) => {
                self.items = self.items.saturating_sub(u32::try_from(heard.len()).unwrap_or(0));
                self.notes.take_all(heard);
                self.items == 0
            }
            Err(error) => {
                self.notes.broke(error.to_string());
                true
            }
        }
    }

    fn leaves(&self) {
        self.notes.take(Heard::Left);
    }
}

/// The same for adapters that call back.
#[derive(Clone)]
struct Told(Rc<RefCell<(Following, bool)>>);

impl Told {
    fn new(following: Following) -> Self {
        following.notes.take(Heard::Asked);
        Self(Rc::new(RefCell::new((following, false))))
    }

    fn notes(&self) -> Notes {
        self.0.borrow().0.notes.clone()
    }

    fn takes(&self, message: &[u8]) {
        let mut told = self.0.borrow_mut();
        if !told.1 && told.0.takes(message) {
            told.0.leaves();
            told.1 = true;
        }
    }

    fn broke(&self, error: &str) {
        let mut told = self.0.borrow_mut();
        if !told.1 {
            told.0.notes.broke(error.to_owned());
            told.1 = true;
        }
    }

    /// Waits until it is over, and lets the adapter go.
    async fn until_over<T>(self, adapter: Result<T, String>) {
        match adapter {
            Ok(adapter) => {
                while !self.0.borrow().1 {
                    wait(LOOK_EVERY).await;
                }
                drop(adapter);
            }
            Err(error) => self.notes().broke(error),
        }
    }
}

/// How often a short poll asks, as the page does.
const POLL_EVERY: Duration = Duration::from_secs(1);

const PAUSE: Duration = Duration::from_millis(100);

/// How soon an adapter is let go that has brought enough.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// How many items back a stream that goes on begins.
const A_WHILE: u64 = 5;
