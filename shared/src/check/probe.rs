//! One experiment, as data: what is asked, what is said, how long it may take.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::plan::Plan;
use crate::encode::{ndjson, sse};
use crate::transport::Transport;
use crate::words;

/// What a probe is called: lower-case letters, digits and `-`, at most 31, so that with a
/// run's id before it it names a link.
///
/// It is stable: reports name probes by it.
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(transparent)]
pub struct ProbeId(pub String);

/// What a probe is about, and a row of the report.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Lane {
    /// Requests that are answered at once, and their bodies.
    Requests,
    /// Short polling.
    Poll,
    /// Long polling.
    LongPoll,
    /// HTTP streaming.
    Stream,
    /// The forever frame.
    Frame,
    /// Server-Sent Events.
    Events,
    /// WebSocket.
    Socket,
}

impl Lane {
    /// All of them, in the order in which a report has them.
    pub const ALL: [Self; 7] = [
        Self::Requests,
        Self::Poll,
        Self::LongPoll,
        Self::Stream,
        Self::Frame,
        Self::Events,
        Self::Socket,
    ];

    /// Returns the transport that the lane is about; nothing for plain requests.
    pub const fn transport(self) -> Option<Transport> {
        Some(match self {
            Self::Requests => return None,
            Self::Poll => Transport::Poll,
            Self::LongPoll => Transport::LongPoll,
            Self::Stream => Transport::Stream,
            Self::Frame => Transport::Frame,
            Self::Events => Transport::Events,
            Self::Socket => Transport::Socket,
        })
    }

    /// Returns its word on the command line.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Requests => "requests",
            Self::Poll => "polling",
            Self::LongPoll => "long-polling",
            Self::Stream => "streaming",
            Self::Frame => "frame",
            Self::Events => "sse",
            Self::Socket => "socket",
        }
    }
}

/// The name as people say it, within a sentence.
impl fmt::Display for Lane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.transport() {
            Some(transport) => transport.fmt(f),
            None => f.write_str(words!("plain requests")),
        }
    }
}

/// An experiment.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Probe {
    /// Its name.
    pub id: ProbeId,
    /// Whose row it belongs to.
    pub lane: Lane,
    /// What it asks, in words for whoever watches: "64-byte items, ten a second".
    pub title: String,
    /// What is asked and said.
    pub ask: Ask,
    /// When it is given up, from its start.
    pub deadline: Duration,
    /// Which clients can run it.
    pub by: By,
}

/// Which clients can run a probe.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum By {
    /// Every client.
    All,
    /// The command line only: browsers do not let a page do it.
    CommandLine,
    /// A browser only.
    Browser,
}

/// What a probe asks of the network.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Ask {
    /// `GET /api/check/seen`, so often, one after the other: the way there and back, and the request
    /// as it arrived.
    Seen {
        /// How often.
        times: u32,
    },
    /// A planned stream, `/api/check/stream`.
    Stream(StreamAsk),
    /// The same address of a planned stream twice at once, and once more after that: who is given
    /// a connection of its own.
    Twins(StreamAsk),
    /// A planned socket, `/api/check/socket`.
    Socket(SocketAsk),
    /// The clock, over a transport as the page follows it, until so many items have come.
    Follow {
        /// How.
        transport: Transport,
        /// How many items are waited for.
        items: u32,
        /// Whether it goes on from an item of the past by `Last-Event-ID` (event streams only).
        resumes: bool,
    },
    /// `GET /api/check/wait?ms=`: an answer that comes after so long.
    Wait {
        /// How long the server waits.
        wait: Duration,
    },
    /// `POST /api/check/body`: so many bytes up; their number and digest come back.
    Upload {
        /// How many.
        bytes: u32,
    },
    /// `GET /api/check/body?bytes=`: so many bytes down.
    Download {
        /// How many.
        bytes: u32,
    },
    /// `GET /api/check/status?code=`: that status, with a body that says it.
    Status {
        /// 204, 404, 500.
        code: u16,
    },
    /// So many planned streams at once: how many open side by side.
    Connections {
        /// How many.
        streams: u32,
        /// What each of them says.
        plan: Plan,
    },
}

impl Ask {
    /// Returns how a planned stream is asked for, where it is one, or the same one more than once.
    pub const fn stream(&self) -> Option<&StreamAsk> {
        match self {
            Self::Stream(ask) | Self::Twins(ask) => Some(ask),
            Self::Seen { .. }
            | Self::Socket(_)
            | Self::Follow { .. }
            | Self::Wait { .. }
            | Self::Upload { .. }
            | Self::Download { .. }
            | Self::Status { .. }
            | Self::Connections { .. } => None,
        }
    }

    /// Returns how a planned socket is asked for, where it is one.
    pub const fn socket(&self) -> Option<&SocketAsk> {
        if let Self::Socket(ask) = self { Some(ask) } else { None }
    }

    /// Returns what the server is to do, where that is planned.
    pub fn plan(&self) -> Option<&Plan> {
        if let Self::Connections { plan, .. } = self {
            return Some(plan);
        }
        let of_socket = || self.socket().map(|ask| &ask.plan);
        self.stream().map(|ask| &ask.plan).or_else(of_socket)
    }
}

/// How a planned stream is asked for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct StreamAsk {
    /// As what it comes.
    pub form: Form,
    /// Whether by `POST` and not by `GET`.
    pub is_post: bool,
    /// Whether the type says `; charset=utf-8`.
    pub has_charset: bool,
    /// Whether the answer says `X-Accel-Buffering: no`.
    pub unbuffered: bool,
    /// Whether the answer says `Cache-Control: no-transform` beside `no-store`.
    pub no_transform: bool,
    /// Whether the client says that it takes no compression (command line only).
    pub identity: bool,
    /// What the server does.
    pub plan: Plan,
    /// When the client leaves, from the head on; it stays to the end otherwise.
    pub leaves_after: Option<Duration>,
}

/// As what a planned stream comes.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// `text/event-stream`.
    Events,
    /// `application/x-ndjson`.
    Lines,
    /// `text/html`.
    Html,
}

impl Form {
    /// All forms.
    pub const ALL: [Self; 3] = [Self::Events, Self::Lines, Self::Html];

    /// Returns what it is called in an address, as the parameter `form`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Events => "events",
            Self::Lines => "lines",
            Self::Html => "html",
        }
    }

    /// Returns its media type, without a charset.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Events => sse::MEDIA_TYPE,
            Self::Lines => ndjson::MEDIA_TYPE,
            Self::Html => "text/html",
        }
    }
}

/// How a planned socket is used.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SocketAsk {
    /// What the server does; it echoes what it is told meanwhile.
    pub plan: Plan,
    /// What the client says, each once the one before has come back or been given up.
    pub says: Vec<Saying>,
    /// With which code and reason the client closes once all that it says and all items of the plan
    /// have come; it waits for the server's close otherwise.
    pub closes: Option<(u16, String)>,
}

impl SocketAsk {
    /// Whether it lasts as long as the client has something to say, and no longer.
    pub(super) fn is_for_its_messages(&self) -> bool {
        !self.says.is_empty() && self.closes.is_some()
    }
}

/// A message that a client says over a socket, and that comes back.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Saying {
    /// When, from the opening on.
    pub after: Duration,
    /// Its bytes.
    pub bytes: u32,
    /// Whether it is binary.
    pub is_binary: bool,
}
