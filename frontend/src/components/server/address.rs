//! Where the API is looked for.

use echoclock_shared::{say, words};
use leptos::ev::SubmitEvent;
use leptos::html::Input;
use leptos::prelude::*;

use crate::address::{Source, WrongAddress};
use crate::components::drafts::use_drafts;
use crate::components::held_enter::ignore_held_enter;
use crate::components::language::{live, verbatim};
use crate::stores::{use_dispatch, use_stores};

/// The field for the API's address, what is in use, and what is wrong with it.
#[component]
pub(super) fn AddressForm() -> impl IntoView {
    let (address, dispatch) = (use_stores().server.address, use_dispatch());
    let draft = use_drafts().address;
    let is_given = Memo::new(move |_| address.with(|address| address.source == Source::User));
    let base = Memo::new(move |_| address.with(|address| address.base.clone().ok()));
    let source = move || match address.with(|address| address.source) {
        Source::Default => words!("beside the page"),
        Source::Config => words!("from config.json"),
        Source::User => words!("given here"),
    };
    let wrong = move || {
        address.with(|address| match &address.base {
            Ok(_) | Err(WrongAddress::Pending) => None,
            Err(wrong) => Some(wrong.to_string()),
        })
    };
    let config_trouble = move || address.with(|address| address.config_trouble.clone());
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        dispatch.use_address(draft.get_untracked());
    };
    let field = NodeRef::<Input>::new();
    let forget = move |_| {
        dispatch.use_address(String::new());
        // The button that was pressed goes away.
        if let Some(field) = field.get_untracked() {
            let _ = field.focus();
        }
    };
    view! {
        <form class="address" novalidate on:keydown=ignore_held_enter on:submit=submit>
            <div class="field">
                <label for="api-address">{words!("API address")}</label>
                <input
                    id="api-address"
                    type="url"
                    autocomplete="off"
                    autocapitalize="off"
                    spellcheck="false"
                    placeholder="https://echo.example.org"
                    aria-describedby="api-in-use api-wrong"
                    aria-invalid=move || wrong().map(|_| "true")
                    prop:value=draft
                    node_ref=field
                    on:input=move |event| draft.set(event_target_value(&event))
                />
            </div>
            <div class="buttons">
                <button type="submit">{words!("Use this address")}</button>
                <Show when=move || is_given.get()>
                    <button type="button" class="quiet" on:click=forget>
                        {words!("Forget it")}
                    </button>
                </Show>
            </div>
            <p class="in-use" id="api-in-use" {..live()}>
                {move || {
                    base.get()
                        .map(|base| {
                            view! {
                                {words!("In use: ")}
                                <code {..verbatim()}>{base}</code>
                                {move || say!(", {source}.", source = source())}
                            }
                        })
                }}
            </p>
            {move || {
                wrong()
                    .map(|wrong| {
                        view! {
                            <p class="complaint" id="api-wrong" role="alert" data-testid="address-error" {..live()}>
                                {wrong}
                            </p>
                        }
                    })
            }}
            {move || {
                config_trouble()
                    .map(|trouble| {
                        view! {
                            <p class="complaint" data-testid="config-trouble" {..live()}>
                                {say!("The file config.json can’t be used: {trouble}.", trouble)}
                            </p>
                        }
                    })
            }}
        </form>
    }
}
