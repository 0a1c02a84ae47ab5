//! The limits by their names, and how often each was reached.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::progress::Spent;

macro_rules! limits {
    ($($limit:ident = $name:literal: $means:literal,)+) => {
        /// A setting that bounds what clients may have, or how long they are waited for.
        #[derive(Clone, Copy, Debug, Eq, PartialEq)]
        pub enum Limit {
            $(#[doc = concat!("`--", $name, "`: reached where ", $means, ".")] $limit,)+
        }

        impl Limit {
            /// All of them, in the order in which `--help` lists them.
            pub const ALL: &[Self] = &[$(Self::$limit,)+];

            /// Returns the setting's name.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$limit => $name,)+ }
            }
        }
    };
}

limits! {
    IdleTimeout = "idle-timeout": "a connection is ended that asked for nothing more",
    HeaderTimeout = "header-timeout": "a head did not come, or not to its end",
    BodyIdleTimeout = "body-idle-timeout": "nothing came of a body for so long",
    BodyTimeout = "body-timeout": "a body was not there in time, without a slowest rate",
    WriteTimeout = "write-timeout": "a client took nothing for so long",
    SocketPingEvery = "socket-ping-every": "a silent socket is asked for a sign of life",
    SocketSilence = "socket-silence": "a socket gave none, or nothing more of its message",
    CloseTimeout = "close-timeout": "a close frame was not answered, or not taken",
    PassLifetime = "pass-lifetime": "a pass is shown that is over",
    MemoryBudget = "memory-budget": "there was no memory for something large",
    RawMax = "raw-max": "a message of the raw echo was too large",
    MinRate = "min-rate": "a client got on, and too slowly",
    Connections = "connections": "there was no place for one more",
    ClientConnections = "client-connections": "a client had as many",
    Sockets = "sockets": "there was no place for one more",
    ClientSockets = "client-sockets": "a client had as many",
    Streams = "streams": "there was no place for one more",
    ClientStreams = "client-streams": "a client had as many",
    Polls = "polls": "there was no place for one more",
    ClientPolls = "client-polls": "a client had as many",
    SiteFiles = "site-files": "there was no place for one more",
    ClientSiteFiles = "client-site-files": "a client had as many",
    Requests = "requests": "all together asked more often",
    ClientRequests = "client-requests": "a client asked more often",
    SocketMessages = "socket-messages": "a socket said more in a second",
    SocketBytes = "socket-bytes": "a socket sent more in a second",
    Http2Streams = "http2-streams": "a connection has as many under way, and its client waits",
    LedgerLinks = "ledger-links": "a link is forgotten, since there are more",
    LedgerMemory = "ledger-memory": "a link is forgotten, since all take more",
    LedgerEntries = "ledger-entries": "an entry makes room for a newer one",
    LedgerLinkMemory = "ledger-link-memory": "an entry makes room, since the link takes more",
    LedgerText = "ledger-text": "a text is cut",
    LedgerHead = "ledger-head": "a head is cut",
    LedgerAge = "ledger-age": "a link is forgotten, since it is old",
}

impl Limit {
    /// Returns what a wait has come to: its own limit, or the slowest rate.
    pub(crate) fn of_wait(wait: Self, spent: Spent) -> Self {
        match spent {
            Spent::ByStandstill => wait,
            Spent::BySlowness => Self::MinRate,
        }
    }
}

/// How often each limit was reached; a cheap handle.
#[derive(Clone)]
pub struct Hits(Arc<[AtomicU64; Limit::ALL.len()]>);

impl Hits {
    /// Counts that a limit was reached.
    pub(crate) fn hit(&self, limit: Limit) {
        self.0[limit as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// Returns how often it was reached since the start.
    pub fn of(&self, limit: Limit) -> u64 {
        self.0[limit as usize].load(Ordering::Relaxed)
    }
}

impl Default for Hits {
    fn default() -> Self {
        Self(Arc::new([const { AtomicU64::new(0) }; Limit::ALL.len()]))
    }
}

/// Only those that were reached.
impl fmt::Debug for Hits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reached = Limit::ALL.iter().map(|limit| (limit.name(), self.of(*limit)));
        f.debug_map().entries(reached.filter(|(_, times)| *times > 0)).finish()
    }
}
