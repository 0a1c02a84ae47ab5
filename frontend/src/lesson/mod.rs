//! The lesson: what each transport does, what it costs, when to use it, and what rules it.
//!
//! The page shows it beside each lane, and docs/TRANSPORTS.md is written from it.

mod markdown;
pub use markdown::markdown;

mod texts;

use echoclock_shared::text::Text;
use echoclock_shared::transport::Transport;

/// What there is to know of a transport.
#[derive(Clone, Copy, Debug)]
pub struct Lesson {
    /// How it works.
    pub how: Text,
    /// An exchange, step by step.
    pub steps: &'static [Step],
    /// What it costs, and whom.
    pub cost: Text,
    /// When to use it, and when not.
    pub when: Text,
    /// Which part of which specification rules it.
    pub rules: &'static [Rule],
    /// How it compares with the others.
    pub compared: Compared,
}

/// A step of an exchange.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Step {
    /// The browser says something to the server.
    Up(Said),
    /// The server says something to the browser.
    Down(Said),
    /// Time passes.
    Wait(Text),
}

/// What one says to the other.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Said {
    /// As it is on the wire.
    Raw(&'static str),
    /// What it is.
    Words(Text),
}

impl Said {
    /// Returns what is to be read.
    pub fn words(self) -> &'static str {
        match self {
            Self::Raw(raw) => raw,
            Self::Words(text) => text.words(),
        }
    }
}

/// A part of a specification.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Rule {
    /// What it is called, and what it rules.
    pub text: Text,
    /// Where it is.
    pub url: &'static str,
}

/// A transport in a few words for each question.
#[derive(Clone, Copy, Debug)]
pub struct Compared {
    /// How long news takes, besides the way itself.
    pub delay: Text,
    /// What it keeps open.
    pub holds: Text,
    /// How it goes on after a loss.
    pub resumes: Text,
    /// What a proxy in between may do to it.
    pub proxies: Text,
}

/// Returns what there is to know of a transport.
pub const fn lesson(transport: Transport) -> &'static Lesson {
    match transport {
        Transport::Poll => &texts::POLL,
        Transport::LongPoll => &texts::LONG_POLL,
        Transport::Stream => &texts::STREAM,
        Transport::Frame => &texts::FRAME,
        Transport::Events => &texts::EVENTS,
        Transport::Socket => &texts::SOCKET,
    }
}
