//! The lesson: what each transport does, what it costs, when to use it, and what rules it.
//!
//! The page shows it beside each lane, and docs/TRANSPORTS.md is written from it.

mod markdown;
pub use markdown::markdown;

mod texts;

use echoclock_shared::transport::Transport;

/// What there is to know of a transport.
#[derive(Clone, Copy, Debug)]
pub struct Lesson {
    /// How it works.
    pub how: &'static str,
    /// An exchange, step by step.
    pub steps: &'static [Step],
    /// What it costs, and whom.
    pub cost: &'static str,
    /// When to use it, and when not.
    pub when: &'static str,
    /// Which part of which specification rules it.
    pub rules: &'static [Rule],
    /// How it compares with the others.
    pub compared: Compared,
}

/// A step of an exchange.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Step {
    /// The browser says something to the server.
    Up(&'static str),
    /// The server says something to the browser.
    Down(&'static str),
    /// Time passes.
    Wait(&'static str),
}

/// A part of a specification.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Rule {
    /// What it is called, and what it rules.
    pub text: &'static str,
    /// Where it is.
    pub url: &'static str,
}

/// A transport in a few words for each question.
#[derive(Clone, Copy, Debug)]
pub struct Compared {
    /// How long news takes, besides the way itself.
    pub delay: &'static str,
    /// What it keeps open.
    pub holds: &'static str,
    /// How it goes on after a loss.
    pub resumes: &'static str,
    /// What a proxy in between may do to it.
    pub proxies: &'static str,
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
