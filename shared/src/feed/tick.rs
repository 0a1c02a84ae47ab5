//! The clock's items.

use serde::{Deserialize, Serialize};

use super::Seq;
use crate::time::UnixMillis;

/// One tick of the clock, a pure function of its place and period, except for `sent`.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Tick {
    /// The tick's place: the instant divided by the period.
    pub seq: Seq,
    /// The boundary of the period that the tick marks.
    pub due: UnixMillis,
    /// When the server sent it out live; a replay has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent: Option<UnixMillis>,
}
