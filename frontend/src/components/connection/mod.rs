//! A connection as the user meets it: how it is, why, and what can be done about it.

mod actions;
pub(super) use actions::{Actions, CloseFrame};

mod status;
pub(super) use status::Status;

use leptos::prelude::*;

use crate::format;
use crate::stores::LinkView;

/// A connection's state as one word, for a section's `data-state`.
pub(super) fn state_of(link: RwSignal<LinkView>) -> Memo<&'static str> {
    Memo::new(move |_| link.with(|link| format::state_name(&link.state)))
}

/// What keeps a connection from opening as one word, for a section's `data-trouble`.
pub(super) fn trouble_of(link: RwSignal<LinkView>) -> Memo<Option<&'static str>> {
    Memo::new(move |_| link.with(format::trouble_name))
}
