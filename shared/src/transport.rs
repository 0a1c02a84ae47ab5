//! The ways to follow a feed.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::words;

/// A way to follow a feed, in the order in which browsers came to have them.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Transport {
    /// Short polling: ask, be answered at once, ask again later.
    Poll,
    /// Long polling: ask, be answered when there is something, ask again.
    LongPoll,
    /// A response that does not end, a line of JSON per item.
    Stream,
    /// A document that does not end, in a hidden iframe, a script per item.
    Frame,
    /// Server-Sent Events.
    Events,
    /// WebSocket.
    Socket,
}

impl Transport {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Poll, Self::LongPoll, Self::Stream, Self::Frame, Self::Events, Self::Socket];

    /// Returns where a feed is followed this way, from the feed's own path.
    pub fn of(self, feed: &str) -> String {
        format!("{feed}{}", self.suffix())
    }

    /// Whether the server goes on by itself; otherwise each answer has to be asked for.
    pub const fn is_pushed(self) -> bool {
        match self {
            Self::Poll | Self::LongPoll => false,
            Self::Stream | Self::Frame | Self::Events | Self::Socket => true,
        }
    }

    const fn suffix(self) -> &'static str {
        match self {
            Self::Poll => "",
            Self::LongPoll => "/next",
            Self::Stream => "/stream",
            Self::Frame => "/frame",
            Self::Events => "/events",
            Self::Socket => "/socket",
        }
    }
}

/// The name as people say it, within a sentence.
impl fmt::Display for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Poll => words!("short polling"),
            Self::LongPoll => words!("long polling"),
            Self::Stream => words!("HTTP streaming"),
            Self::Frame => words!("forever frame"),
            Self::Events => words!("Server-Sent Events"),
            Self::Socket => words!("WebSocket"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::path::CLOCK;

    #[test]
    fn each_has_a_path_of_its_own_below_the_feeds() {
        assert_eq!(
            Transport::ALL.map(|transport| transport.of(CLOCK)),
            [
                "/api/clock",
                "/api/clock/next",
                "/api/clock/stream",
                "/api/clock/frame",
                "/api/clock/events",
                "/api/clock/socket",
            ]
        );
    }
}
