//! Reports out of files.

use echoclock_shared::words;
use leptos::html::Input;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::browser::file;
use crate::stores::{CheckIntent, use_check_dispatch};

/// The field that takes a report's file.
#[component]
pub(super) fn OpenFile(
    /// Whether it is compared with the one that is shown.
    compares: bool,
    /// Whether none is taken for the moment.
    #[prop(into, default = Signal::stored(false))]
    is_off: Signal<bool>,
) -> impl IntoView {
    let dispatch = use_check_dispatch();
    let field = NodeRef::<Input>::new();
    let take = move |_| {
        let Some(field) = field.get_untracked() else { return };
        spawn_local(async move {
            if let Some((name, text)) = file::take(field, REPORT_MAX).await {
                dispatch.send(CheckIntent::Open { name, text, compares });
            }
        });
    };
    let words =
        if compares { words!("Compare with a file…") } else { words!("Open a report…") };
    view! {
        <label class="file">
            <span>{words}</span>
            <input
                type="file"
                id=if compares { COMPARE } else { OPEN }
                class="unseen"
                accept=".json,application/json"
                data-testid=if compares { "compare-file" } else { "open-file" }
                disabled=is_off
                node_ref=field
                on:change=take
            />
        </label>
    }
}

/// The id of the field that opens a report.
pub(super) const OPEN: &str = "open-report";

/// The id of the field that compares one with the report that is shown.
pub(super) const COMPARE: &str = "compare-report";

/// The largest report that is read, in bytes: the notes of a deep run are about two million.
pub(super) const REPORT_MAX: u32 = 16_000_000;
