//! One row of the chat: a message with its echo, or a note.

use std::sync::Arc;

use echoclock_shared::echo::SendKey;
use echoclock_shared::session::Way;
use echoclock_shared::time::UnixMillis;
use echoclock_shared::{say, words};
use leptos::prelude::*;

use super::super::language::{live, of_server, verbatim};
use super::super::stamp::stamp;
use super::super::told::told;
use super::super::whole::Whole;
use crate::format::{self, Told};
use crate::stores::{ChatRow, ChatRowBody, Delivery};

/// One row of the chat.
pub(super) fn row(row: ChatRow) -> AnyView {
    let at = row.at;
    match row.body {
        ChatRowBody::Message { key, text, delivery } => message(at, key, text, delivery).into_any(),
        ChatRowBody::NotSaid { text, why } => {
            note(at, "not-said", say!("Not taken: {why}.", why), Some(text)).into_any()
        }
        ChatRowBody::Opened { instance } => {
            note(at, "opened", say!("Open. The server’s instance is {instance}.", instance), None)
                .into_any()
        }
        ChatRowBody::Ended(ended) => note(at, "ended", format::ended(&ended), None).into_any(),
        ChatRowBody::PostingBegun => {
            note(at, "posting-begun", format::POSTING_BEGUN.words(), None).into_any()
        }
        ChatRowBody::PostingEnded(why) => {
            note(at, "posting-ended", format::posting_ended(why), None).into_any()
        }
        ChatRowBody::Complained(fault) => {
            let told = Told::quoting(words!("The server complains: "), &fault.message);
            note(at, "complained", told, None).into_any()
        }
        ChatRowBody::Garbled(what) => {
            note(at, "garbled", say!("A message of the server can’t be read: {what}.", what), None)
                .into_any()
        }
    }
}

fn message(
    at: UnixMillis,
    key: SendKey,
    text: Arc<str>,
    delivery: ArcRwSignal<Delivery>,
) -> impl IntoView {
    let state = Memo::new({
        let delivery = delivery.clone();
        move |_| delivery.with(name)
    });
    let instance = {
        let delivery = delivery.clone();
        move || delivery.with(|delivery| instance(delivery).map(str::to_owned))
    };
    let way = {
        let delivery = delivery.clone();
        move || delivery.with(way)
    };
    let receipt = {
        let delivery = delivery.clone();
        move || delivery.with(receipt)
    };
    let answer = move || delivery.with(answer);
    let is_long = is_long(&text);
    let size = format::bytes(text.len());
    let is_whole = RwSignal::new(false);
    view! {
        <li
            class="message"
            class:clamped=move || is_long && !is_whole.get()
            data-key=key.get()
            data-delivery=state
            data-way=way
            data-instance=instance
        >
            {stamp(at)}
            <p class="said" dir="auto" {..verbatim()}>
                {text.to_string()}
            </p>
            <div class="receipt" {..live()}>{receipt}</div>
            {answer}
            {is_long.then(|| view! { <Whole is_whole more=say!("Show all {size}", size) less=words!("Show less")/> })}
        </li>
    }
}

fn note(
    at: UnixMillis,
    kind: &'static str,
    words: impl Into<Told>,
    text: Option<Arc<str>>,
) -> impl IntoView {
    view! {
        <li class="note" data-note=kind aria-live="off">
            {stamp(at)}
            <p class="words" dir="auto">
                {told(words.into())}
            </p>
            {text.map(|text| view! { <p class="said" dir="auto" {..verbatim()}>{text.to_string()}</p> })}
        </li>
    }
}

const fn name(delivery: &Delivery) -> &'static str {
    match delivery {
        Delivery::Queued => "queued",
        Delivery::Sent { .. } => "sent",
        Delivery::Echoed { .. } => "echoed",
        Delivery::Refused { .. } => "refused",
    }
}

fn instance(delivery: &Delivery) -> Option<&str> {
    match delivery {
        Delivery::Echoed { instance, .. } => instance.as_deref(),
        Delivery::Queued | Delivery::Sent { .. } | Delivery::Refused { .. } => None,
    }
}

fn way(delivery: &Delivery) -> Option<&'static str> {
    match delivery {
        Delivery::Echoed { way, .. } => Some(format::way_name(*way)),
        Delivery::Queued | Delivery::Sent { .. } | Delivery::Refused { .. } => None,
    }
}

/// How far the message has come, in a word or a number.
fn receipt(delivery: &Delivery) -> AnyView {
    match delivery {
        Delivery::Queued => words!("queued").into_any(),
        Delivery::Sent { times: 0 | 1 } => words!("sent").into_any(),
        Delivery::Sent { times } => say!("sent {times} times", times).into_any(),
        Delivery::Refused { .. } => words!("refused").into_any(),
        Delivery::Echoed { round_trip, received, way, .. } => {
            let title = say!("Read by the server at {received}", received);
            view! {
                <span data-testid="round-trip" title=title>
                    {format::round_trip(*round_trip)}
                </span>
                {(*way == Way::Post).then(|| words!(" by POST"))}
            }
            .into_any()
        }
    }
}

/// What came back.
fn answer(delivery: &Delivery) -> Option<AnyView> {
    match delivery {
        Delivery::Queued | Delivery::Sent { .. } => None,
        Delivery::Echoed { text, .. } => Some(
            view! {
                <p class="echo" dir="auto" {..verbatim()}>
                    <span class="mark" {..live()}>
                        {words!("ECHO: ")}
                    </span>
                    <bdi>{text.clone()}</bdi>
                </p>
            }
            .into_any(),
        ),
        Delivery::Refused { reason: Some(reason) } => {
            Some(view! { <p class="refusal" {..of_server()}>{reason.clone()}</p> }.into_any())
        }
        Delivery::Refused { reason: None } => {
            let words =
                words!("HTTP status 413: the message is too large on the way to the server");
            Some(view! { <p class="refusal">{words}</p> }.into_any())
        }
    }
}

/// Whether a text would fill the log, and so is shown in part at first.
fn is_long(text: &str) -> bool {
    text.len() > 1_000 || text.lines().count() > 12
}
