//! What a follower says and hears, as values: no connection is known here (pure).

use std::time::Duration;

use super::items::Items;
use crate::frame::{self, Kind, Reader};

/// What a link is for.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum Way {
    Poll,
    LongPoll,
    Stream,
    Frame,
    Events,
    Socket,
    /// The chat's socket.
    Chat,
    /// The raw echo's.
    Raw,
    /// Any socket that says nothing by itself, at this path.
    Quiet(&'static str),
    /// Any event stream, at this path.
    Other(&'static str),
    /// A connection and nothing else.
    Bare,
}

impl Way {
    /// The six ways to follow the clock.
    pub(crate) const CLOCK: [Self; 6] =
        [Self::Poll, Self::LongPoll, Self::Stream, Self::Frame, Self::Events, Self::Socket];

    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::Poll => "/api/clock",
            Self::LongPoll => "/api/clock/next",
            Self::Stream => "/api/clock/stream",
            Self::Frame => "/api/clock/frame",
            Self::Events => "/api/clock/events",
            Self::Socket => "/api/clock/socket",
            Self::Chat => "/api/echo",
            Self::Raw => "/api/echo/raw",
            Self::Quiet(path) | Self::Other(path) => path,
            Self::Bare => "/",
        }
    }

    fn is_socket(self) -> bool {
        matches!(self, Self::Socket | Self::Chat | Self::Raw | Self::Quiet(_))
    }
}

/// What came of some bytes.
#[derive(Debug, Default, Eq, PartialEq)]
pub(crate) struct Heard {
    /// What is to be said at once.
    pub(crate) say: Vec<u8>,
    /// The next question is due after this long.
    pub(crate) ask_after: Option<Duration>,
    /// Why the link is of no use any more.
    pub(crate) over: Option<String>,
}

/// One link's side of the talk.
#[derive(Debug)]
pub(crate) struct Talk {
    way: Way,
    /// Parameters, each with its `&`.
    query: String,
    state: State,
    items: Items,
    /// Whole messages on a socket, and answers to polls.
    pub(crate) messages: u64,
    /// Whether the answer that opens it has come.
    pub(crate) is_open: bool,
}

#[derive(Debug)]
enum State {
    Head(Vec<u8>),
    Body(usize),
    Endless(Tail),
    Frames(Reader),
}

/// The last bytes of an endless answer.
#[derive(Debug, Default)]
struct Tail([u8; LAST_CHUNK.len()]);

impl Tail {
    fn read(&mut self, bytes: &[u8]) {
        let length = bytes.len().min(self.0.len());
        self.0.rotate_left(length);
        let from = self.0.len() - length;
        self.0[from..].copy_from_slice(&bytes[bytes.len() - length..]);
    }

    /// Whether the answer has come to an end; its connection may be kept for the next one.
    fn is_last(&self) -> bool {
        self.0 == *LAST_CHUNK
    }
}

impl Talk {
    pub(crate) fn new(way: Way, query: &str) -> Self {
        let bare = way == Way::Bare;
        let state = if bare { State::Endless(Tail::default()) } else { State::Head(Vec::new()) };
        let query = query.to_owned();
        Self { way, query, state, items: Items::default(), messages: 0, is_open: bare }
    }

    pub(crate) fn way(&self) -> Way {
        self.way
    }

    /// Goes on behind a place, as a follower does who comes back.
    pub(crate) fn after(mut self, cursor: Option<u64>) -> Self {
        self.items = Items::after(cursor);
        self
    }

    /// What has been heard of items.
    pub(crate) fn items(&self) -> Items {
        self.items
    }

    /// The request that opens the link, or asks anew.
    pub(crate) fn question(&self) -> Vec<u8> {
        // An event stream says it as a browser does.
        let by_header = self.way == Way::Events;
        let last = self.items.last.filter(|_| !by_header);
        let after = last.map(|last| format!("&after={last}")).unwrap_or_default();
        let query = format!("{}{after}", self.query);
        let query = query.strip_prefix('&').map(|query| format!("?{query}")).unwrap_or_default();
        let path = format!("{}{query}", self.way.path());
        if self.way == Way::Bare {
            Vec::new()
        } else if self.way.is_socket() {
            frame::opening(&path)
        } else {
            let last = self.items.last.filter(|_| by_header);
            let last = last.map(|last| format!("Last-Event-ID: {last}\r\n")).unwrap_or_default();
            format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n{last}\r\n").into_bytes()
        }
    }

    /// Takes what has arrived.
    pub(crate) fn hear(&mut self, mut bytes: &[u8]) -> Heard {
        let mut heard = Heard::default();
        while !bytes.is_empty() && heard.over.is_none() {
            match &mut self.state {
                State::Head(head) => {
                    let (byte, rest) = bytes.split_first().expect("there are some");
                    head.push(*byte);
                    bytes = rest;
                    if head.ends_with(b"\r\n\r\n") {
                        let head = std::mem::take(head);
                        self.begin(&head, &mut heard);
                    } else if head.len() > HEAD_MAX {
                        heard.over = Some("the answer's head does not end".to_owned());
                    }
                }
                State::Body(left) => {
                    let taken = (*left).min(bytes.len());
                    self.items.read(&bytes[..taken]);
                    *left -= taken;
                    bytes = &bytes[taken..];
                    if *left == 0 {
                        self.answered(&mut heard);
                    }
                }
                State::Endless(tail) => {
                    self.items.read(bytes);
                    tail.read(bytes);
                    heard.over = tail.is_last().then(|| "the answer has ended".to_owned());
                    return heard;
                }
                State::Frames(reader) => {
                    let (items, messages) = (&mut self.items, &mut self.messages);
                    reader.read(bytes, |kind, payload| match kind {
                        Kind::Text | Kind::Binary => {
                            items.read(payload);
                            *messages += 1;
                        }
                        Kind::Ping => heard.say.extend(frame::masked(Kind::Pong, payload)),
                        Kind::Close => {
                            let code = payload.first_chunk().copied().map_or(0, u16::from_be_bytes);
                            heard.over = Some(format!("closed with {code}"));
                        }
                        Kind::Continuation | Kind::Pong => {}
                        Kind::Other(code) => heard.over = Some(format!("a frame of kind {code}")),
                    });
                    return heard;
                }
            }
        }
        heard
    }

    /// Looks at an answer's head.
    fn begin(&mut self, head: &[u8], heard: &mut Heard) {
        let head = String::from_utf8_lossy(head);
        let status = head.split(' ').nth(1).unwrap_or_default();
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())?
        });
        self.state = match (status, self.way) {
            ("101", way) if way.is_socket() => State::Frames(Reader::default()),
            ("200", Way::Poll | Way::LongPoll) => State::Body(length.unwrap_or_default()),
            ("204", Way::LongPoll) => State::Body(0),
            // A stream that says only why it is none knows its length.
            ("200", way) if !way.is_socket() && length.is_none() => State::Endless(Tail::default()),
            _ => {
                heard.over = Some(format!("answered {status}"));
                return;
            }
        };
        self.is_open = true;
        if matches!(self.state, State::Body(0)) {
            self.answered(heard);
        }
    }

    /// A poll's answer is there: the next one is asked for.
    fn answered(&mut self, heard: &mut Heard) {
        self.messages += 1;
        self.state = State::Head(Vec::new());
        if self.way == Way::LongPoll {
            heard.say.extend(self.question());
        } else {
            heard.ask_after = Some(POLLS_EVERY);
        }
    }
}

/// The pace of the page's own short poll.
const POLLS_EVERY: Duration = Duration::from_secs(1);
const HEAD_MAX: usize = 16 * 1024;
const LAST_CHUNK: &[u8; 5] = b"0\r\n\r\n";

#[cfg(test)]
mod tests {
    use super::*;

    const ITEM: &str = "{\"seq\":7,\"due\":\"\"}";

    fn in_pieces(talk: &mut Talk, bytes: &[u8], cut: usize) -> Vec<Heard> {
        let all = bytes.chunks(cut).map(|piece| talk.hear(piece));
        all.filter(|heard| *heard != Heard::default()).collect()
    }

    #[test]
    fn a_poll_is_asked_anew_when_it_is_answered() {
        let body = format!("{{\"items\":[{ITEM}]}}");
        let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len());
        for cut in [1, 5, 1000] {
            let mut talk = Talk::new(Way::LongPoll, "&every=5s");
            let heard = in_pieces(&mut talk, answer.as_bytes(), cut);
            assert_eq!(heard.len(), 1);
            let asked = String::from_utf8(heard[0].say.clone()).unwrap();
            assert!(asked.starts_with("GET /api/clock/next?every=5s&after=7 HTTP/1.1"), "{asked}");
            assert!(talk.is_open && talk.items().count == 1);
            let mut talk = Talk::new(Way::Poll, "");
            let heard = in_pieces(&mut talk, answer.as_bytes(), cut);
            assert_eq!((heard.len(), heard[0].ask_after), (1, Some(POLLS_EVERY)));
        }
        let mut talk = Talk::new(Way::LongPoll, "");
        let heard = talk.hear(b"HTTP/1.1 204 No Content\r\n\r\n");
        assert!(heard.say.starts_with(b"GET /api/clock/next HTTP/1.1"));
    }

    #[test]
    fn items_count_on_whatever_way_they_come() {
        let endless = format!("HTTP/1.1 200 OK\r\n\r\n12\r\ndata: {ITEM}\n\n\r\n");
        for way in [Way::Stream, Way::Frame, Way::Events, Way::Other("/")] {
            let mut talk = Talk::new(way, "");
            assert!(in_pieces(&mut talk, endless.as_bytes(), 3).is_empty());
            assert_eq!((talk.items().count, talk.is_open), (1, true), "{way:?}");
        }
        let mut socket = Talk::new(Way::Socket, "");
        let mut sent = b"HTTP/1.1 101 Switching Protocols\r\n\r\n".to_vec();
        sent.extend(frame::plain(Kind::Text, ITEM.as_bytes()));
        sent.extend(frame::plain(Kind::Ping, b"there?"));
        let heard = in_pieces(&mut socket, &sent, 4);
        assert_eq!((socket.items().count, socket.messages), (1, 1));
        assert_eq!(heard[0].say, frame::masked(Kind::Pong, b"there?"));
    }

    #[test]
    fn who_comes_back_says_where_it_was() {
        let asked = |way| {
            let talk = Talk::new(way, "&every=1s").after(Some(41));
            String::from_utf8(talk.question()).unwrap()
        };
        assert!(asked(Way::Stream).starts_with("GET /api/clock/stream?every=1s&after=41 HTTP/1.1"));
        assert!(asked(Way::Socket).starts_with("GET /api/clock/socket?every=1s&after=41 HTTP/1.1"));
        let events = asked(Way::Events);
        assert!(events.starts_with("GET /api/clock/events?every=1s HTTP/1.1"), "{events}");
        assert!(events.ends_with("\r\nLast-Event-ID: 41\r\n\r\n"), "{events}");
    }

    #[test]
    fn a_refusal_and_a_close_are_the_end() {
        for (way, said, why) in [
            (Way::Events, &b"HTTP/1.1 503 Service Unavailable\r\n\r\n"[..], "answered 503"),
            (Way::Socket, b"HTTP/1.1 200 OK\r\n\r\n", "answered 200"),
            (
                Way::Events,
                b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nretry: 9\n",
                "answered 200",
            ),
            (Way::Frame, b"HTTP/1.1 200 OK\r\n\r\n1\r\na\r\n0\r\n\r\n", "the answer has ended"),
            (Way::Raw, b"HTTP/1.1 101 S\r\n\r\n\x88\x02\x03\xe9", "closed with 1001"),
        ] {
            let heard = in_pieces(&mut Talk::new(way, ""), said, 7);
            assert_eq!(heard.last().unwrap().over.as_deref(), Some(why));
        }
    }
}
