//! The button that copies a text.

use std::time::Duration;

use echoclock_shared::{say, words};
use leptos::html::Code;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::language::live;
use crate::browser::{Timer, clipboard};

/// What became of copying.
#[derive(Clone, Copy, PartialEq)]
enum Copying {
    NotYet,
    Copied,
    /// The browser does not copy, and the text is selected for the user to do it.
    Selected,
}

/// The button that copies what an element shows, or selects it where the browser does not copy.
#[component]
pub(super) fn CopyButton(
    of: NodeRef<Code>,
    /// What is copied, for who does not see it.
    #[prop(into)]
    what: String,
    /// What it offers.
    #[prop(default = words!("Copy"))]
    verb: &'static str,
    /// Whether the browser does not copy, for who shows the text then.
    #[prop(default = RwSignal::new(false))]
    is_by_hand: RwSignal<bool>,
) -> impl IntoView {
    let copying = RwSignal::new(Copying::NotYet);
    let timer = StoredValue::new_local(None::<Timer>);
    let copy = move |_| {
        let Some(text) = of.get_untracked() else { return };
        spawn_local(async move {
            let copied = clipboard::copy(&text).await;
            let outcome = if copied { Copying::Copied } else { Copying::Selected };
            is_by_hand.try_set(!copied);
            // The text may have gone in the meantime.
            if copying.try_set(outcome).is_none() {
                let back = move || {
                    copying.try_set(Copying::NotYet);
                };
                timer.try_set_value(Some(Timer::after(SHOWN_FOR, back)));
            }
        });
    };
    let word = move || match copying.get() {
        Copying::NotYet => verb,
        Copying::Copied => words!("Copied"),
        Copying::Selected => words!("Selected"),
    };
    view! {
        <button
            type="button"
            class="quiet copy"
            {..live()}
            aria-label=move || say!("{word}: {what}", word = word(), what)
            on:click=copy
        >
            {word}
        </button>
        <span class="unseen" role="status" {..live()}>
            {move || match copying.get() {
                Copying::NotYet => "",
                Copying::Copied => words!("Copied"),
                Copying::Selected => {
                    words!("Not copied. The text is selected, to be copied by hand")
                }
            }}
        </span>
    }
}

/// How long a button says what it has done.
const SHOWN_FOR: Duration = Duration::from_secs(2);
