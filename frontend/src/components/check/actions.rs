//! What is done with a report.

use std::sync::Arc;

use echoclock_shared::check::report::{self, Report};
use echoclock_shared::words;
use leptos::html::Code;
use leptos::prelude::*;

use super::files::OpenFile;
use crate::browser::{Download, Timer, print, reveal};
use crate::components::copy::CopyButton;
use crate::components::language::verbatim;
use crate::format;
use crate::stores::{CheckIntent, use_check, use_check_dispatch};

/// The buttons of a report: what hands it on, and what puts it away.
#[component]
pub(super) fn Actions(
    /// The report, as it is handed on.
    report: Memo<Arc<Report>>,
    /// What opened it, which has the focus again where it is closed.
    opener: &'static str,
) -> impl IntoView {
    let (hides_addresses, dispatch) = (use_check().hides_addresses, use_check_dispatch());
    let markdown = NodeRef::<Code>::new();
    let is_by_hand = RwSignal::new(false);
    let saved = StoredValue::new_local(None::<Timer>);
    let save = move |_| {
        let report = report.get_untracked();
        let json = serde_json::to_string(&*report).expect("a report is JSON");
        let file = Download::save(&format::file_name(&report), "application/json", &json);
        saved.set_value(file.map(Download::take_back_later));
    };
    view! {
        <div class="report-actions">
            <div class="buttons">
                <CopyButton of=markdown what=words!("the report") verb=words!("Copy as Markdown") is_by_hand/>
                <button type="button" class="quiet" on:click=save>
                    {words!("Download as JSON")}
                </button>
                <button type="button" class="quiet" on:click=move |_| print()>
                    {words!("Print")}
                </button>
                <OpenFile compares=true/>
                <button
                    type="button"
                    class="quiet"
                    on:click=move |_| {
                        reveal(opener);
                        dispatch.send(CheckIntent::Close);
                    }
                >
                    {words!("Close")}
                </button>
            </div>
            <label class="hides">
                <input
                    type="checkbox"
                    data-testid="hide-addresses"
                    prop:checked=move || hides_addresses.get()
                    on:change=move |event| hides_addresses.set(event_target_checked(&event))
                />
                {words!("Without addresses")}
            </label>
            <Show when=move || is_by_hand.get()>
                <p class="hint" data-testid="by-hand">
                    {words!("This browser does not let the page copy. The text below is selected: copy it by hand.")}
                </p>
            </Show>
            // There for the button to copy, which selects it where the browser does not copy.
            <code
                class="markdown"
                class:unseen=move || !is_by_hand.get()
                aria-hidden=move || (!is_by_hand.get()).then_some("true")
                tabindex=move || is_by_hand.get().then_some("0")
                {..verbatim()}
                node_ref=markdown
            >
                {move || report.with(|report| report::markdown(report))}
            </code>
        </div>
    }
}
