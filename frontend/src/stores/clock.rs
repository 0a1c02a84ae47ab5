//! What can be seen of the clock.

use std::collections::VecDeque;

use echoclock_shared::feed::{ConnectTime, Period, Seq, Tick};
use echoclock_shared::session::{Counts, Ended, Garbled};
use echoclock_shared::time::UnixMillis;
use leptos::prelude::RwSignal;

use super::LinkView;

/// How many delays are kept.
pub const DELAYS_MAX: usize = 120;

/// How many notes are kept.
pub const NOTES_MAX: usize = 100;

/// The clock's signals.
#[derive(Clone, Copy, Debug, Default)]
pub struct ClockStore {
    /// The connection.
    pub link: RwSignal<LinkView>,
    /// Which clock is followed.
    pub period: RwSignal<Period>,
    /// The server's first words on the link that is open.
    pub connected: RwSignal<Option<ConnectTime>>,
    /// The last tick of this clock.
    pub last: RwSignal<Option<SeenTick>>,
    /// What became of the ticks.
    pub counts: RwSignal<Counts>,
    /// The delays of the ticks that came live, in microseconds, newest last, at most
    /// [`DELAYS_MAX`].
    pub delays: RwSignal<VecDeque<i64>>,
    /// What happened apart from ticks, newest last, at most [`NOTES_MAX`].
    pub notes: RwSignal<Vec<ClockNote>>,
    /// How many notes were cut off, oldest first.
    pub notes_dropped: RwSignal<u64>,
    /// By how many microseconds the delays may be wrong, either way.
    pub offset_error: RwSignal<Option<i64>>,
}

/// A tick as it arrived.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct SeenTick {
    /// The tick.
    pub tick: Tick,
    /// From due to arrival in microseconds on the server's time; unknown for a replay or where
    /// the server's time is not known.
    pub delay: Option<i64>,
}

/// Something that happened to the clock.
#[derive(Clone, Debug)]
pub struct ClockNote {
    /// Never used twice on one page.
    pub id: u64,
    /// When it happened, by the local wall clock.
    pub at: UnixMillis,
    /// What happened.
    pub body: ClockNoteBody,
}

/// What a note of the clock tells.
#[derive(Clone, Debug, PartialEq)]
pub enum ClockNoteBody {
    /// The link is open. Not every transport greets.
    Opened(Option<ConnectTime>),
    /// Items are gone for good.
    Gap {
        /// Where the clock goes on.
        oldest: Seq,
        /// How many items are left out, where that is known.
        lost: Option<u64>,
    },
    /// The server's clock was set back, and the clock goes on at a place that it has passed before.
    StartedAnew {
        /// Where it goes on.
        oldest: Seq,
    },
    /// Ticks were left out without a word.
    Missed {
        /// How many.
        count: u64,
        /// The tick that came instead.
        before: Seq,
    },
    /// The server refuses to go on after the last tick seen, so the clock starts over.
    CursorRefused {
        /// The place of that tick.
        after: Seq,
    },
    /// The server's message can't be read.
    Garbled(Garbled),
    /// The link is no more. Attempts that fail one after the other have one note together.
    Ended(Ended),
}
