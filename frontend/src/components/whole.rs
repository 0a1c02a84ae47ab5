//! A text that is shown in part at first.

use leptos::prelude::*;

use super::language::live;

/// The button that shows the rest of a text, and takes it back.
#[component]
pub(super) fn Whole(
    is_whole: RwSignal<bool>,
    /// What it offers while there is more.
    #[prop(into)]
    more: String,
    /// What it offers while all of it is shown.
    less: &'static str,
) -> impl IntoView {
    view! {
        <button
            type="button"
            class="quiet whole"
            aria-expanded=move || is_whole.get().to_string()
            on:click=move |_| is_whole.update(|whole| *whole = !*whole)
            {..live()}
        >
            {move || if is_whole.get() { less.to_owned() } else { more.clone() }}
        </button>
    }
}
