//! What the check's plain requests are answered.

use serde::{Deserialize, Serialize};

use crate::info::Seen;
use crate::time::UnixMillis;

/// The answer of `GET /api/check/seen`: the request as it arrived, after whatever proxies did to it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Arrived {
    /// The server's time.
    pub now: UnixMillis,
    /// Version, scheme, address, and what proxies say.
    pub request: Seen,
    /// Names in lower case, and values as a [ledger](crate::ledger) shows them: those that may be secret
    /// only by their length.
    pub headers: Vec<(String, String)>,
    /// The names of cookies; one that the client does not know is somebody's on the way.
    pub cookies: Vec<String>,
}

/// The answer of `GET /api/check/wait`.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Waited {
    /// The server's time.
    pub now: UnixMillis,
    /// How long the server has waited, in milliseconds: less than it was asked to where the client has
    /// closed its side, and may have left.
    pub waited: u64,
}

/// The answer of `POST /api/check/body`.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Received {
    /// How many bytes the server has received.
    pub bytes: u64,
    /// Their [digest](super::body::digest).
    pub digest: String,
}

/// The answer of `GET /api/check/status`, but for 204, which has no body.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Stated {
    /// The status that was asked for, and that this came with.
    pub status: u16,
    /// The run of the probe's link, so that the answer is known to be the server's own; nothing where the
    /// request has no link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
}

/// The statuses that can be asked for.
pub const STATUSES: [u16; 3] = [204, 404, 500];
