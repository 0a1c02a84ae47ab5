//! What one side of a link has seen, for people and programs.

use std::time::Duration;

use echoclock_shared::time::UnixMillis;
use serde::Serialize;

use super::scan::Kind;
use super::tally::Measures;

/// What was followed, and what came of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Followed {
    /// [`SCHEMA`].
    pub(crate) schema: &'static str,
    /// The version of the program that wrote it.
    pub(crate) program: String,
    pub(crate) url: String,
    /// When it began, by this machine's clock.
    pub(crate) began: UnixMillis,
    /// How long it was followed, in milliseconds since the request.
    pub(crate) took: u64,
    pub(crate) kind: Kind,
    pub(crate) head: Head,
    pub(crate) measures: Measures,
    pub(crate) end: End,
    /// What can be told from all that, in sentences.
    pub(crate) says: Vec<String>,
    /// What can't, as the other side is missing.
    pub(crate) not_told: Vec<String>,
}

/// How it was answered.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Head {
    pub(crate) status: u16,
    /// Such as `HTTP/1.1`.
    pub(crate) version: String,
    /// How long it took from the beginning of the connection on, in milliseconds.
    pub(crate) after: u64,
    /// How it was compressed; nothing where it was not.
    pub(crate) coding: Option<String>,
    /// Headers that tell what it is and who is on the way: names in lower case, and values.
    pub(crate) headers: Vec<(String, String)>,
}

/// How it ended.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(tag = "how", rename_all = "snake_case")]
pub(crate) enum End {
    /// It was open when the time was over.
    Open,
    /// It was open when the user wanted the end.
    Interrupted,
    /// The response ended as it should.
    Ended,
    /// The socket was closed with a code; 1005 stands for none.
    Closed { code: u16, reason: String },
    /// It broke off, in the system's words.
    Broke { error: String },
}

/// The name and version of what is written as JSON.
pub(crate) const SCHEMA: &str = "echoclock-follow-1";

impl Head {
    /// Takes what tells something out of a head.
    pub(crate) fn new(
        status: u16,
        version: String,
        after: Duration,
        headers: Vec<(String, String)>,
    ) -> Self {
        let is_telling = |name: &str| TELLING.contains(&name) || name.starts_with("x-envoy-");
        let coding = headers.iter().find(|(name, _)| name == "content-encoding");
        let coding = coding.map(|(_, value)| value.clone()).filter(|value| value != "identity");
        Self {
            status,
            version,
            after: u64::try_from(after.as_millis()).unwrap_or(u64::MAX),
            coding,
            headers: headers.into_iter().filter(|(name, _)| is_telling(name)).collect(),
        }
    }
}

/// Which headers tell what an answer is, how it may be kept, and who passed it on.
const TELLING: [&str; 17] = [
    "age",
    "alt-svc",
    "cache-control",
    "cf-ray",
    "content-encoding",
    "content-length",
    "content-type",
    "sec-websocket-extensions",
    "sec-websocket-protocol",
    "server",
    "transfer-encoding",
    "via",
    "x-accel-buffering",
    "x-amz-cf-id",
    "x-azure-ref",
    "x-cache",
    "x-varnish",
];
