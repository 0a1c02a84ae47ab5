//! Where a message is written.

use echoclock_shared::limits::{OUTBOX_MAX, TEXT_MAX};
use echoclock_shared::session::{CannotSay, Intent, check_text};
use echoclock_shared::{say, words};
use leptos::ev::{KeyboardEvent, SubmitEvent};
use leptos::html::Textarea;
use leptos::prelude::*;

use super::super::language::live;
use crate::browser::press;
use crate::format;
use crate::keys::Meaning;
use crate::stores::{LinkView, use_dispatch, use_stores};

/// Where a message is written.
#[component]
pub(super) fn Composer() -> impl IntoView {
    let (chat, dispatch) = (use_stores().chat, use_dispatch());
    let field = NodeRef::<Textarea>::new();
    let draft = chat.draft;
    let blocked = Memo::new(move |_| {
        if chat.waiting.get() >= OUTBOX_MAX {
            return Some(CannotSay::Full);
        }
        draft.with(|draft| check_text(draft).err())
    });
    let send = move || {
        if blocked.get_untracked().is_none() {
            dispatch.send(Intent::Say(draft.get_untracked()));
            draft.set(String::new());
            // The button is off while there is no text, and would take the focus along.
            if let Some(field) = field.get_untracked() {
                let _ = field.focus();
            }
        }
    };
    let on_submit = move |event: SubmitEvent| {
        event.prevent_default();
        send();
    };
    let on_key = move |event: KeyboardEvent| match press(&event).meaning() {
        Meaning::Send => {
            event.prevent_default();
            send();
        }
        Meaning::Nothing => event.prevent_default(),
        Meaning::Leave | Meaning::Other => {}
    };
    let is_wrong = Memo::new(move |_| blocked.get().is_some_and(|why| why != CannotSay::Empty));
    let hint = move || match blocked.get() {
        None | Some(CannotSay::Empty) => {
            words!("Enter sends, Shift+Enter breaks the line.").to_owned()
        }
        Some(why) => reason(why),
    };
    let size = Memo::new(move |_| draft.with(String::len));
    let room = move || {
        let size = size.get();
        (size > TEXT_MAX * 9 / 10).then(|| {
            say!(
                "{size} of {most}",
                size = format::count(size as u64),
                most = format::bytes(TEXT_MAX)
            )
        })
    };
    let carries = Memo::new(move |_| chat.link.with(LinkView::carries));
    let waiting = move || match (chat.waiting.get(), carries.get()) {
        (0, true) => String::new(),
        (0, false) => words!("What is sent waits until it is open.").to_owned(),
        (waiting, true) => say!("{waiting} under way.", waiting),
        (waiting, false) => {
            say!("{waiting} of {most} wait until it is open.", waiting, most = OUTBOX_MAX)
        }
    };
    view! {
        <form class="composer" class:wrong=is_wrong on:submit=on_submit>
            <div class="composer-head">
                <label for="message">{words!("Message")}</label>
                <p class="waiting" data-testid="composer-waiting" {..live()}>
                    {waiting}
                </p>
                <p class="room" data-testid="composer-room" {..live()}>
                    {room}
                </p>
            </div>
            <textarea
                id="message"
                rows="2"
                autocomplete="off"
                dir="auto"
                enterkeyhint="send"
                aria-describedby="composer-hint"
                aria-invalid=move || is_wrong.get().then_some("true")
                prop:value=draft
                on:input=move |event| draft.set(event_target_value(&event))
                on:keydown=on_key
                node_ref=field
            ></textarea>
            <button type="submit" class="primary" disabled=move || blocked.get().is_some()>
                {words!("Send")}
            </button>
            <p class="hint" id="composer-hint" data-testid="composer-hint" aria-live="polite" {..live()}>
                {hint}
            </p>
        </form>
    }
}

fn reason(why: CannotSay) -> String {
    match why {
        CannotSay::Empty => words!("There is no text yet.").to_owned(),
        CannotSay::TooLong { bytes } => say!(
            "Too long: the text has {size}, and {most} is the most.",
            size = format::bytes(bytes),
            most = format::count(TEXT_MAX as u64)
        ),
        CannotSay::Full => {
            say!("{most} messages wait for their echo, and no more can be kept.", most = OUTBOX_MAX)
        }
    }
}
