//! What can be seen of the chat.

use std::sync::Arc;
use std::time::Duration;

use echoclock_shared::echo::{Fault, SendKey};
use echoclock_shared::session::{CannotSay, Ended, Garbled, PostingEnd, Way};
use echoclock_shared::time::UnixMillis;
use leptos::prelude::{ArcRwSignal, RwSignal};

use super::LinkView;

/// How many rows of the chat are kept.
pub const HISTORY_MAX: usize = 500;

/// The chat's signals.
#[derive(Clone, Copy, Debug, Default)]
pub struct ChatStore {
    /// The connection.
    pub link: RwSignal<LinkView>,
    /// How many messages wait for their echo.
    pub waiting: RwSignal<usize>,
    /// What happened, newest last, at most [`HISTORY_MAX`].
    pub rows: RwSignal<Vec<ChatRow>>,
    /// How many rows were cut off, oldest first; a message that waits for its echo never is.
    pub dropped: RwSignal<u64>,
}

/// One row of the chat; a clone is cheap.
#[derive(Clone, Debug)]
pub struct ChatRow {
    /// Never used twice on one page.
    pub id: u64,
    /// When it happened, by the local wall clock.
    pub at: UnixMillis,
    /// What happened.
    pub body: ChatRowBody,
}

/// What a row of the chat tells.
#[derive(Clone, Debug)]
pub enum ChatRowBody {
    /// A message, whose delivery goes on while the row stands.
    Message {
        /// Its label.
        key: SendKey,
        /// What was said.
        text: Arc<str>,
        /// How far it has come; dropped with its row.
        delivery: ArcRwSignal<Delivery>,
    },
    /// A message that could not be taken, and is not kept.
    NotSaid {
        /// What was said.
        text: Arc<str>,
        /// Why it could not be taken.
        why: CannotSay,
    },
    /// The link is open.
    Opened {
        /// The server process that answers.
        instance: String,
    },
    /// The link is no more. Attempts that fail one after the other have one row together.
    Ended(Ended),
    /// Messages go by plain requests from here on; the sockets that are tried have no rows.
    PostingBegun,
    /// Messages go by plain requests no more.
    PostingEnded(PostingEnd),
    /// The server finds fault with something that waits no more.
    Complained(Fault),
    /// The server's message can't be read.
    Garbled(Garbled),
}

/// How far a message has come.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Delivery {
    /// It waits for a link.
    Queued,
    /// It is under way.
    Sent {
        /// How often it went out, once for each link.
        times: u32,
    },
    /// It came back.
    Echoed {
        /// As the server sent it.
        text: String,
        /// When the server read it.
        received: UnixMillis,
        /// From the last sending to the echo.
        round_trip: Duration,
        /// How it went there and back.
        way: Way,
        /// The server process that echoed it, where that is known.
        instance: Option<String>,
    },
    /// The server does not take it.
    Refused {
        /// Why, in the server's words; none where a proxy finds it too large.
        reason: Option<String>,
    },
}
