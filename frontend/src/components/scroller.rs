//! A list that scrolls, and stays at its end unless the user goes elsewhere.

use echoclock_shared::words;
use leptos::html::Div;
use leptos::prelude::*;

use crate::browser::EndKeeper;

/// A list that scrolls, and stays at its end unless the user goes elsewhere.
#[component]
pub(super) fn Scroller(
    class: &'static str,
    /// What it is to a screen reader; a `log` has its additions read out.
    role: &'static str,
    #[prop(into)] label: String,
    children: Children,
) -> impl IntoView {
    let scrolled = NodeRef::<Div>::new();
    let content = NodeRef::<Div>::new();
    let is_at_end = RwSignal::new(true);
    let keeper = StoredValue::new_local(None::<EndKeeper>);
    Effect::new(move |_| {
        if let (Some(scrolled), Some(content)) = (scrolled.get(), content.get()) {
            let on_change = move |at_end| is_at_end.set(at_end);
            keeper.set_value(Some(EndKeeper::new(&scrolled, &content, on_change)));
        }
    });
    let jump = move |_| {
        keeper.with_value(|keeper| keeper.iter().for_each(EndKeeper::go_to_end));
        // The button that was pressed goes away.
        if let Some(scrolled) = scrolled.get_untracked() {
            let _ = scrolled.focus();
        }
    };
    view! {
        <div class=format!("scroller {class}")>
            <div
                class="scrolled"
                class:at-end=is_at_end
                role=role
                aria-label=label
                aria-relevant="additions"
                tabindex="0"
                node_ref=scrolled
            >
                <div class="scrolled-content" node_ref=content>
                    {children()}
                </div>
            </div>
            <Show when=move || !is_at_end.get()>
                <button type="button" class="jump" on:click=jump>
                    {words!("Jump to newest")}
                </button>
            </Show>
        </div>
    }
}
