//! What happened to the clock, apart from ticks.

use echoclock_shared::{counted, say, words};
use leptos::prelude::*;

use super::super::language::live;
use super::super::scroller::Scroller;
use super::super::stamp::stamp;
use super::super::told::told;
use crate::format::{self, Told};
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
                        let dropped = clock.notes_dropped.get();
                        counted!(
                            dropped,
                            "{dropped} older note is not kept: the page holds the last {most}.",
                            "{dropped} older notes are not kept: the page holds the last {most}.",
                            dropped = format::count(dropped),
                            most = NOTES_MAX
                        )
                    }}
                </p>
            </Show>
            <Show when=move || is_empty.get()>
                <p class="nothing">{words!("Gaps, losses and reconnections are told here.")}</p>
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
                {told(words)}
            </p>
        </li>
    }
}

fn tell(body: &ClockNoteBody) -> (&'static str, Told) {
    match body {
        ClockNoteBody::Opened(Some(hello)) => {
            let instance = &hello.instance;
            ("opened", say!("Open. The server’s instance is {instance}.", instance).into())
        }
        ClockNoteBody::Opened(None) => ("opened", words!("Open.").into()),
        ClockNoteBody::Gap { oldest, lost: Some(lost) } => {
            let told = counted!(
                *lost,
                "A gap: {lost} tick is gone for good. The clock goes on at tick {oldest}.",
                "A gap: {lost} ticks are gone for good. The clock goes on at tick {oldest}.",
                lost = format::count(*lost),
                oldest
            );
            ("gap", told.into())
        }
        ClockNoteBody::Gap { oldest, lost: None } => {
            ("gap", say!("A gap: the clock goes on at tick {oldest}.", oldest).into())
        }
        ClockNoteBody::StartedAnew { oldest } => {
            let told = say!(
                "A gap: the server’s clock was set back, and goes on at tick {oldest}.",
                oldest
            );
            ("gap", told.into())
        }
        ClockNoteBody::CursorRefused { after } => {
            let told = say!(
                "The server does not know tick {after}: its clock was set back, or it is another \
                 server. The clock starts over.",
                after
            );
            ("gap", told.into())
        }
        ClockNoteBody::Missed { count, before } => {
            let told = counted!(
                *count,
                "{count} tick was left out without a word before tick {before}.",
                "{count} ticks were left out without a word before tick {before}.",
                count = format::count(*count),
                before
            );
            ("missed", told.into())
        }
        ClockNoteBody::Garbled(what) => {
            ("garbled", say!("A message of the server can’t be read: {what}.", what).into())
        }
        ClockNoteBody::Ended(ended) => ("ended", format::ended(ended)),
    }
}
