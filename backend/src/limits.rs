//! The server's own bounds; those that clients see are in `echoclock_shared::limits`.

use std::time::Duration;

use crate::progress::Pace;

/// How much the server takes, and how long it waits.
///
/// Tests set some of them shorter.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How much all clients together may have.
    pub in_all: Places,
    /// How much of that one client may have.
    pub per_client: Places,
    /// How much one socket may send.
    pub socket: SocketRate,
    /// How many streams one connection of HTTP/2 may have open.
    pub http2_streams: u32,
    /// How much memory there is for what clients send and what waits to be sent to them, in all, in
    /// bytes.
    pub memory: usize,
    /// How many bytes a second a client has to take, or to send, while it is waited for: one that is
    /// slower for as long as the waits below allow is given up.
    pub min_rate: u32,
    /// The largest message on the raw echo socket, in bytes.
    pub raw_message: usize,
    /// How long a client may take to send a request's headers, from the first byte to the last,
    /// and to begin on a new connection.
    pub header_timeout: Duration,
    /// How long a connection is kept for the next request.
    pub idle_timeout: Duration,
    /// How long a client may send nothing of a request's body that is waited for.
    pub body_idle_timeout: Duration,
    /// How long a request's body may take in all where no rate is asked for.
    pub body_timeout: Duration,
    /// How long a client may take nothing of what waits to be written to it. Where something has taken a
    /// burst in its place, this is longer by a part of that at the slowest rate.
    pub write_timeout: Duration,
    /// How often a silent socket is asked for a sign of life.
    pub socket_ping_every: Duration,
    /// How long a socket may be silent.
    pub socket_silence: Duration,
    /// How long the other end may take to answer a close frame.
    pub close_timeout: Duration,
    /// How long a server that drains answers, at the least: load balancers ask now and then.
    pub drain_at_least: Duration,
    /// How long it waits for what is open to end, at the most.
    pub drain_at_most: Duration,
    /// Over which time a server that drains spreads when clients come back, and when what can't say so
    /// ends; at most half of how long it waits.
    pub drain_spread: Duration,
    /// When it stops, whatever is still open.
    pub stop_after: Duration,
    /// How long a pass is valid.
    pub pass: Duration,
    /// What is kept of links.
    pub ledger: LedgerLimits,
}

impl Limits {
    /// How fast a client has to take what is written to it.
    pub(crate) fn taking(&self) -> Pace {
        Pace { grace: self.write_timeout, rate: self.min_rate.into() }
    }

    /// How fast a client has to send a body that is waited for.
    pub(crate) fn giving(&self) -> Pace {
        Pace { grace: self.body_idle_timeout, rate: self.min_rate.into() }
    }
}

/// How much there may be of what clients hold or do.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Places {
    /// Connections.
    pub connections: usize,
    /// WebSockets.
    pub sockets: usize,
    /// Responses that do not end by themselves.
    pub streams: usize,
    /// Requests that wait to be answered, or whose body is waited for.
    pub polls: usize,
    /// Files of the site's folder that are open, to be sent.
    pub files: usize,
    /// Requests a second; as many again may come at once.
    pub requests: u32,
}

/// How much one socket may send on and on; as much as in five seconds may come at once.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct SocketRate {
    /// Messages a second, control frames included.
    pub messages: u32,
    /// Bytes a second.
    pub bytes: u32,
}

impl Places {
    /// What all have together, by default.
    pub const IN_ALL: Self = Self {
        connections: 10_000,
        sockets: 10_000,
        streams: 10_000,
        polls: 10_000,
        files: 256,
        requests: 10_000,
    };

    /// What one client has, by default.
    pub const PER_CLIENT: Self = Self {
        connections: 1_000,
        sockets: 500,
        streams: 500,
        polls: 500,
        files: 32,
        requests: 500,
    };
}

impl Default for SocketRate {
    fn default() -> Self {
        Self { messages: 1_000, bytes: 16 * 1024 * 1024 }
    }
}

/// How much is kept of links whose clients asked for it, and for how long.
#[derive(Clone, Copy, Debug)]
pub struct LedgerLimits {
    /// How many links; past that, one makes room, of a client that has more than its share first.
    pub links: usize,
    /// What they take in all, in bytes, likewise.
    pub bytes: usize,
    /// How many entries of one link.
    pub entries: usize,
    /// What they take, in bytes.
    pub link_bytes: usize,
    /// How many of them are its first ones; those after them make room for newer ones.
    pub first: usize,
    /// The longest text of a message or of a part of a body, in bytes.
    pub text: usize,
    /// The longest text of a head's headers, in bytes.
    pub head: usize,
    /// How long after its last entry a link is forgotten.
    pub age: Duration,
}

impl Default for LedgerLimits {
    fn default() -> Self {
        Self {
            links: 1_000,
            bytes: 32 * 1024 * 1024,
            entries: 256,
            link_bytes: 128 * 1024,
            first: 8,
            text: 2 * 1024,
            head: 8 * 1024,
            age: Duration::from_secs(600),
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            in_all: Places::IN_ALL,
            per_client: Places::PER_CLIENT,
            socket: SocketRate::default(),
            http2_streams: 100,
            memory: 256 * 1024 * 1024,
            min_rate: 1_024,
            raw_message: echoclock_shared::limits::RAW_MESSAGE_MAX,
            header_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(90),
            body_idle_timeout: Duration::from_secs(15),
            body_timeout: Duration::from_secs(60),
            write_timeout: Duration::from_secs(30),
            socket_ping_every: Duration::from_secs(30),
            socket_silence: Duration::from_secs(75),
            close_timeout: Duration::from_secs(2),
            drain_at_least: Duration::from_secs(1),
            drain_at_most: Duration::from_secs(3),
            drain_spread: Duration::from_secs(1),
            stop_after: Duration::from_millis(4_500),
            pass: Duration::from_secs(600),
            ledger: LedgerLimits::default(),
        }
    }
}
