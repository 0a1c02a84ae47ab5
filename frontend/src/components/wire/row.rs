//! One row: when, whose, which way, what, how large, and what it says.

use echoclock_shared::text::Text;
use echoclock_shared::words;
use leptos::prelude::*;

use super::filter::name;
use crate::browser::clock;
use crate::components::language::{verbatim, verbatim_unless};
use crate::components::whole::Whole;
use crate::format;
use crate::wire::{Row, Way};

/// One row.
pub(super) fn row(row: Row) -> impl IntoView {
    let says = row.says().into_owned();
    let Row { at, seen_by, part, way, what, size, computed, told, cut, .. } = row;
    let size = size.map(|size| {
        let size = format::octets(size);
        if computed { format!("≈ {size}") } else { size }
    });
    let why =
        computed.then(|| words!("Computed: over HTTP/2 the server can't see it where it passes."));
    let time = format::exact_time(&clock::local(at));
    // The empty line after an event would take as much room as the event.
    let says = says.trim_end();
    let is_long = is_long(says);
    let is_whole = RwSignal::new(false);
    let arrow = match way {
        Some(Way::Up) => "↑",
        Some(Way::Down) => "↓",
        None => "·",
    };
    let cut = cut.then(|| view! { <span class="cut">{words!(" … cut here")}</span> });
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
                {what.text().words()}
                " "
                <span class="unseen">{way.map(|way| way.text().words())}</span>
            </span>
            <span class="size" title=why>
                {size}
                {computed.then(|| view! { <span class="unseen">" "{words!("computed")}</span> })}
            </span>
            <span class="seen-by">
                {seen_by.text().map(Text::words)}
            </span>
            <pre class="raw" dir="auto" {..verbatim_unless(told.is_some())}>
                {says.to_owned()}
                {cut}
            </pre>
            {is_long.then(|| view! { <Whole is_whole more=words!("All of it") less=words!("Less")/> })}
        </li>
    }
}

/// Whether a text would fill the drawer, and so is shown in part at first.
fn is_long(text: &str) -> bool {
    text.len() > 200 || text.lines().count() > 3
}
