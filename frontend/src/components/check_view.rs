//! Where the Check view stands, whose program is fetched when it is first opened.

use echoclock_shared::{say, words};
use leptos::html::Main;
use leptos::prelude::*;

use super::language::live;
use super::language_choice::InLanguage;
use super::lede::CheckLede;
use crate::address::WrongAddress;
use crate::between::{self, api_to_text};
use crate::stores::{ProgramIntent, ProgramState, use_dispatch, use_stores};

/// The view's place, and what is said while its program is not there.
#[component]
pub(super) fn CheckView(
    is_shown: Memo<bool>,
    /// What has the focus once the button that had it has gone.
    main: NodeRef<Main>,
) -> impl IntoView {
    let (stores, dispatch) = (use_stores(), use_dispatch());
    let state = stores.check_program.state;
    let start = move || dispatch.check_program(ProgramIntent::Start);
    Effect::new(move |_| {
        if is_shown.get() {
            start();
        }
    });
    let api = move || {
        stores.page.language.track();
        let base = stores.server.address.with(|address| address.base.clone());
        let is_known = base != Err(WrongAddress::Pending);
        is_known.then(|| api_to_text(&base.map_err(|wrong| wrong.to_string())))
    };
    let runs = Memo::new(move |_| state.with(|state| *state == ProgramState::Runs));
    let failure = move || match state.get() {
        ProgramState::Failed(why) => Some(why),
        ProgramState::Absent | ProgramState::Starting | ProgramState::Runs => None,
    };
    let again = move |_| {
        if let Some(main) = main.get_untracked() {
            let _ = main.focus();
        }
        start();
    };
    let failed = move |why: String| {
        view! {
            <p class="complaint" role="alert" data-testid="check-failed">
                {say!("It could not be loaded. It is a part of the page that is fetched when it is first opened: the network may have been gone, or the server has a newer page, which a reload brings. The browser says: {why}", why)}
            </p>
            <button type="button" class="primary" on:click=again>
                {words!("Try again")}
            </button>
        }
    };
    view! {
        <Show when=move || is_shown.get() && !runs.get()>
            <InLanguage>
                <section class="card controls fetched" aria-labelledby="check-title">
                    <CheckLede/>
                    <p class="loading" role="status" {..live()}>
                        {move || failure().is_none().then_some(words!("Loading…"))}
                    </p>
                    <For each=failure key=Clone::clone children=failed/>
                </section>
            </InLanguage>
        </Show>
        // What is within is the program's own.
        <div
            class="view check"
            id=between::ROOT
            hidden=move || !(is_shown.get() && runs.get())
            data-api=api
        ></div>
    }
}
