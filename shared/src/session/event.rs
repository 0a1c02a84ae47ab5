//! What can happen to a session.

use std::fmt;
use std::time::Duration;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::{Garbled, LinkId};
use crate::close::CloseCode;
use crate::echo::FromServer;
use crate::feed::{ConnectTime, Item, Period, Tick};
use crate::info::Info;
use crate::problem::Problem;
use crate::transport::Transport;
use crate::{say, words};

/// One thing that happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The user wants something.
    User(Intent),
    /// The page around the session changed.
    Page(PageEvent),
    /// [`super::Session::next_deadline`] has come.
    Woke,
    /// A link has news; of an older link it is ignored.
    Link(LinkId, LinkEvent),
    /// The answer to [`super::Effect::Probe`].
    Probed(Probed),
}

/// The parts of the session, each over a link of its own.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Part {
    /// The chat echo.
    Chat,
    /// The clock that is shown beside it.
    Clock,
    /// The clock once more, over one of the transports that are compared.
    Lane(Transport),
}

/// What a user can want.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Intent {
    /// Be connected; where the session waits to retry, retry at once.
    Connect(Part),
    /// Be connected no more, until [`Self::Connect`].
    Disconnect {
        /// Which part.
        part: Part,
        /// Goes into the close frame; a link without a close handshake has no use for it.
        code: CloseCode,
        /// Goes into the close frame.
        reason: String,
    },
    /// Have a text echoed.
    Say(String),
    /// Follow the clock of this period beside the chat.
    Every(Period),
    /// Follow the clock of this period over every transport.
    LanesEvery(Period),
    /// Ask this often where each answer has to be asked for and comes at once; from
    /// [`super::Follow::ASK_EVERY_MIN`] to [`super::Follow::ASK_EVERY_MAX`].
    AskEvery(Duration),
    /// Go to another server: the address from which targets are resolved has changed.
    Readdress,
}

/// What happens around the session.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PageEvent {
    /// What the browser believes of the network.
    Online(bool),
    /// Whether the page can be seen.
    Visible(bool),
    /// The page is left: the browser may keep it as it is, and throws it away if it has something
    /// open.
    Left,
    /// The page that was left is shown again.
    Restored,
    /// Requests of another tab queue in the browser, for want of connections that this one holds.
    OtherTabQueues,
}

/// What a link's adapter reports.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum LinkEvent {
    /// A message on the chat socket.
    Echo(FromServer),
    /// A message of the clock.
    Clock(FromClock),
    /// The headers of an answer have come, where its adapter can tell.
    Begun,
    /// All of an answer has come; the next one has to be asked for by [`super::Effect::Ask`].
    Answered,
    /// A message that can't be read, with the reason.
    Garbled(Garbled),
    /// The server refuses the link for a while, and has said why before it ends it.
    Refused(Problem),
    /// The link has ended, or never came to be.
    Closed(CloseReport),
    /// The link can't even be tried, with the reason: a wrong address, say.
    Impossible(String),
}

/// What a link says that follows the clock, whichever transport carries it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(from = "Plain")]
pub enum FromClock {
    /// The first message of a transport that greets.
    Hello(ConnectTime),
    /// A tick, or a gap.
    Item(Item<Tick>),
    /// A sign of life between slow ticks.
    Ping,
}

/// How it is written where messages are plain JSON.
#[derive(Deserialize)]
#[serde(untagged)]
enum Plain {
    Hello { hello: ConnectTime },
    Ping { ping: IgnoredAny },
    Item(Item<Tick>),
}

impl From<Plain> for FromClock {
    fn from(plain: Plain) -> Self {
        match plain {
            Plain::Hello { hello } => Self::Hello(hello),
            Plain::Ping { ping: IgnoredAny } => Self::Ping,
            Plain::Item(item) => Self::Item(item),
        }
    }
}

/// How a link ended, as its adapter saw it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CloseReport {
    /// The code from the close frame, or one of those that stand for its absence.
    pub code: CloseCode,
    /// The reason from the close frame.
    pub reason: String,
    /// Whether there was a close handshake.
    pub clean: bool,
}

impl CloseReport {
    /// Makes the report of a link that broke without a word.
    pub const fn lost() -> Self {
        Self { code: CloseCode::ABNORMAL, reason: String::new(), clean: false }
    }
}

/// What a plain request found out about the server.
#[derive(Clone, Debug, PartialEq)]
pub struct Probed {
    /// Whose trouble it was about.
    pub part: Part,
    /// When the question for [`Finding::Info`] went out, on the time of [`super::Moment::mono`].
    pub asked: Duration,
    /// What came back.
    pub finding: Finding,
}

/// An answer of somebody who is not this server, in words by `Display`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Stranger {
    /// The status code.
    pub status: u16,
    /// The media type, empty where there is none.
    pub media_type: String,
}

impl fmt::Display for Stranger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { status, media_type } = self;
        let kind = if media_type.is_empty() { words!("nothing") } else { media_type };
        f.write_str(&match status {
            500..=504 => say!(
                "HTTP status {status} with {kind}, as a proxy answers whose server is gone",
                status,
                kind
            ),
            _ => say!("HTTP status {status} with {kind}", status, kind),
        })
    }
}

/// What came back on a plain request.
#[derive(Clone, Debug, PartialEq)]
pub enum Finding {
    /// The server answers.
    Info(Box<Info>),
    /// The server answers, but refuses the question or what the link asks for.
    Problem(Problem),
    /// Nothing answers, or the browser may not read the answer.
    Unreachable,
    /// Something answers that is not this server.
    NotOurs(Stranger),
}
