//! The clock over every transport, side by side on one time axis.

mod controls;
use controls::Controls;

mod lane;
use lane::Lane;

mod lesson;
use lesson::Lesson;

mod ledgers;
use ledgers::read_in_turn;

mod more;
use more::More;

mod sums;

mod numbers;
use numbers::Numbers;

mod scroll;
use scroll::{Marks, Scale, Scroll};

use echoclock_shared::transport::Transport;
use leptos::prelude::*;

use super::language::live;
use crate::format;
use crate::stores::use_stores;

/// The Transports view.
#[component]
pub(super) fn Transports() -> impl IntoView {
    let stores = use_stores();
    read_in_turn(stores);
    let scroll = Scroll::new(stores);
    let error = Memo::new(move |_| stores.lanes.offset_error.get().map(format::delay));
    view! {
        <Controls scroll/>
        <section class="card lanes" data-testid="lanes" aria-label="The six transports">
            <Crowded/>
            <Scale scroll/>
            <ol>
                {Transport::ALL
                    .map(|transport| view! { <Lane transport scroll/> })
                    .collect_view()}
            </ol>
            <p class="footnote">
                "Delays are from due to arrival on the server’s time"
                <span {..live()}>
                    {move || error.get().map(|error| format!(", which is known to ± {error}"))}
                </span>
                ". Bytes are those of the link that is open, as the server counts them: both ways, heads and framing included. Overhead is what a tick took besides its own JSON."
            </p>
        </section>
    }
}

/// What is said where requests queue in the browser.
#[component]
fn Crowded() -> impl IntoView {
    let lanes = use_stores().lanes;
    let queue = Memo::new(move |_| {
        let queues = |transport: &Transport| lanes.of(*transport).clock.link.with(format::queues);
        let queue: Vec<_> =
            Transport::ALL.into_iter().filter(queues).map(|it| it.to_string()).collect();
        queue.join(", ")
    });
    let is_empty = Memo::new(move |_| queue.with(String::is_empty));
    view! {
        <div role="status">
            <Show when=move || !is_empty.get()>
                <div class="crowded" data-testid="crowded">
                    <h3>"Six connections, and all of them taken"</h3>
                    <p>
                        "Browsers open at most six HTTP/1.1 connections to one server, over all tabs and windows together, and keep further requests waiting without a word. Waiting: "
                        <strong {..live()}>{queue}</strong>
                        "."
                    </p>
                    <p>
                        "The chat and the WebSocket lane are not counted and go on. To let the others through, stop a lane here or in another tab; tabs out of sight let theirs go by themselves. Over HTTP/2 all requests share one connection, and nothing waits."
                    </p>
                </div>
            </Show>
        </div>
    }
}
