//! What a run shows, and nothing about why.

use std::mem::discriminant;

use serde::{Deserialize, Serialize};

use super::evidence::Evidence;
use super::probe::{Lane, ProbeId};
use crate::words;

mod made;
use made::Made;

mod looked;
use looked::Looked;
pub(super) use looked::refusal;

mod reach;

mod holding;

mod sharing;

mod cuts;

mod life;

mod endings;

mod sockets;
pub(super) use sockets::under_way;

mod requests;

mod headers;

mod measured;
pub(super) use measured::is_near;

#[cfg(test)]
mod tests;

/// A symptom of a lane.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Sign {
    /// What is seen.
    pub symptom: Symptom,
    /// Where.
    pub lane: Lane,
    /// The probes that show it.
    pub probes: Vec<ProbeId>,
    /// What was measured, in a sentence with its figures.
    pub says: String,
}

/// What a path can do to a connection.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(tag = "symptom", rename_all = "snake_case")]
pub enum Symptom {
    /// Nothing gets through: no request arrives.
    Unreachable,
    /// A request is answered by something that is not the server, with this status.
    AnsweredElsewhere {
        /// The status.
        status: u16,
    },
    /// A status of the server's arrives as another, or with another body.
    AnswerReplaced {
        /// What the server said.
        sent: u16,
        /// What arrived.
        arrived: u16,
    },
    /// Nothing of a stream arrives before its end.
    HeldWhole,
    /// A stream arrives in lumps of so many bytes.
    HeldFor {
        /// How many, as measured.
        bytes: u64,
    },
    /// Items arrive glued together, so many milliseconds apart.
    Coalesced {
        /// How many.
        millis: u64,
    },
    /// Each item arrives when the next one is sent.
    OneLate,
    /// The head arrives only with the first item: not a fault, where that is prompt.
    HeadLate {
        /// By how much.
        millis: u64,
    },
    /// Items that were said before the request arrive with it: somebody kept them.
    Replayed,
    /// Two followers are given one connection to the server.
    Shared,
    /// A response breaks off while the server has more to say.
    Truncated,
    /// A response ends properly while the server has more to say.
    EndedEarly,
    /// A connection stays open on which nothing arrives any more.
    SilentDeath,
    /// The request for an upgrade arrives without it.
    UpgradeStripped,
    /// The upgrade arrives, but the answer is not the server's.
    UpgradeAnswered {
        /// With which status; nothing where the client can't see it.
        status: Option<u16>,
    },
    /// The upgrade is never answered.
    UpgradeUnanswered,
    /// A socket opens and dies at once.
    SocketReset {
        /// After so many milliseconds.
        millis: u64,
    },
    /// What is said over a socket, or in a stream, arrives changed.
    FramesAltered,
    /// The code or the reason of a close is lost.
    CloseLost,
    /// A response was compressed on its way: not a fault.
    Compressed {
        /// How, such as `gzip`.
        coding: String,
    },
    /// What is larger than so many bytes does not get through.
    OverLimit {
        /// The largest that did.
        passed: u64,
        /// The smallest that did not.
        failed: u64,
    },
    /// A request arrives more than once.
    SentTwice {
        /// How often.
        times: u64,
    },
    /// Headers that were sent do not arrive.
    HeadersStripped {
        /// Their names, in lower case.
        names: Vec<String>,
    },
    /// Headers arrive that were not sent: not a fault.
    HeadersAdded {
        /// Their names, in lower case.
        names: Vec<String>,
    },
    /// The server does not learn the client's address.
    AddressLost,
    /// The server does not learn that the client came by https.
    SchemeLost,
    /// The client has gone, and the server was not told.
    ClientGoneUnheard,
    /// A connection is cut however much passes on it.
    Lifetime {
        /// After so many seconds.
        seconds: u64,
    },
    /// A connection is cut when nothing passes on it.
    IdleCut {
        /// After so many seconds.
        seconds: u64,
    },
    /// An event stream goes on from elsewhere than it was asked to.
    ResumeLost,
    /// A request waits for others to end: so many run side by side. Not a fault.
    FewConnections {
        /// How many.
        open: u32,
    },
}

/// How long links of a lane live, as far as was tried.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Life {
    /// Of which lane.
    pub lane: Lane,
    /// What passes on them meanwhile.
    pub with: Passing,
    /// The longest that was survived, in seconds.
    pub survived: Option<u64>,
    /// The shortest after which one was cut or died, in seconds.
    pub cut: Option<u64>,
}

/// What passes on a link against silence.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Passing {
    /// Nothing: a silence.
    Nothing,
    /// A comment of a stream, or a ping over a socket, now and then.
    Beats,
    /// An item of the server's now and then.
    Items,
    /// A message of the client's now and then.
    Messages,
    /// Something, all the time.
    Traffic,
}

impl Passing {
    /// Returns what passes, in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Nothing => words!("silence"),
            Self::Beats => words!("a comment or a ping now and then"),
            Self::Items => words!("an item now and then"),
            Self::Messages => words!("a message of the client now and then"),
            Self::Traffic => words!("traffic all the time"),
        }
    }
}

/// How much a symptom weighs.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Weight {
    /// It is worth knowing, and no fault.
    Note,
    /// What it is found on works, with limits.
    Limit,
    /// What it is found on is of no use, as far as it is found.
    Block,
}

impl Symptom {
    /// Returns how much it weighs.
    pub const fn weight(&self) -> Weight {
        match self {
            Self::HeadLate { .. }
            | Self::Compressed { .. }
            | Self::HeadersAdded { .. }
            | Self::FewConnections { .. } => Weight::Note,
            Self::AnswerReplaced { .. }
            | Self::HeldFor { .. }
            | Self::Coalesced { .. }
            | Self::OneLate
            | Self::Truncated
            | Self::EndedEarly
            | Self::CloseLost
            | Self::OverLimit { .. }
            | Self::SentTwice { .. }
            | Self::HeadersStripped { .. }
            | Self::AddressLost
            | Self::SchemeLost
            | Self::ClientGoneUnheard
            | Self::Lifetime { .. }
            | Self::IdleCut { .. }
            | Self::ResumeLost => Weight::Limit,
            Self::Unreachable
            | Self::AnsweredElsewhere { .. }
            | Self::HeldWhole
            | Self::Replayed
            | Self::Shared
            | Self::SilentDeath
            | Self::UpgradeStripped
            | Self::UpgradeAnswered { .. }
            | Self::UpgradeUnanswered
            | Self::SocketReset { .. }
            | Self::FramesAltered => Weight::Block,
        }
    }

    /// Whether it is the same symptom, whatever was measured.
    pub fn is_like(&self, other: &Self) -> bool {
        discriminant(self) == discriminant(other)
    }
}

/// Finds all signs, each once per lane.
pub fn find(evidence: &Evidence) -> Vec<Sign> {
    let looked = Looked::at(evidence);
    let mut made = Made::default();
    reach::find(&looked, &mut made);
    holding::find(&looked, &mut made);
    sharing::find(&looked, &mut made);
    endings::find(&looked, &mut made);
    sockets::find(&looked, &mut made);
    requests::find(&looked, &mut made);
    headers::find(&looked, &mut made);
    made.signs()
}

/// Tells how long links live, per lane and by what passes on them, as far as a run has tried.
pub fn lives(evidence: &Evidence) -> Vec<Life> {
    life::lives(&Looked::at(evidence))
}
