//! One row: when, whose, which way, what, how large, and what it says.

use leptos::prelude::*;

use super::filter::name;
use crate::browser::clock;
use crate::components::language::verbatim;
use crate::components::whole::Whole;
use crate::format;
use crate::wire::{Row, SeenBy, Way};

/// One row.
pub(super) fn row(row: Row) -> impl IntoView {
    let Row { at, seen_by, part, way, what, size, computed, raw, cut, .. } = row;
    let size = size.map(|size| {
        let size = format::octets(size);
        if computed { format!("≈ {size}") } else { size }
    });
    let why = computed.then_some("Computed: over HTTP/2 the server can't see it where it passes.");
    let time = format::exact_time(&clock::local(at));
    // The empty line after an event would take as much room as the event.
    let raw = raw.trim_end();
    let is_long = is_long(raw);
    let is_whole = RwSignal::new(false);
    let arrow = match way {
        Some(Way::Up) => "↑",
        Some(Way::Down) => "↓",
        None => "·",
    };
    view! {
        <li
            class:clamped=move || is_long && !is_whole.get()
            data-seen-by=seen_by.name()
            data-what=what.name()
            data-way=way.map(Way::name)
        >
            <time class="at" datetime=at.to_string() {..verbatim()}>
                {time}
            </time>
            <span class="part">{name(part)}</span>
            <span class="what">
                <span aria-hidden="true">{arrow}" "</span>
                {what.name()}
                <span class="unseen">{way.map(|way| format!(" {}", way.name()))}</span>
            </span>
            <span class="size" title=why>
                {size}
                {computed.then(|| view! { <span class="unseen">" computed"</span> })}
            </span>
            <span class="seen-by">
                {(seen_by == SeenBy::Server).then_some("seen by the server")}
            </span>
            <pre class="raw" dir="auto" {..verbatim()}>
                {raw.to_owned()}
                {cut.then(|| view! { <span class="cut">" … cut here"</span> })}
            </pre>
            {is_long.then(|| view! { <Whole is_whole more="All of it" less="Less"/> })}
        </li>
    }
}

/// Whether a text would fill the drawer, and so is shown in part at first.
fn is_long(raw: &str) -> bool {
    raw.len() > 200 || raw.lines().count() > 3
}
