//! The drawer: its tools above, its rows below.

use echoclock_shared::session::Part;
use echoclock_shared::{counted, say, words};
use leptos::ev::KeyboardEvent;
use leptos::html::Section;
use leptos::prelude::*;

use super::super::language::live;
use super::super::language_choice::InLanguage;
use super::super::scroller::Scroller;
use super::filter::{Filter, name, parts};
use super::row::row;
use crate::browser::{Download, Timer, press};
use crate::format;
use crate::keys::Meaning;
use crate::stores::{Recording, use_stores};
use crate::wire::{ROWS_MAX, Row};

/// The drawer, which records for as long as it is there.
#[component]
pub(super) fn Drawer(close: impl Fn() + Copy + Send + Sync + 'static) -> impl IntoView {
    let (wire, server) = (use_stores().wire, use_stores().server);
    let recording = StoredValue::new_local(Recording::new(wire, server));
    let (filter, is_paused) = (RwSignal::new(Filter::default()), RwSignal::new(false));
    let shown = Memo::new(move |_| filter.with(|filter| wire.rows.with(|rows| filter.of(rows))));
    let drawer = NodeRef::<Section>::new();
    Effect::new(move |_| {
        if let Some(drawer) = drawer.get() {
            let _ = drawer.focus();
        }
    });
    let leave = move |event: KeyboardEvent| {
        if press(&event).meaning() == Meaning::Leave {
            event.prevent_default();
            close();
        }
    };
    view! {
        <section
            id="wire-drawer"
            class="wire-drawer"
            data-testid="wire"
            aria-labelledby="wire-title"
            tabindex="-1"
            node_ref=drawer
            on:keydown=leave
        >
            <InLanguage>
                <header class="card-head">
                    <h2 id="wire-title">{words!("Wire")}</h2>
                    <p class="by">{words!("Recorded while this is open, and forgotten when it closes")}</p>
                    <button type="button" class="quiet" on:click=move |_| close()>
                        {words!("Close")}
                    </button>
                </header>
                <div class="wire-tools">
                    <Filters filter/>
                    <Buttons recording is_paused shown/>
                </div>
                <Rows filter shown/>
            </InLanguage>
        </section>
    }
}

#[component]
fn Filters(filter: RwSignal<Filter>) -> impl IntoView {
    let choose = move |event: leptos::ev::Event| {
        let chosen = event_target_value(&event);
        let part = parts().find(|part| name(*part) == chosen);
        filter.update(|filter| filter.part = part);
    };
    let write = move |event: leptos::ev::Event| {
        filter.update(|filter| filter.text = event_target_value(&event));
    };
    let chosen = move |part: Part| filter.with_untracked(|filter| filter.part == Some(part));
    view! {
        <div class="field">
            <label for="wire-part">{words!("Link")}</label>
            <select id="wire-part" on:change=choose>
                <option value="">{words!("All links")}</option>
                {parts()
                    .map(|part| {
                        view! { <option value=name(part) selected=chosen(part)>{name(part)}</option> }
                    })
                    .collect_view()}
            </select>
        </div>
        <div class="field">
            <label for="wire-text">{words!("With the text")}</label>
            <input
                id="wire-text"
                type="search"
                autocomplete="off"
                spellcheck="false"
                prop:value=filter.with_untracked(|filter| filter.text.clone())
                on:input=write
            />
        </div>
    }
}

#[component]
fn Buttons(
    recording: StoredValue<Recording, LocalStorage>,
    is_paused: RwSignal<bool>,
    shown: Memo<Vec<Row>>,
) -> impl IntoView {
    let wire = use_stores().wire;
    let pause = move |_| {
        is_paused.update(|paused| *paused = !*paused);
        recording.with_value(|recording| recording.pause(is_paused.get_untracked()));
    };
    let saving = StoredValue::new_local(None::<Timer>);
    let export = move |_| {
        let lines = shown.with_untracked(|rows| lines(rows));
        let file = Download::save("echoclock-wire.ndjson", "application/x-ndjson", &lines);
        saving.set_value(file.map(Download::take_back_later));
    };
    let is_empty = Memo::new(move |_| shown.with(Vec::is_empty));
    view! {
        <div class="buttons">
            <button type="button" {..live()} aria-pressed=move || is_paused.get().to_string() on:click=pause>
                {move || match wire.waiting.get() {
                    0 => words!("Pause").to_owned(),
                    waiting => say!("Pause ({waiting} new)", waiting = format::count(waiting)),
                }}
            </button>
            <button type="button" on:click=move |_| recording.with_value(Recording::clear)>
                {words!("Clear")}
            </button>
            <button type="button" prop:disabled=is_empty on:click=export>
                {words!("Export")}
            </button>
        </div>
    }
}

#[component]
fn Rows(filter: RwSignal<Filter>, shown: Memo<Vec<Row>>) -> impl IntoView {
    let (wire, server) = (use_stores().wire, use_stores().server);
    let keeps = server.has(|info| info.ledgers);
    let has_dropped = Memo::new(move |_| wire.dropped.get() > 0);
    let nothing = move || {
        if !shown.with(Vec::is_empty) {
            return None;
        }
        let is_filtered = filter.with(|filter| *filter != Filter::default());
        Some(if is_filtered && !wire.rows.with(Vec::is_empty) {
            words!("No row fits.")
        } else if keeps.get() {
            words!("Nothing has passed yet. What the server saw follows within two seconds.")
        } else {
            words!("Nothing has passed yet.")
        })
    };
    view! {
        <Scroller class="wire-rows" role="group" label=words!("What has passed")>
            <Show when=move || !keeps.get()>
                <p class="dropped" data-testid="wire-one-sided">
                    {words!("This server keeps no ledgers (it runs with --no-ledgers), so only what this page has seen is here.")}
                </p>
            </Show>
            <Show when=move || has_dropped.get()>
                <p class="dropped" data-testid="wire-dropped" {..live()}>
                    {move || {
                        let (dropped, most) = (wire.dropped.get(), format::count(ROWS_MAX as u64));
                        let n = format::count(dropped);
                        counted!(
                            dropped,
                            "{n} older row is not kept: the drawer holds the last {most}.",
                            "{n} older rows are not kept: the drawer holds the last {most}.",
                            n,
                            most
                        )
                    }}
                </p>
            </Show>
            {move || nothing().map(|words| view! { <p class="nothing" {..live()}>{words}</p> })}
            <ol data-testid="wire-rows">
                <For each=move || shown.get() key=|row| row.id children=row/>
            </ol>
        </Scroller>
    }
}

/// Writes rows as newline-delimited JSON.
fn lines(rows: &[Row]) -> String {
    rows.iter().fold(String::new(), |lines, row| lines + &row.to_json() + "\n")
}
