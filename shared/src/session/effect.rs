//! What a session wants done.

use std::time::Duration;

use super::{CannotSay, Ended, Garbled, LinkId, Part};
use crate::close::CloseCode;
use crate::echo::{Fault, FromBrowser, SendKey};
use crate::feed::{ConnectTime, Period, Seq, Tick};
use crate::info::Info;
use crate::path;
use crate::time::UnixMillis;
use crate::transport::Transport;

/// One thing to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Open a link and report its events under this id.
    Open {
        /// Whose link it is.
        part: Part,
        /// New with each attempt.
        link: LinkId,
        /// What to connect to.
        target: Target,
    },
    /// Ask once more on a link whose answers have each to be asked for.
    Ask {
        /// The link.
        link: LinkId,
        /// What to ask for.
        target: Target,
    },
    /// Send a message on an open chat socket.
    Send {
        /// The socket.
        link: LinkId,
        /// The message.
        message: FromBrowser,
    },
    /// Send a message by a plain request; its answer is all the news of this link.
    Post {
        /// The request, new with each.
        link: LinkId,
        /// The message.
        message: FromBrowser,
    },
    /// Start the close handshake; the link stays until it reports that it is closed.
    Close {
        /// The socket.
        link: LinkId,
        /// The code to send.
        code: CloseCode,
        /// The reason to send.
        reason: String,
    },
    /// Let a link go at once, whatever state it is in.
    Drop(LinkId),
    /// Ask the server by a plain request what is the matter, see [`super::Event::Probed`].
    Probe(Part, Target),
    /// Tell the other tabs of this origin that requests of this one queue in the browser, see
    /// [`super::PageEvent::OtherTabQueues`].
    TellTabs,
    /// Write down what happened, for people to read.
    Report(Report),
    /// What can be seen of this part has changed.
    Changed(Part),
}

/// What a link connects to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Target {
    /// The chat socket.
    Echo,
    /// The clock, from the item after a cursor on.
    Clock {
        /// How.
        transport: Transport,
        /// Which clock.
        every: Period,
        /// The cursor; without one, from the newest item on.
        after: Option<Seq>,
        /// How long an answer may wait for an item, where that is not for the server to say.
        wait: Option<Duration>,
    },
}

impl Target {
    /// Returns the address relative to the API's base address.
    pub fn below_api(&self) -> String {
        match self {
            Self::Echo => path::below_api(path::ECHO).to_owned(),
            Self::Clock { transport, every, after, wait } => {
                let path = transport.of(path::below_api(path::CLOCK));
                let after = after.map(|seq| format!("&after={seq}")).unwrap_or_default();
                let wait = wait.map(|wait| format!("&wait={}", wait.as_secs())).unwrap_or_default();
                format!("{path}?every={every}{after}{wait}")
            }
        }
    }
}

/// What happened, for the stores that keep history.
#[derive(Clone, Debug, PartialEq)]
pub enum Report {
    /// In the chat.
    Chat(ChatReport),
    /// To the clock, as a part follows it.
    Clock(Part, ClockReport),
    /// What the server says of itself.
    Info(Box<Info>),
}

/// What happened in the chat.
#[derive(Clone, Debug, PartialEq)]
pub enum ChatReport {
    /// A message was put into the outbox.
    Queued {
        /// Its label from here on.
        key: SendKey,
        /// What was said.
        text: String,
    },
    /// A message could not be taken, and is not kept.
    NotSaid {
        /// What was said.
        text: String,
        /// Why it could not be taken.
        why: CannotSay,
    },
    /// A message went out, for the first time or once more.
    Sent {
        /// Which message.
        key: SendKey,
    },
    /// A message came back, and has left the outbox.
    Echoed {
        /// Which message.
        key: SendKey,
        /// As the server sent it.
        text: String,
        /// When the server read it.
        received: UnixMillis,
        /// From the sending on this link to the echo.
        round_trip: Duration,
        /// How it went there and back.
        way: Way,
    },
    /// A message was refused, and has left the outbox.
    Refused {
        /// Which message, and why.
        key: SendKey,
        /// What the server found wrong with it.
        fault: Fault,
    },
    /// The server finds fault with something that is not in the outbox.
    Complained(Fault),
    /// The server's message can't be read.
    Garbled(Garbled),
    /// The server spoke first: the link is open.
    Opened {
        /// The server process.
        instance: String,
    },
    /// The link is no more.
    Ended(Ended),
    /// No socket gets through, or none lasts: messages go by plain requests from here on.
    PostingBegun,
    /// Messages go by plain requests no more.
    PostingEnded(PostingEnd),
}

/// How a message goes to the server and its echo comes back.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Way {
    /// Over the chat's socket.
    Socket,
    /// By a plain request of its own.
    Post,
}

/// Why messages go by plain requests no more.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PostingEnd {
    /// A socket has lasted.
    SocketLasts,
    /// Plain requests are not answered either.
    NoAnswer,
    /// The chat is not wanted any more, or not there.
    Stopped,
}

/// What happened to the clock.
#[derive(Clone, Debug, PartialEq)]
pub enum ClockReport {
    /// The first message has come: the link is open. Not every transport greets.
    Opened(Option<ConnectTime>),
    /// A tick came that was not seen before.
    Ticked {
        /// The tick.
        tick: Tick,
        /// From due to arrival in microseconds on the server's time; unknown for what had to be
        /// caught up with, or where the server's time is not known.
        delay: Option<i64>,
    },
    /// Items are gone for good.
    Gap {
        /// Where the clock goes on.
        oldest: Seq,
        /// How many items it leaves out, where the cursor is known.
        lost: Option<u64>,
    },
    /// The clock goes on at a place that it has passed before: the server's was set back.
    StartedAnew {
        /// The cursor that was given up.
        after: Seq,
        /// Where the clock goes on.
        oldest: Seq,
    },
    /// The server refused to go on after the cursor: its clock was set back, or it is another
    /// server. The clock starts over from its newest tick.
    CursorRefused {
        /// The cursor that was given up.
        after: Seq,
    },
    /// Ticks were left out without a word.
    Missed {
        /// How many.
        count: u64,
        /// The tick that came instead.
        before: Seq,
    },
    /// The server's message can't be read.
    Garbled(Garbled),
    /// The link is no more.
    Ended(Ended),
}
