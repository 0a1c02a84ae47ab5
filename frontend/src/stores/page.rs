//! What is known of the page.

use std::time::Duration;

use leptos::prelude::RwSignal;

use crate::language::Language;
use crate::place::Place;

/// The page's signals.
#[derive(Clone, Copy, Debug, Default)]
pub struct PageStore {
    /// The time of `Moment::mono`, four times a second while the page can be seen.
    pub now: RwSignal<Duration>,
    /// Which place within the page is shown.
    pub place: RwSignal<Place>,
    /// The language that is spoken.
    pub language: RwSignal<Language>,
    /// The language that could not be had, and why, in the browser's words.
    pub unspoken: RwSignal<Option<(Language, String)>>,
    /// Whether the browser believes that there is no network: a hint to show, no more.
    pub seems_offline: RwSignal<bool>,
}
