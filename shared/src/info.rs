//! What the server says of itself and of the request that asked.

use serde::{Deserialize, Serialize};

use crate::time::UnixMillis;

/// The answer of `GET /api/info`.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Info {
    /// The server's version.
    pub version: String,
    /// A random name of this server process; a restart changes it.
    pub instance: String,
    /// The server's time.
    pub now: UnixMillis,
    /// When the process started.
    pub started: UnixMillis,
    /// Whether the server drains: it ends what is open and takes nothing new.
    pub draining: bool,
    /// Whether a socket from the asking origin would be let in.
    pub socket: Verdict,
    /// What is open at this moment, this request aside.
    pub open: Open,
    /// What was done since the start.
    pub done: Done,
    /// The request as it arrived, after whatever proxies did to it.
    pub request: Seen,
}

/// Whether a connection would be let in.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Verdict {
    /// Whether it would.
    pub allowed: bool,
    /// Why not, and what would change it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// How many connections of a kind are open.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Open {
    /// WebSockets.
    pub sockets: u64,
    /// HTTP responses that do not end by themselves.
    pub streams: u64,
    /// Polls that wait for something to answer.
    pub polls: u64,
}

/// How often something was done.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Done {
    /// Chat messages echoed.
    pub echoes: u64,
}

/// A request as the server saw it.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Seen {
    /// Such as `HTTP/1.1`.
    pub http_version: String,
    /// `http`, or what a trusted proxy says it was.
    pub scheme: String,
    /// Who asked: the address at the other end of the connection, or what a trusted proxy there
    /// says. A trusted proxy's own address is not told: nothing where it speaks for nobody.
    pub client: Option<String>,
    /// `Host`, or HTTP/2's `:authority`.
    pub host: Option<String>,
    /// `Origin`.
    pub origin: Option<String>,
    /// `Via`: the proxies that name themselves (RFC 9110, section 7.6.3).
    pub via: Option<String>,
    /// `Forwarded` (RFC 7239), with `proxy` in place of the addresses of trusted proxies.
    pub forwarded: Option<String>,
    /// `X-Forwarded-For`, likewise.
    pub x_forwarded_for: Option<String>,
    /// `X-Forwarded-Proto`.
    pub x_forwarded_proto: Option<String>,
    /// `X-Forwarded-Host`.
    pub x_forwarded_host: Option<String>,
    /// `X-Forwarded-Port`.
    #[serde(default)]
    pub x_forwarded_port: Option<String>,
}
