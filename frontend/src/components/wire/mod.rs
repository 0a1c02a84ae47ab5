//! The Wire drawer: what was sent and received, as the page and the server have seen it.

mod drawer;
use drawer::Drawer;

mod filter;

mod row;

use echoclock_shared::words;
use leptos::html::Button;
use leptos::prelude::*;

use super::language_choice::InLanguage;
use crate::browser::focus_in_place;

/// The button that opens the drawer, and the drawer.
#[component]
pub(super) fn Wire() -> impl IntoView {
    let is_open = RwSignal::new(false);
    let button = NodeRef::<Button>::new();
    let close = move || {
        is_open.set(false);
        if let Some(button) = button.get_untracked() {
            focus_in_place(&button);
        }
    };
    view! {
        <div class="wire">
            <InLanguage>
                <button
                    type="button"
                    class="quiet"
                    data-testid="wire-button"
                    aria-expanded=move || is_open.get().to_string()
                    aria-controls=move || is_open.get().then_some("wire-drawer")
                    node_ref=button
                    on:click=move |_| is_open.update(|open| *open = !*open)
                >
                    {words!("Wire")}
                </button>
            </InLanguage>
            <Show when=move || is_open.get()>
                <Drawer close/>
            </Show>
        </div>
    }
}
