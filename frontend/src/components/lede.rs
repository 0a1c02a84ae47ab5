//! What a view begins with: its name, and what it is for.

use echoclock_shared::words;
use leptos::prelude::*;

/// The name and the purpose of a view; index.html shows both, word for word, before any program runs.
#[component]
pub(super) fn Lede(
    /// The name's id.
    id: &'static str,
    title: &'static str,
    words: &'static str,
) -> impl IntoView {
    view! {
        <div class="lede">
            <h2 id=id>{title}</h2>
            <p>{words}</p>
        </div>
    }
}

/// What the Check view is for, which is also said while its program is fetched.
#[component]
pub(super) fn CheckLede() -> impl IntoView {
    view! {
        <Lede
            id="check-title"
            title=words!("Path check")
            words=words!("What does the way between this browser and the server do to live connections? Probes go over every transport, both ends write down what they saw, and the difference says what is held, cut or changed, why, and what mends it.")
        />
    }
}
