//! One thing that passed on a link.

use std::borrow::Cow;
use std::fmt::Write;
use std::sync::Arc;

use echoclock_shared::ledger::{self, Entry, Kind};
use echoclock_shared::session::Part;
use echoclock_shared::text::Text;
use echoclock_shared::time::UnixMillis;
use echoclock_shared::transport::Transport;
use echoclock_shared::{fill, text};
use serde_json::json;

/// One thing that passed on a link; a clone is cheap.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Row {
    /// Never used twice in one book; zero before it is in one.
    pub id: u64,
    /// When, by the local wall clock.
    pub at: UnixMillis,
    /// From which end it was seen.
    pub seen_by: SeenBy,
    /// On whose link.
    pub part: Part,
    /// Which way it went, if it went anywhere.
    pub way: Option<Way>,
    /// What it was.
    pub what: What,
    /// Its bytes: those of its text from the page, those on the connection from the server.
    pub size: Option<u64>,
    /// Whether the server has computed the size, because it can't see it where it passes.
    pub computed: bool,
    /// What passed, as it is.
    pub raw: Arc<str>,
    /// What the page says of it, with a gap `raw` for what passed, where that alone does not tell.
    pub told: Option<Text>,
    /// Whether there was more.
    pub cut: bool,
}

/// From which end something is seen.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SeenBy {
    /// By the page, as far as the browser lets it.
    Page,
    /// By the server, as its ledger tells.
    Server,
}

/// Which way something goes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Way {
    /// To the server.
    Up,
    /// From the server.
    Down,
}

/// What passed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum What {
    /// The page opens a link, or asks on it.
    Opened,
    /// A request's head.
    Request,
    /// A response's head.
    Response,
    /// A part of a body, or a frame.
    Said(Kind),
    /// An event of an event stream.
    Event,
    /// An answer as a whole.
    Answer,
    /// The end.
    Ended,
}

impl What {
    /// Returns what it is in a word.
    pub const fn text(self) -> Text {
        match self {
            Self::Opened => text!("open"),
            Self::Request => text!("request"),
            Self::Response => text!("response"),
            Self::Said(Kind::Body) => text!("body"),
            Self::Said(Kind::Text) => text!("text"),
            Self::Said(Kind::Binary) => text!("binary"),
            Self::Said(Kind::Continuation) => text!("continuation"),
            Self::Said(Kind::Reserved) => text!("reserved"),
            Self::Said(Kind::Ping) => text!("ping"),
            Self::Said(Kind::Pong) => text!("pong"),
            Self::Said(Kind::Close) => text!("close"),
            Self::Event => text!("event"),
            Self::Answer => text!("answer"),
            Self::Ended => text!("end"),
        }
    }

    /// Names what it is, for styles and programs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Opened => "open",
            Self::Request => "request",
            Self::Response => "response",
            Self::Said(Kind::Body) => "body",
            Self::Said(Kind::Text) => "text",
            Self::Said(Kind::Binary) => "binary",
            Self::Said(Kind::Continuation) => "continuation",
            Self::Said(Kind::Reserved) => "reserved",
            Self::Said(Kind::Ping) => "ping",
            Self::Said(Kind::Pong) => "pong",
            Self::Said(Kind::Close) => "close",
            Self::Event => "event",
            Self::Answer => "answer",
            Self::Ended => "end",
        }
    }
}

impl Way {
    /// Returns the way in words.
    pub const fn text(self) -> Text {
        match self {
            Self::Up => text!("to the server"),
            Self::Down => text!("from the server"),
        }
    }

    /// Names the way, for styles and programs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Up => "to the server",
            Self::Down => "from the server",
        }
    }
}

impl SeenBy {
    /// Says who it is, where that is not the page itself.
    pub const fn text(self) -> Option<Text> {
        match self {
            Self::Page => None,
            Self::Server => Some(text!("seen by the server")),
        }
    }

    /// Names who it is, for styles and programs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Server => "server",
        }
    }
}

impl Row {
    /// Makes a row of a ledger's entry; `at` is the local wall clock's time of it.
    pub fn of_entry(entry: &Entry, part: Part, at: UnixMillis) -> Self {
        let (what, way, raw) = match &entry.what {
            ledger::What::Request { method, target, version, headers } => {
                let line = format!("{method} {target} {version}");
                (What::Request, Some(Way::Up), head(line, headers))
            }
            ledger::What::Response { status, headers } => {
                (What::Response, Some(Way::Down), head(format!("HTTP {status}"), headers))
            }
            ledger::What::Received(piece) => {
                (What::Said(piece.kind), Some(Way::Up), piece.raw.as_str().into())
            }
            ledger::What::Sent(piece) => {
                (What::Said(piece.kind), Some(Way::Down), piece.raw.as_str().into())
            }
            ledger::What::Ended { reason } => (What::Ended, None, reason.as_str().into()),
        };
        Self {
            id: 0,
            at,
            seen_by: SeenBy::Server,
            part,
            way,
            what,
            size: Some(entry.size),
            computed: entry.computed,
            raw,
            told: None,
            cut: entry.cut,
        }
    }

    /// Returns what it says.
    pub fn says(&self) -> Cow<'_, str> {
        match self.told {
            None => Cow::Borrowed(&self.raw),
            Some(told) => Cow::Owned(fill!(told, raw = self.raw)),
        }
    }

    /// Whether it holds `text`, which is in lower case, in anything that is shown; `lower` brings texts to
    /// lower case.
    pub fn holds(&self, text: &str, lower: fn(&str) -> String) -> bool {
        let words = [Some(self.what.text()), self.seen_by.text(), self.way.map(Way::text)];
        words.into_iter().flatten().any(|word| word.words().contains(text))
            || lower(&self.says()).contains(text)
    }

    /// Writes it as a line of JSON.
    pub fn to_json(&self) -> String {
        let part = match self.part {
            Part::Chat => "chat",
            Part::Clock => "clock",
            Part::Lane(_) => "lane",
        };
        json!({
            "at": self.at,
            "seen_by": self.seen_by.name(),
            "part": part,
            "transport": transport_of(self.part),
            "way": self.way.map(Way::name),
            "what": self.what.name(),
            "size": self.size,
            "computed": self.computed,
            "raw": self.says(),
            "cut": self.cut,
        })
        .to_string()
    }
}

/// Returns how a part's link goes.
fn transport_of(part: Part) -> Transport {
    match part {
        Part::Chat => Transport::Socket,
        Part::Clock => Transport::Events,
        Part::Lane(transport) => transport,
    }
}

fn head(line: String, headers: &[(String, String)]) -> Arc<str> {
    let head = headers.iter().fold(line, |mut head, (name, value)| {
        // Writing to a string does not fail.
        let _ = write!(head, "\n{name}: {value}");
        head
    });
    head.into()
}
