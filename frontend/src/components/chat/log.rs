//! Everything that happened in the chat, newest last.

use echoclock_shared::{counted, words};
use leptos::prelude::*;

use super::super::language::live;
use super::super::scroller::Scroller;
use super::row::row;
use crate::format;
use crate::stores::{ChatRowBody, HISTORY_MAX, use_stores};

/// Everything that happened in the chat, newest last.
#[component]
pub(super) fn Log() -> impl IntoView {
    let chat = use_stores().chat;
    let said_nothing = Memo::new(move |_| {
        let is_said = |body: &ChatRowBody| match body {
            ChatRowBody::Message { .. } | ChatRowBody::NotSaid { .. } => true,
            ChatRowBody::Opened { .. }
            | ChatRowBody::Ended(_)
            | ChatRowBody::PostingBegun
            | ChatRowBody::PostingEnded(_)
            | ChatRowBody::Complained(_)
            | ChatRowBody::Garbled(_) => false,
        };
        chat.rows.with(|rows| !rows.iter().any(|row| is_said(&row.body)))
    });
    let has_dropped = Memo::new(move |_| chat.dropped.get() > 0);
    view! {
        <Scroller class="log" role="log" label=words!("Chat log")>
            <Show when=move || has_dropped.get()>
                <p class="dropped" data-testid="chat-dropped" {..live()}>
                    {move || {
                        let dropped = chat.dropped.get();
                        counted!(
                            dropped,
                            "{dropped} older row is not kept: the page holds the last {most}.",
                            "{dropped} older rows are not kept: the page holds the last {most}.",
                            dropped = format::count(dropped),
                            most = HISTORY_MAX
                        )
                    }}
                </p>
            </Show>
            <ol class="rows" data-testid="chat-log">
                <For each=move || chat.rows.get() key=|row| row.id children=row/>
            </ol>
            <Show when=move || said_nothing.get()>
                <p class="nothing-said">
                    {words!(
                        "Nothing said yet. Write a message below: it goes to the server and comes back."
                    )}
                </p>
            </Show>
        </Scroller>
    }
}
