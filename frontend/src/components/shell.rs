//! The frame around the parts of the page.

use echoclock_shared::text::Text;
use echoclock_shared::{path, say, text, words};
use leptos::html::Main;
use leptos::prelude::*;

use super::chat::Chat;
use super::check_view::CheckView;
use super::clock::Clock;
use super::drafts::provide_drafts;
use super::in_turn::{InTurn, provide_turns};
use super::language_choice::{InLanguage, LanguageChoice};
use super::server::Server;
use super::transports::Transports;
use super::wire::Wire;
use crate::browser::{scroll_to_top, set_title};
use crate::place::Place;
use crate::stores::{PageStore, ProgramIntent, use_dispatch, use_stores};

/// The page: its head, the view of the place, its foot.
///
/// The Live view stays while another one is shown, once it was, and keeps what was typed and how far its
/// lists were scrolled.
#[component]
pub fn Shell() -> impl IntoView {
    provide_drafts();
    provide_turns();
    let main = NodeRef::<Main>::new();
    let PageStore { place, language, .. } = use_stores().page;
    let is_at = move |there: Place| Memo::new(move |_| place.get() == there);
    let (is_live, is_transports) = (is_at(Place::Live), is_at(Place::Transports));
    let is_check = is_at(Place::Check);
    let was_live = Memo::new(move |before| before == Some(&true) || is_live.get());
    Effect::new(move |before: Option<Place>| {
        let place = place.get();
        language.track();
        set_title(place.title());
        if before.is_some_and(|before| before != place) {
            scroll_to_top();
        }
        place
    });
    // Whoever points at a link may be about to follow it.
    let dispatch = use_dispatch();
    let may_go = move |there| {
        if there == Place::Check {
            dispatch.check_program(ProgramIntent::Fetch);
        }
    };
    let link = move |there: Place| {
        view! {
            <li>
                <a
                    href=there.href()
                    aria-current=move || (place.get() == there).then_some("page")
                    on:pointerenter=move |_| may_go(there)
                >
                    {there.name()}
                </a>
            </li>
        }
    };
    // The place within the page is the view's name, so the focus moves without a fragment.
    let skip = move |event: leptos::ev::MouseEvent| {
        event.prevent_default();
        if let Some(main) = main.get_untracked() {
            let _ = main.focus();
        }
    };
    view! {
        <header class="page-head">
            <InLanguage>
                <a class="skip" href=move || place.get().href() on:click=skip>
                    {words!("Skip to the content")}
                </a>
            </InLanguage>
            <svg class="mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
                <path class="dial" d="M16 6.5a9.5 9.5 0 1 1-9.5 9.5"></path>
                <path class="wave" d="M16 2A14 14 0 0 0 2 16"></path>
                <path class="hands" d="M16 10.500v6l4.200 2.800"></path>
            </svg>
            <h1>"Echoclock"</h1>
            <InLanguage>
                <p class="tagline">
                    {words!("Six ways for a server to talk to a browser: what gets through your network, and how well.")}
                </p>
                <nav aria-label=words!("Views")>
                    <ul>{Place::ALL.map(link).collect_view()}</ul>
                </nav>
            </InLanguage>
            <LanguageChoice/>
        </header>
        <main tabindex="-1" node_ref=main>
            <div class="view live" hidden=move || !is_live.get()>
                <Show when=move || was_live.get()>
                    <InLanguage>
                        <Chat/>
                    </InLanguage>
                    <InTurn>
                        <InLanguage>
                            <Clock/>
                        </InLanguage>
                    </InTurn>
                    <InTurn>
                        <InLanguage>
                            <Server/>
                        </InLanguage>
                    </InTurn>
                </Show>
            </div>
            <Show when=move || is_transports.get()>
                <div class="view transports">
                    <Transports/>
                </div>
            </Show>
            <CheckView is_shown=is_check main/>
        </main>
        <InTurn>
            <PageFoot/>
        </InTurn>
    }
}

#[component]
fn PageFoot() -> impl IntoView {
    let address = use_stores().server.address;
    let link = move |path: &'static str, name: Text| {
        let href = move || address.with(|address| address.below(path::below_api(path)).ok());
        view! {
            <li>
                <a href=href>{name.words()}</a>
            </li>
        }
    };
    view! {
        <footer class="page-foot">
            <InLanguage>
                <p>{say!("Echoclock {version}, MIT or Apache-2.0", version = env!("CARGO_PKG_VERSION"))}</p>
                <ul>
                    {link(path::INFO, text!("What the server sees, as JSON"))}
                    {link(path::CLOCK_EVENTS, text!("The clock’s events, as they are"))}
                </ul>
            </InLanguage>
            <Wire/>
        </footer>
    }
}
