//! What a client notes of a probe, and what the server's ledger holds of it.

use serde::{Deserialize, Serialize};

use super::probe::ProbeId;
use crate::ledger::Ledger;

mod untold;
pub use untold::Untold;

/// Both sides' notes of one probe.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Observation {
    /// Of which.
    pub probe: ProbeId,
    /// How it went for the client.
    pub outcome: Outcome,
    /// What the client noted, in order.
    pub heard: Vec<Note>,
    /// What the server wrote down.
    pub ledger: ServerSide,
}

/// How a probe ended.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It went to its end, whatever came of it.
    Done,
    /// It did not end by itself in its time.
    Late,
    /// It was stopped with the run.
    Cancelled,
    /// The client stood still while it was under way, as on a machine that sleeps: what it noted, or not, is no
    /// path's doing.
    Asleep,
    /// It was never begun: the run ended before, or this client can't.
    Skipped,
}

/// The server's half.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ServerSide {
    /// What it wrote down.
    Ledger(Ledger),
    /// It knows nothing of the probe: no request of it has arrived.
    Nothing,
    /// It could not be asked, and why.
    Unknown(Untold),
}

/// Something that a client noticed.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Note {
    /// When: microseconds since the run began, on a clock that never goes back.
    pub at: u64,
    /// To which of the probe's requests it belongs, from 1.
    #[serde(default = "first", skip_serializing_if = "is_first")]
    pub request: u32,
    /// What.
    #[serde(flatten)]
    pub what: Heard,
}

/// What a client can notice.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(tag = "heard", rename_all = "snake_case")]
pub enum Heard {
    /// A request, or a socket's opening, was handed to the network.
    Asked,
    /// A response's head is there.
    Head {
        /// Its status.
        status: u16,
        /// The version of HTTP, where the client can tell.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        version: Option<String>,
        /// Names in lower case, and values, as far as the client may see them.
        headers: Vec<(String, String)>,
    },
    /// The socket is open.
    Opened {
        /// What was agreed on as extensions.
        extensions: String,
    },
    /// Bytes of a body came in one piece, after what undoes a compression.
    Piece {
        /// How many.
        bytes: u32,
    },
    /// An item was whole.
    Item {
        /// Its number.
        n: u32,
        /// The server's name for the connection that it was said on.
        nonce: String,
        /// When the server said it: milliseconds since 1970, by the server's clock.
        sent: u64,
        /// Its bytes.
        bytes: u32,
    },
    /// A comment, an empty line or a ping, where the client can see it.
    Beat,
    /// The client said a message.
    Said {
        /// Its number, from 1.
        n: u32,
        /// Its bytes.
        bytes: u32,
    },
    /// It came back.
    Echoed {
        /// Its number.
        n: u32,
        /// Whether it was the same, byte for byte, and of the same kind.
        is_same: bool,
    },
    /// The answer to a request was whole.
    Answered {
        /// The bytes of its body.
        bytes: u64,
        /// Whether the body was the one that the server meant to send, or has received.
        is_same: bool,
        /// The server's clock, where the answer tells it: milliseconds since 1970.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        server_time: Option<u64>,
    },
    /// The response ended as it should.
    Ended,
    /// The socket is closed.
    Closed {
        /// Its code; 1006 where there was no close frame, 1005 where it had no code.
        code: u16,
        /// Its reason.
        reason: String,
    },
    /// It broke: the client's own words.
    Broke {
        /// What the client's system or browser said.
        error: String,
    },
    /// The client left on purpose.
    Left,
}

const fn first() -> u32 {
    1
}

fn is_first(request: &u32) -> bool {
    *request == first()
}
