//! The chat echo: what was said, what came back, and how the socket is.

mod close_form;
use close_form::CloseForm;

mod composer;
use composer::Composer;

mod log;
use log::Log;

mod row;

use echoclock_shared::session::{Part, Way};
use echoclock_shared::words;
use leptos::prelude::*;

use super::connection::{Status, state_of, trouble_of};
use super::language::live;
use crate::format;
use crate::stores::use_stores;

/// The chat echo.
#[component]
pub(super) fn Chat() -> impl IntoView {
    let link = use_stores().chat.link;
    let posts = Memo::new(move |_| link.with(|link| link.posts.is_some()));
    let way = move || format::way_name(if posts.get() { Way::Post } else { Way::Socket });
    view! {
        <section
            class="card chat"
            id="chat"
            data-testid="chat"
            aria-labelledby="chat-title"
            data-state=state_of(link)
            data-trouble=trouble_of(link)
            data-way=way
        >
            <header class="card-head">
                <h2 id="chat-title">{words!("Chat echo")}</h2>
                <p class="by" {..live()}>{move || if posts.get() { "POST" } else { "WebSocket" }}</p>
            </header>
            <Status part=Part::Chat link testid="chat-status"/>
            <Log/>
            <Composer/>
            <CloseForm/>
        </section>
    }
}
