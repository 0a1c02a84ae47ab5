//! The clock over every transport, side by side on one time axis.

mod controls;
use controls::Controls;

mod connections;
use connections::Connections;

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
            <Connections/>
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
