//! What is being written: it outlives the elements that it is written in, which a switch of the language
//! makes anew.

use echoclock_shared::close::CloseCode;
use leptos::prelude::*;

use crate::address::{Address, Source};
use crate::stores::use_stores;

/// What is being written in the Live view.
#[derive(Clone, Copy, Debug)]
pub(super) struct Drafts {
    /// A message for the chat.
    pub(super) message: RwSignal<String>,
    /// The code to close its socket with.
    pub(super) close_code: RwSignal<String>,
    /// The reason for that.
    pub(super) close_reason: RwSignal<String>,
    /// Where the API is: what is in use, if the user has given it, until something else is written.
    pub(super) address: RwSignal<String>,
}

/// Has what is below write into drafts of its own, all but empty yet.
pub(super) fn provide_drafts() {
    let (in_use, address) = (use_stores().server.address, RwSignal::default());
    Effect::new(move |_| address.set(in_use.with(given)));
    provide_context(Drafts {
        message: RwSignal::default(),
        close_code: RwSignal::new(CloseCode::NORMAL.0.to_string()),
        close_reason: RwSignal::default(),
        address,
    });
}

/// Returns an address as the user gave it, or nothing where it is none of theirs.
fn given(address: &Address) -> String {
    match address.source {
        Source::User => address.given.clone(),
        Source::Default | Source::Config => String::new(),
    }
}

/// Returns the drafts; a component's body calls it.
pub(super) fn use_drafts() -> Drafts {
    expect_context()
}
