//! The frame around the parts of the page.

use echoclock_shared::path;
use leptos::html::Main;
use leptos::prelude::*;

use super::chat::Chat;
use super::clock::Clock;
use super::server::Server;
use crate::stores::use_stores;

/// The page: its head, the Live view, its foot.
#[component]
pub fn Shell() -> impl IntoView {
    let main = NodeRef::<Main>::new();
    // The place within the page is the view's name, so the focus moves without a fragment.
    let skip = move |event: leptos::ev::MouseEvent| {
        event.prevent_default();
        if let Some(main) = main.get_untracked() {
            let _ = main.focus();
        }
    };
    view! {
        <header class="page-head">
            <a class="skip" href="#/" on:click=skip>
                "Skip to the chat and the clock"
            </a>
            <svg class="mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
                <path class="dial" d="M16 6.5a9.5 9.5 0 1 1-9.5 9.5"></path>
                <path class="wave" d="M16 2A14 14 0 0 0 2 16"></path>
                <path class="hands" d="M16 10.500v6l4.200 2.800"></path>
            </svg>
            <h1>"Echoclock"</h1>
            <p class="tagline">
                "A chat echo over one socket, a clock over one stream: what gets through your network, and how well."
            </p>
        </header>
        <main id="live" tabindex="-1" node_ref=main>
            <Chat/>
            <Clock/>
            <Server/>
        </main>
        <PageFoot/>
    }
}

#[component]
fn PageFoot() -> impl IntoView {
    let address = use_stores().server.address;
    let link = move |path: &'static str, name: &'static str| {
        let href = move || address.with(|address| address.below(path::below_api(path)).ok());
        view! {
            <li>
                <a href=href>{name}</a>
            </li>
        }
    };
    view! {
        <footer class="page-foot">
            <p>{concat!("Echoclock ", env!("CARGO_PKG_VERSION"), ", MIT or Apache-2.0")}</p>
            <ul>
                {link(path::INFO, "What the server sees, as JSON")}
                {link(path::CLOCK_EVENTS, "The clock’s events, as they are")}
            </ul>
        </footer>
    }
}
