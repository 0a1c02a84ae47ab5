//! The root component of the Check view's program.
//!
//! It looks by itself for what the browser knows, and hears from the page where the API is.

use std::rc::Rc;

use echoclock_shared::check::report::Finding;
use echoclock_shared::session::PageEvent;
use echoclock_shared::transport::Transport;
use leptos::prelude::*;

use crate::between::{
    self, CHECK_TEXTS, Explanation, PAGE_TEXTS, api_of_text, explanations_to_text,
};
use crate::browser::{AttributeWatch, FragmentWatch, PageWatch, fragment, write_attribute};
use crate::check::Checker;
use crate::components::Check;
use crate::language::{self, Language};
use crate::now;
use crate::place::Place;
use crate::stores::{CheckDispatch, CheckStore, Shown, Source};

/// The Check view, while the address names it.
#[component]
pub fn CheckApp() -> impl IntoView {
    let store = CheckStore::default();
    provide_context(store);
    provide_context(start(store));
    let explanations = Memo::new(move |_| store.shown.with(explanations));
    Effect::new(move |_| {
        let text = explanations.with(|all| explanations_to_text(all));
        write_attribute(between::ROOT, between::EXPLANATIONS, &text);
    });
    view! {
        <Show when=move || store.is_open.get()>
            <For
                each=move || Some(store.language.get())
                key=|language| *language
                children=|_| view! { <Check/> }
            />
        </Show>
    }
}

/// Starts everything, and returns how components say what the user wants.
///
/// It ends with the reactive owner in which it is called.
fn start(store: CheckStore) -> CheckDispatch {
    let checker = Checker::new(store);
    let hearing = Rc::clone(&checker);
    let heard = AttributeWatch::new(between::ROOT, between::API, move |text| {
        hearing.take_api(api_of_text(&text));
    });
    store.language.set(language::spoken());
    let speaking = Rc::clone(&checker);
    let spoken = AttributeWatch::new(between::ROOT, between::LANGUAGE, move |tag| {
        // The page writes it once what both say has been fetched.
        let language = Language::of(&tag).unwrap_or_default();
        if language::speak(language, &[PAGE_TEXTS, CHECK_TEXTS]) {
            speaking.take_language(language);
        }
    });
    let running = Rc::clone(&checker);
    let watch = PageWatch::new(move |event| {
        if let PageEvent::Visible(is_visible) = event {
            running.take_visible(is_visible);
        }
    });
    let go = move |fragment: String| {
        store.revealed.set(None);
        store.finding.set(Place::Check.part(&fragment).map(str::to_owned));
        store.is_open.set(Place::of(&fragment) == Place::Check);
    };
    go(fragment());
    let places = FragmentWatch::new(go);
    let now = now::keep(store.now);
    CheckDispatch::new(move |intent| {
        // The callback lives as long as the dispatch, and these with it.
        let _alive = (&heard, &spoken, &watch, &places, &now);
        checker.want(intent);
    })
}

/// Returns, for each lane, the first finding of the page's own run that explains what it shows.
fn explanations(shown: &Option<Shown>) -> Vec<Explanation> {
    let Some(Shown { report, source: Source::Run }) = shown else { return Vec::new() };
    let explained = |transport: Transport| {
        let explains = |finding: &&Finding| {
            finding.signs.iter().any(|sign| sign.lane.transport() == Some(transport))
        };
        let finding = report.findings.iter().find(explains)?;
        let (rule, title) = (finding.rule.clone(), finding.title.clone());
        Some(Explanation { transport, rule, title })
    };
    Transport::ALL.into_iter().filter_map(explained).collect()
}
