//! What a stream says first.

use serde::{Deserialize, Serialize};

use super::Period;
use crate::time::UnixMillis;

/// The first message on a link that follows the clock: who answers, and when.
///
/// It comes at once, however slow the feed, and so proves that the link reaches the server.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct ConnectTime {
    /// The server's time when the link was opened.
    pub now: UnixMillis,
    /// The server process that answers, see [`crate::info::Info::instance`].
    pub instance: String,
    /// The feed that is followed.
    pub every: Period,
}
