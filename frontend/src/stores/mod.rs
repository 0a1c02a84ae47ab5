//! What components read: signals, written once per animation frame.
//!
//! Every part has a store of its own, so that a tick never wakes the chat. Components read the
//! signals and say what the user wants by [`Dispatch`]; they write none of them.

mod link;
pub use link::LinkView;

mod chat;
pub use chat::{ChatRow, ChatRowBody, ChatStore, Delivery, HISTORY_MAX};

mod clock;
pub use clock::{ClockNote, ClockNoteBody, ClockStore, DELAYS_MAX, NOTES_MAX, SeenTick};

mod lanes;
pub use lanes::{LaneStore, LanesStore};

mod lane_ledger;
pub use lane_ledger::LaneLedger;

mod track;
pub use track::{MARKS_MAX, Mark, Quantiles, Track, What};

mod check;
pub use check::{
    CheckEnd, CheckPhase, CheckProgress, CheckStep, CheckStore, Refusal, Shown, Source, StepState,
    Unreadable,
};

mod check_program;
pub use check_program::{CheckProgramStore, ProgramState};

mod server;
pub use server::ServerStore;

mod page;
pub use page::PageStore;

mod wire;
pub use wire::WireStore;

mod signals;

mod recording;
pub use recording::Recording;

mod chat_writer;
mod clock_writer;
mod lanes_writer;
mod writer;
pub use writer::Writer;

mod dispatch;
pub use dispatch::{CheckDispatch, CheckIntent, Dispatch, ProgramIntent};

use leptos::prelude::expect_context;

/// Everything that the page's components read.
#[derive(Clone, Copy, Debug, Default)]
pub struct Stores {
    /// The chat echo.
    pub chat: ChatStore,
    /// The clock.
    pub clock: ClockStore,
    /// The clock over every transport.
    pub lanes: LanesStore,
    /// The Check view's program.
    pub check_program: CheckProgramStore,
    /// The server, and where it is looked for.
    pub server: ServerStore,
    /// The page itself.
    pub page: PageStore,
    /// What passes on the links.
    pub wire: WireStore,
}

/// Returns the stores that the app provides; a component's body calls it.
pub fn use_stores() -> Stores {
    expect_context()
}

/// Returns how components say what the user wants; a component's body calls it.
pub fn use_dispatch() -> Dispatch {
    expect_context()
}

/// Returns the store that the Check view's program provides; a component's body calls it.
pub fn use_check() -> CheckStore {
    expect_context()
}

/// Returns how the Check view's components say what the user wants; a component's body calls it.
pub fn use_check_dispatch() -> CheckDispatch {
    expect_context()
}
