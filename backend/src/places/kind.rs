//! What there are places for, and what is said where none is left.

use std::fmt;

use crate::client::Client;
use crate::hits::Limit;
use crate::limits::Places;

/// What takes a place for as long as it lasts.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    /// A connection.
    Connection,
    /// A WebSocket.
    Socket,
    /// A response that does not end by itself.
    Stream,
    /// A request that waits for its answer, or whose body is waited for.
    Poll,
    /// A file of the site's folder that is open.
    File,
}

impl Kind {
    /// How many kinds there are.
    pub(super) const COUNT: usize = 5;

    /// Those that keep a server that drains from its end.
    pub(super) const AWAITED: [Self; 3] = [Self::Socket, Self::Stream, Self::Poll];

    /// Returns how many there may be.
    pub(super) const fn max(self, places: &Places) -> usize {
        match self {
            Self::Connection => places.connections,
            Self::Socket => places.sockets,
            Self::Stream => places.streams,
            Self::Poll => places.polls,
            Self::File => places.files,
        }
    }

    pub(super) const fn index(self) -> usize {
        self as usize
    }
}

/// There are as many as there may be.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub struct Full {
    pub(crate) what: What,
    /// Whether one client has them; otherwise it is all together.
    pub(crate) by_client: bool,
    /// How many there may be.
    pub(crate) max: usize,
    /// Who has asked for more.
    pub(crate) client: Client,
}

impl Full {
    /// Returns which limit was reached.
    pub(crate) fn limit(&self) -> Limit {
        let (own, all) = match self.what {
            What::Held(Kind::Connection) => (Limit::ClientConnections, Limit::Connections),
            What::Held(Kind::Socket) => (Limit::ClientSockets, Limit::Sockets),
            What::Held(Kind::Stream) => (Limit::ClientStreams, Limit::Streams),
            What::Held(Kind::Poll) => (Limit::ClientPolls, Limit::Polls),
            What::Held(Kind::File) => (Limit::ClientSiteFiles, Limit::SiteFiles),
            What::Requests => (Limit::ClientRequests, Limit::Requests),
        };
        if self.by_client { own } else { all }
    }
}

/// Of what there are as many as there may be.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum What {
    /// Of what lasts.
    Held(Kind),
    /// Of requests, for the moment.
    Requests,
}

/// What a person can do about it stands with it.
impl fmt::Display for Full {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, by_client, max, .. } = self;
        let (one, many) = match what {
            What::Held(Kind::Connection) => ("connection", "connections"),
            What::Held(Kind::Socket) => ("WebSocket", "WebSockets"),
            What::Held(Kind::Stream) => ("stream", "streams"),
            What::Held(Kind::Poll) => ("waiting request", "waiting requests"),
            What::Held(Kind::File) => ("download", "downloads"),
            What::Requests => ("request a second", "requests a second"),
        };
        let things = if *max == 1 { one } else { many };
        match (by_client, what) {
            (true, What::Held(_)) => write!(
                f,
                "your network has {max} {things} open here, as many as it may: close some, such \
                 as other tabs of this page, or try again in a while"
            ),
            (true, What::Requests) => write!(
                f,
                "your network asks more than {max} {things}, which is as many as it may: wait a \
                 moment, then go on more slowly"
            ),
            (false, What::Held(_)) => write!(
                f,
                "this server has {max} {things} open, as many as it may: try again in a moment"
            ),
            (false, What::Requests) => write!(
                f,
                "this server is asked more than {max} {things}, which is as many as it may be: \
                 try again in a moment"
            ),
        }
    }
}
