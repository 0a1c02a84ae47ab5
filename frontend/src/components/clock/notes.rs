//! What happened to the clock, apart from ticks.

use leptos::prelude::*;

use super::super::language::live;
use super::super::scroller::Scroller;
use super::super::stamp::stamp;
use crate::format;
use crate::stores::{ClockNote, ClockNoteBody, ClockStore, NOTES_MAX};

/// What happened to the clock, newest last.
#[component]
pub(in crate::components) fn Notes(
    clock: ClockStore,
    #[prop(into)] label: String,
    testid: &'static str,
) -> impl IntoView {
    let is_empty = Memo::new(move |_| clock.notes.with(Vec::is_empty));
    let has_dropped = Memo::new(move |_| clock.notes_dropped.get() > 0);
    view! {
        <Scroller class="notes" role="group" label=label>
            <Show when=move || has_dropped.get()>
                <p class="dropped" {..live()}>
                    {move || {
                        format::things(clock.notes_dropped.get(), "older note is", "older notes are")
                    }}
                    {format!(" not kept: the page holds the last {NOTES_MAX}.")}
                </p>
            </Show>
            <Show when=move || is_empty.get()>
                <p class="nothing">"Gaps, losses and reconnections are told here."</p>
            </Show>
            <ol class="rows" data-testid=testid>
                <For each=move || clock.notes.get() key=|note| note.id children=note/>
            </ol>
        </Scroller>
    }
}

fn note(note: ClockNote) -> impl IntoView {
    let (kind, words) = tell(&note.body);
    view! {
        <li class="note" data-note=kind>
            {stamp(note.at)}
            <p class="words" dir="auto">
                {words}
            </p>
        </li>
    }
}

fn tell(body: &ClockNoteBody) -> (&'static str, String) {
    match body {
        ClockNoteBody::Opened(Some(hello)) => {
            ("opened", format!("Open. The server’s instance is {}.", hello.instance))
        }
        ClockNoteBody::Opened(None) => ("opened", "Open.".to_owned()),
        ClockNoteBody::Gap { oldest, lost: Some(lost) } => {
            let lost = format::things(*lost, "tick is", "ticks are");
            ("gap", format!("A gap: {lost} gone for good. The clock goes on at tick {oldest}."))
        }
        ClockNoteBody::Gap { oldest, lost: None } => {
            ("gap", format!("A gap: the clock goes on at tick {oldest}."))
        }
        ClockNoteBody::StartedAnew { oldest } => (
            "gap",
            format!("A gap: the server’s clock was set back, and goes on at tick {oldest}."),
        ),
        ClockNoteBody::CursorRefused { after } => (
            "gap",
            format!(
                "The server does not know tick {after}: its clock was set back, or it is another \
                 server. The clock starts over."
            ),
        ),
        ClockNoteBody::Missed { count, before } => {
            let count = format::things(*count, "tick was", "ticks were");
            ("missed", format!("{count} left out without a word before tick {before}."))
        }
        ClockNoteBody::Garbled(what) => {
            ("garbled", format!("A message of the server can’t be read: {what}."))
        }
        ClockNoteBody::Ended(ended) => ("ended", format::ended(ended)),
    }
}
