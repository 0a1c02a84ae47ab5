//! The load of the echo benchmark: links with one message each under way, on one thread.
//!
//! What comes back has to be what was said, byte for byte, so that a wrong echo can't win.

use std::io::{ErrorKind, Read, Write};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};

use crate::frame::{self, Kind};

/// How many links, and how much each says at a time.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Shape {
    pub(crate) links: usize,
    pub(crate) bytes: usize,
}

/// How a peer is spoken to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Protocol {
    /// Over a WebSocket that is opened at this path.
    Socket(&'static str),
    /// The same bytes over plain TCP.
    Bare,
}

/// What is said on every link, and what has to come back.
#[derive(Debug)]
struct Talk {
    said: Vec<u8>,
    heard: Vec<u8>,
}

impl Talk {
    fn new(protocol: Protocol, bytes: usize) -> Self {
        let mut dice = fastrand::Rng::with_seed(bytes as u64);
        let payload: Vec<u8> = (0..bytes).map(|_| dice.u8(..)).collect();
        let said = frame::masked(Kind::Binary, &payload);
        let heard = match protocol {
            Protocol::Socket(_) => frame::plain(Kind::Binary, &payload),
            Protocol::Bare => said.clone(),
        };
        Self { said, heard }
    }
}

/// One link: how far its message is out, and how far it is back.
struct Link {
    stream: TcpStream,
    said: usize,
    heard: usize,
}

impl Link {
    /// Says what there is to say, as far as the connection takes it.
    fn say(&mut self, talk: &Talk) -> Result<()> {
        while self.said < talk.said.len() {
            match self.stream.write(&talk.said[self.said..]) {
                Ok(0) => bail!("a link was closed"),
                Ok(written) => self.said += written,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error).context("a link broke"),
            }
        }
        Ok(())
    }

    /// Hears what has come; returns how many messages are back, and says the next one after each.
    fn hear(&mut self, talk: &Talk, buffer: &mut [u8]) -> Result<u64> {
        let mut whole = 0;
        loop {
            let length = match self.stream.read(buffer) {
                Ok(0) => bail!("a link was closed"),
                Ok(length) => length,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(whole),
                Err(error) => return Err(error).context("a link broke"),
            };
            let expected = talk.heard.get(self.heard..self.heard + length);
            ensure!(expected == Some(&buffer[..length]), "the echo is not what was said");
            self.heard += length;
            if self.heard == talk.heard.len() {
                whole += 1;
                (self.said, self.heard) = (0, 0);
                self.say(talk)?;
            }
            // A read that leaves room has taken all that was there.
            if length < buffer.len() {
                return Ok(whole);
            }
        }
    }
}

/// All links to one peer.
pub(crate) struct Load {
    talk: Talk,
    links: Vec<Link>,
    poll: Poll,
    events: Events,
    buffer: Vec<u8>,
}

impl Load {
    /// Opens the links, and has each say its first message.
    pub(crate) fn start(address: SocketAddr, protocol: Protocol, shape: Shape) -> Result<Self> {
        let poll = Poll::new()?;
        let talk = Talk::new(protocol, shape.bytes);
        let mut links = Vec::with_capacity(shape.links);
        for number in 0..shape.links {
            let mut stream = TcpStream::from_std(open(address, protocol)?);
            let both = Interest::READABLE | Interest::WRITABLE;
            poll.registry().register(&mut stream, Token(number), both)?;
            links.push(Link { stream, said: 0, heard: 0 });
        }
        for link in &mut links {
            link.say(&talk)?;
        }
        let events = Events::with_capacity(1024);
        Ok(Self { talk, links, poll, events, buffer: vec![0; 64 * 1024] })
    }

    /// Goes on for so long; returns how many messages came back.
    pub(crate) fn run(&mut self, time: Duration) -> Result<u64> {
        let end = Instant::now() + time;
        let mut whole = 0;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(whole);
            }
            self.poll.poll(&mut self.events, Some(left))?;
            for event in &self.events {
                let link = &mut self.links[event.token().0];
                if event.is_writable() {
                    link.say(&self.talk)?;
                }
                if event.is_readable() {
                    whole += link.hear(&self.talk, &mut self.buffer)?;
                }
            }
        }
    }
}

/// Opens one link, and waits until it is open.
fn open(address: SocketAddr, protocol: Protocol) -> Result<std::net::TcpStream> {
    let mut stream = std::net::TcpStream::connect(address).context("the peer takes no link")?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(OPENS_WITHIN))?;
    if let Protocol::Socket(path) = protocol {
        stream.write_all(&frame::opening(path))?;
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") {
            // Byte by byte, so that nothing after the head is taken.
            ensure!(stream.read(&mut byte)? == 1 && head.len() < 4096, "the peer opens no socket");
            head.push(byte[0]);
        }
        let line = String::from_utf8_lossy(&head).lines().next().unwrap_or_default().to_owned();
        ensure!(line.starts_with("HTTP/1.1 101"), "the peer opens no socket: {line}");
    }
    stream.set_nonblocking(true)?;
    Ok(stream)
}

const OPENS_WITHIN: Duration = Duration::from_secs(10);

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::thread;

    use super::*;

    /// A peer that gives back what the function makes of each piece.
    fn peer(answer: impl Fn(&mut [u8]) + Clone + Send + 'static) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || {
            for mut stream in listener.incoming().map_while(Result::ok) {
                let answer = answer.clone();
                thread::spawn(move || {
                    let mut buffer = [0; 1000];
                    while let Ok(length @ 1..) = stream.read(&mut buffer) {
                        answer(&mut buffer[..length]);
                        if stream.write_all(&buffer[..length]).is_err() {
                            return;
                        }
                    }
                });
            }
        });
        address
    }

    #[test]
    fn a_message_counts_once_it_is_back_whole() {
        for bytes in [10, 5_000] {
            let shape = Shape { links: 3, bytes };
            let mut load = Load::start(peer(|_| {}), Protocol::Bare, shape).unwrap();
            assert!(load.run(Duration::from_millis(200)).unwrap() >= 3, "{bytes}");
        }
    }

    #[test]
    fn a_wrong_echo_is_an_error() {
        let wrong = peer(|bytes| bytes[bytes.len() - 1] ^= 1);
        let shape = Shape { links: 1, bytes: 10 };
        let mut load = Load::start(wrong, Protocol::Bare, shape).unwrap();
        let error = load.run(Duration::from_secs(5)).unwrap_err().to_string();
        assert_eq!(error, "the echo is not what was said");
    }
}
