//! Which language is spoken, and another one by a press.

use echoclock_shared::say;
use leptos::either::Either;
use leptos::prelude::*;

use crate::language::Language;
use crate::stores::{PageStore, use_dispatch, use_stores};

/// What is made anew in each language that is spoken: elements that were kept would have their texts
/// written anew, which a translator may have replaced.
#[component]
pub(super) fn InLanguage(children: ChildrenFn) -> impl IntoView {
    let language = use_stores().page.language;
    move || match language.get() {
        Language::English => Either::Left(children()),
        Language::Chinese => Either::Right(children()),
    }
}

/// The button that offers the other language, in that language, and why it can't be had.
#[component]
pub(super) fn LanguageChoice() -> impl IntoView {
    let (PageStore { language, unspoken, .. }, dispatch) = (use_stores().page, use_dispatch());
    let other = Memo::new(move |_| language.get().other());
    let complaint = move || {
        unspoken.get().map(|(wanted, why)| {
            say!("{language} can’t be loaded: {why}", language = wanted.own_name(), why)
        })
    };
    view! {
        <div class="language">
            <button
                type="button"
                id="language"
                lang=move || other.get().tag()
                translate="no"
                class="notranslate"
                on:click=move |_| dispatch.speak(other.get_untracked())
            >
                {move || other.get().own_name()}
            </button>
            <p
                class="complaint notranslate"
                role="status"
                translate="no"
                dir="ltr"
                lang=move || language.get().tag()
            >
                {complaint}
            </p>
        </div>
    }
}
