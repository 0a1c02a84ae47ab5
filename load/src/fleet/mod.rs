//! Many links to one server, on one thread.

mod items;
mod talk;

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};
use socket2::{Domain, SockRef, Socket, Type};

pub(crate) use items::Items;
pub(crate) use talk::{Talk, Way};

/// A link's number; none is given twice.
pub(crate) type Id = usize;

/// All links to one server.
pub(crate) struct Fleet {
    address: SocketAddr,
    links: HashMap<Id, Link>,
    next: Id,
    poll: Poll,
    due: BinaryHeap<Reverse<(Instant, Id)>>,
    buffer: Vec<u8>,
    /// What links that are gone have heard.
    gone: Sums,
    /// Links that ended though nobody let them go.
    pub(crate) lost: Vec<Lost>,
}

/// A link that ended though nobody let it go.
#[derive(Clone, Debug)]
pub(crate) struct Lost {
    pub(crate) id: Id,
    pub(crate) way: Way,
    pub(crate) why: String,
    /// What it had heard.
    pub(crate) items: Items,
}

/// What was heard.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Sums {
    pub(crate) items: u64,
    pub(crate) messages: u64,
}

struct Link {
    stream: TcpStream,
    talk: Talk,
    unsaid: Vec<u8>,
}

impl Fleet {
    pub(crate) fn new(address: SocketAddr) -> Result<Self> {
        Ok(Self {
            address,
            links: HashMap::new(),
            next: 0,
            poll: Poll::new()?,
            due: BinaryHeap::new(),
            buffer: vec![0; 64 * 1024],
            gone: Sums::default(),
            lost: Vec::new(),
        })
    }

    /// Begins to open a link; `query` has its parameters, each with its `&`.
    pub(crate) fn open(&mut self, way: Way, query: &str) -> Result<Id> {
        self.open_after(way, query, None)
    }

    /// Begins to open one that goes on behind a place.
    pub(crate) fn open_after(&mut self, way: Way, query: &str, cursor: Option<u64>) -> Result<Id> {
        let socket = Socket::new(Domain::for_address(self.address), Type::STREAM, None)?;
        socket.set_nonblocking(true)?;
        socket.set_tcp_nodelay(true)?;
        match socket.connect(&self.address.into()) {
            Err(error) if error.raw_os_error() != Some(IN_PROGRESS) => {
                return Err(error).context("a link can't be opened");
            }
            Ok(()) | Err(_) => {}
        }
        let mut stream = TcpStream::from_std(socket.into());
        let id = self.next;
        self.next += 1;
        let both = Interest::READABLE | Interest::WRITABLE;
        self.poll.registry().register(&mut stream, Token(id), both)?;
        let talk = Talk::new(way, query).after(cursor);
        let unsaid = talk.question();
        self.links.insert(id, Link { stream, talk, unsaid });
        Ok(id)
    }

    /// Opens a link for each of the ways, and waits until all are open.
    pub(crate) fn open_all(
        &mut self,
        ways: impl IntoIterator<Item = Way>,
        query: &str,
    ) -> Result<()> {
        let started = Instant::now();
        let mut ways = ways.into_iter().peekable();
        let mut opening = Vec::new();
        while ways.peek().is_some() || !opening.is_empty() {
            while let Some(way) = ways.next_if(|way| opening.len() < at_once(*way)) {
                opening.push(self.open(way, query)?);
            }
            self.run(Duration::from_millis(2))?;
            if let Some(Lost { way, why, .. }) = self.lost.first() {
                bail!("link {} of {way:?}: {why}", self.links.len() + 1);
            }
            opening.retain(|id| self.links.get(id).is_some_and(|link| !link.talk.is_open));
            if started.elapsed() > OPENS_WITHIN {
                bail!("{} links wait to be opened after {OPENS_WITHIN:?}", opening.len());
            }
        }
        Ok(())
    }

    /// Says something on a link.
    pub(crate) fn say(&mut self, id: Id, bytes: &[u8]) {
        if let Some(link) = self.links.get_mut(&id) {
            // What the server does not take is bounded by what is said, message by message.
            if link.unsaid.len() < UNSAID_MAX {
                link.unsaid.extend_from_slice(bytes);
            }
            let flushed = link.flush();
            self.settle(id, flushed.err());
        }
    }

    /// Lets a link go, by a reset where `rudely`.
    pub(crate) fn close(&mut self, id: Id, rudely: bool) {
        if let Some(link) = self.links.remove(&id) {
            self.gone.add(&link.talk);
            if rudely {
                // A link that is gone already can't be reset.
                let _ = SockRef::from(&link.stream).set_linger(Some(Duration::ZERO));
            } else {
                let _ = link.stream.shutdown(Shutdown::Write);
            }
        }
    }

    pub(crate) fn ids(&self) -> Vec<Id> {
        self.links.keys().copied().collect()
    }

    pub(crate) fn way(&self, id: Id) -> Option<Way> {
        self.links.get(&id).filter(|link| link.talk.is_open).map(|link| link.talk.way())
    }

    /// What a link that is there has heard of items.
    pub(crate) fn items(&self, id: Id) -> Option<Items> {
        self.links.get(&id).map(|link| link.talk.items())
    }

    pub(crate) fn open_links(&self) -> usize {
        self.links.values().filter(|link| link.talk.is_open).count()
    }

    /// All that was heard so far.
    pub(crate) fn sums(&self) -> Sums {
        let mut sums = self.gone;
        self.links.values().for_each(|link| sums.add(&link.talk));
        sums
    }

    /// Goes on for so long.
    pub(crate) fn run(&mut self, time: Duration) -> Result<()> {
        let end = Instant::now() + time;
        let mut events = Events::with_capacity(1024);
        loop {
            self.ask_what_is_due();
            let now = Instant::now();
            if now >= end {
                return Ok(());
            }
            let next = self.due.peek().map_or(end, |Reverse((due, _))| end.min(*due));
            self.poll.poll(&mut events, Some(next.saturating_duration_since(now)))?;
            for event in &events {
                let Token(id) = event.token();
                let Some(link) = self.links.get_mut(&id) else { continue };
                let mut over = None;
                if event.is_writable() {
                    over = link.flush().err();
                }
                if over.is_none() && event.is_readable() {
                    let (ask, end) = link.hear(&mut self.buffer, event.is_read_closed());
                    over = end;
                    self.due.extend(ask.map(|wait| Reverse((Instant::now() + wait, id))));
                }
                self.settle(id, over);
            }
        }
    }

    fn ask_what_is_due(&mut self) {
        let now = Instant::now();
        while self.due.peek().is_some_and(|Reverse((due, _))| *due <= now) {
            let Some(Reverse((_, id))) = self.due.pop() else { return };
            if let Some(link) = self.links.get_mut(&id) {
                link.unsaid.extend(link.talk.question());
                let flushed = link.flush();
                self.settle(id, flushed.err());
            }
        }
    }

    /// Takes leave of a link that is over.
    fn settle(&mut self, id: Id, over: Option<String>) {
        let Some(why) = over else { return };
        if let Some(link) = self.links.remove(&id) {
            self.gone.add(&link.talk);
            let (way, items) = (link.talk.way(), link.talk.items());
            self.lost.push(Lost { id, way, why, items });
        }
    }
}

impl Link {
    /// Says what is unsaid, as far as the connection takes it.
    fn flush(&mut self) -> Result<(), String> {
        while !self.unsaid.is_empty() {
            match self.stream.write(&self.unsaid) {
                Ok(written) => drop(self.unsaid.drain(..written)),
                Err(error)
                    if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::NotConnected) =>
                {
                    return Ok(());
                }
                Err(error) => return Err(error.to_string()),
            }
        }
        self.unsaid.shrink_to_fit();
        Ok(())
    }

    /// Hears all that has come; tells when to ask next, and why the link is over. The end is told once:
    /// where it is known to be there, it has to be read too.
    fn hear(&mut self, buffer: &mut [u8], to_the_end: bool) -> (Option<Duration>, Option<String>) {
        let mut ask = None;
        loop {
            match self.stream.read(buffer) {
                Ok(0) => return (ask, Some("ended by the server".to_owned())),
                Ok(length) => {
                    let heard = self.talk.hear(&buffer[..length]);
                    ask = heard.ask_after.or(ask);
                    self.unsaid.extend(heard.say);
                    let over = heard.over.or_else(|| self.flush().err());
                    if over.is_some() || (length < buffer.len() && !to_the_end) {
                        return (ask, over);
                    }
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return (ask, None),
                Err(error) => return (ask, Some(error.to_string())),
            }
        }
    }
}

impl Sums {
    fn add(&mut self, talk: &Talk) {
        self.items += talk.items().count;
        self.messages += talk.messages;
    }
}

/// What a server has to be told where all links are one client's.
pub(crate) const ONE_CLIENT: &[&str] = &[
    "--client-connections=10000",
    "--client-sockets=10000",
    "--client-streams=10000",
    "--client-polls=10000",
    "--client-requests=10000",
];

/// `EINPROGRESS`: the connection is being made.
const IN_PROGRESS: i32 = 115;
/// How many may be opening: fewer than the server's queue of connections that it has not taken yet. A
/// peer on Node.js sends no head before its first item, and has a queue of 511.
fn at_once(way: Way) -> usize {
    if matches!(way, Way::Other(_)) { 400 } else { 100 }
}

const OPENS_WITHIN: Duration = Duration::from_secs(60);
const UNSAID_MAX: usize = 4 * 1024 * 1024;

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::thread;

    use super::*;

    #[test]
    fn links_open_hear_and_are_lost() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut fleet = Fleet::new(listener.local_addr().unwrap()).unwrap();
        thread::spawn(move || {
            for mut stream in listener.incoming().map_while(Result::ok).take(3) {
                let mut request = [0; 1000];
                assert!(stream.read(&mut request).unwrap() > 0);
                stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n{\"seq\":4}\n").unwrap();
                // And ends with this.
            }
        });
        fleet.open(Way::Stream, "").unwrap();
        fleet.open(Way::Events, "").unwrap();
        let id = fleet.open(Way::Other("/"), "").unwrap();
        let started = Instant::now();
        while fleet.lost.len() < 3 && started.elapsed() < Duration::from_secs(10) {
            fleet.run(Duration::from_millis(5)).unwrap();
        }
        assert_eq!(fleet.sums().items, 3);
        assert!(
            fleet.lost.iter().all(|lost| lost.why == "ended by the server"),
            "{:?}",
            fleet.lost
        );
        fleet.close(id, true);
        assert!(fleet.ids().is_empty());
    }
}
