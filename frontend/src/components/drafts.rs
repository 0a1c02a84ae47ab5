//! What is being written: it outlives the elements that it is written in, which a switch of the language
//! makes anew.

use echoclock_shared::close::CloseCode;
use leptos::prelude::*;

/// What is being written in the chat.
#[derive(Clone, Copy, Debug)]
pub(super) struct Drafts {
    /// A message for the chat.
    pub(super) message: RwSignal<String>,
    /// The code to close its socket with.
    pub(super) close_code: RwSignal<String>,
    /// The reason for that.
    pub(super) close_reason: RwSignal<String>,
}

/// Has what is below write into drafts of its own, all but empty yet.
pub(super) fn provide_drafts() {
    provide_context(Drafts {
        message: RwSignal::default(),
        close_code: RwSignal::new(CloseCode::NORMAL.0.to_string()),
        close_reason: RwSignal::default(),
    });
}

/// Returns the drafts; a component's body calls it.
pub(super) fn use_drafts() -> Drafts {
    expect_context()
}
