//! What the proxy can do wrong: a fault is what it does where a healthy one passes on.

mod holds;

mod alters_frames;
mod cuts;
mod deaf;
mod limits;
mod loses_closes;
mod repeats;
mod restarts;
mod shares;
mod strips;
mod swallows;

use std::time::Duration;

use serde::Deserialize;
use tokio::time::Instant;

use super::frame::Frame;
use super::head::Head;
use super::keep::Keeps;
use super::relay::Slow;

/// A fault as a label names it, in its field `does`.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(tag = "does", rename_all = "kebab-case")]
pub(crate) enum Name {
    /// Passes on what it gets.
    Nothing,
    /// Takes so long in each direction; of so many pieces, one arrives another time later, and of what each
    /// client says only so many bytes a second get through.
    Delays {
        millis: u64,
        #[serde(default)]
        lost_of: Option<u32>,
        #[serde(default)]
        again_after: u64,
        #[serde(default)]
        up: Option<u32>,
    },
    /// Passes on a piece of a body when the next one comes.
    HoldsLast,
    /// Collects a body's pieces for so long.
    Coalesces { millis: u64 },
    /// Collects a body's bytes up to so many.
    HoldsBytes { bytes: usize },
    /// Collects a body to its end, the head as well.
    HoldsWhole,
    /// Passes on the head with the first piece of the body.
    HoldsHead,
    /// Cuts a connection.
    Cuts(cuts::Cuts),
    /// Breaks all that is open so long after its start, and is well before and after that.
    Restarts { millis: u64 },
    /// Never answers requests whose address contains a text.
    Swallows { target: String },
    /// Takes the upgrade out of a request.
    StripsUpgrade,
    /// Takes headers out of requests and answers.
    StripsHeaders { names: Vec<String> },
    /// Adds headers to requests and answers.
    AddsHeaders { names: Vec<String> },
    /// Changes a letter in messages of a WebSocket.
    AltersFrames,
    /// Loses close frames.
    LosesCloses,
    /// Sends a request so often.
    Repeats { times: usize },
    /// Gives one answer to all who ask the same at the same time.
    Shares,
    /// Gives an answer again to all who ask the same later.
    Replays,
    /// Refuses bodies of requests that have more bytes.
    LimitsBodies { bytes: u64 },
    /// Ends WebSockets with a message of more bytes.
    LimitsMessages { bytes: usize },
    /// Never tells the server that the client has gone.
    Deaf,
}

impl Name {
    /// How slow the way is, where that is all: nothing then looks at what passes.
    pub(super) fn slow(&self) -> Option<Slow> {
        let Self::Delays { millis, lost_of, again_after, up } = *self else { return None };
        let (delay, again_after) = (Duration::from_millis(millis), again_after);
        Some(Slow { delay, lost_of, again_after: Duration::from_millis(again_after), up })
    }

    pub(super) fn fault(&self) -> Box<dyn Fault> {
        match self.clone() {
            Self::Nothing | Self::Delays { .. } => Box::new(Healthy),
            Self::HoldsLast => Box::new(holds::Holds::Last),
            Self::Coalesces { millis } => {
                Box::new(holds::Holds::For(Duration::from_millis(millis)))
            }
            Self::HoldsBytes { bytes } => Box::new(holds::Holds::Bytes(bytes)),
            Self::HoldsWhole => Box::new(holds::Holds::Whole),
            Self::HoldsHead => Box::new(holds::Holds::Head),
            Self::Cuts(cuts) => Box::new(cuts),
            Self::Restarts { millis } => {
                Box::new(restarts::Restarts(Instant::now() + Duration::from_millis(millis)))
            }
            Self::Swallows { target } => Box::new(swallows::Swallows(target)),
            Self::StripsUpgrade => Box::new(strips::Upgrade),
            Self::StripsHeaders { names } => Box::new(strips::Headers { names, adds: false }),
            Self::AddsHeaders { names } => Box::new(strips::Headers { names, adds: true }),
            Self::AltersFrames => Box::new(alters_frames::AltersFrames),
            Self::LosesCloses => Box::new(loses_closes::LosesCloses),
            Self::Repeats { times } => Box::new(repeats::Repeats(times)),
            Self::Shares => Box::new(shares::Shares(Keeps::WhileItRuns)),
            Self::Replays => Box::new(shares::Shares(Keeps::AfterItsEnd)),
            Self::LimitsBodies { bytes } => Box::new(limits::Bodies(bytes)),
            Self::LimitsMessages { bytes } => Box::new(limits::Messages(bytes)),
            Self::Deaf => Box::new(deaf::Deaf),
        }
    }
}

/// What a proxy does at each place where it could do wrong; what a fault leaves out is done right.
pub(super) trait Fault: Send + Sync {
    /// Changes a request.
    fn request(&self, _: &mut Head) {}

    /// Answers a request with a status of its own.
    fn refuses(&self, _: &Head) -> Option<u16> {
        None
    }

    /// Whether a request is never answered.
    fn swallows(&self, _: &Head) -> bool {
        false
    }

    /// How often a request is sent.
    fn times(&self) -> usize {
        1
    }

    /// Changes an answer's head.
    fn answer(&self, _: &mut Head) {}

    /// Whether the head waits for the body.
    fn holds_head(&self) -> bool {
        false
    }

    /// What becomes of a body's pieces.
    fn holding(&self) -> Box<dyn Holding> {
        Box::new(Through)
    }

    /// When and how a stream, or a socket, is cut.
    fn cut(&self, _is_socket: bool) -> Option<Cut> {
        None
    }

    /// What becomes of a frame, which it may change.
    fn frame(&self, _: &mut Frame) -> Fate {
        Fate::Passes
    }

    /// Whether the server learns that the client has gone.
    fn tells_server(&self) -> bool {
        true
    }

    /// Which answers are given to others too.
    fn keeps(&self) -> Keeps {
        Keeps::Nothing
    }
}

struct Healthy;

impl Fault for Healthy {}

/// What becomes of the pieces of a body.
pub(super) trait Holding: Send {
    /// Takes a piece, and returns what goes on.
    fn take(&mut self, piece: Vec<u8>, now: Instant) -> Vec<u8>;

    /// When what is held goes on though nothing comes.
    fn due(&self) -> Option<Instant> {
        None
    }

    /// Returns what is held.
    fn rest(&mut self) -> Vec<u8> {
        Vec::new()
    }
}

struct Through;

impl Holding for Through {
    fn take(&mut self, piece: Vec<u8>, _: Instant) -> Vec<u8> {
        piece
    }
}

/// When a connection is cut, and how.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Cut {
    pub(super) after: Duration,
    /// Whether what passes puts it off.
    pub(super) only_idle: bool,
    pub(super) end: End,
}

/// How a connection ends.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum End {
    /// In the middle, by the end of the connection.
    Broken,
    /// As if all had been said.
    Proper,
    /// By a reset.
    Reset,
    /// Not at all: what the server says is lost.
    Silent,
}

/// What becomes of a frame.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Fate {
    Passes,
    /// The client is told that the socket is closed, with this code.
    Closed(u16),
    /// Both connections end.
    Ends,
}
