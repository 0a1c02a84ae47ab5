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
use echoclock_shared::{say, words};
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
        <section class="card lanes" data-testid="lanes" aria-label=words!("The six transports")>
            <Connections/>
            <Scale scroll/>
            <ol>
                {Transport::ALL
                    .map(|transport| view! { <Lane transport scroll/> })
                    .collect_view()}
            </ol>
            <p class="footnote">
                <span {..live()}>
                    {move || match error.get() {
                        None => words!("Delays are from due to arrival on the server’s time.").to_owned(),
                        Some(error) => {
                            say!("Delays are from due to arrival on the server’s time, which is known to ± {error}.", error)
                        }
                    }}
                </span>
                " "
                {words!("Bytes are those of the link that is open, as the server counts them: both ways, heads and framing included. Overhead is what a tick took besides its own JSON.")}
            </p>
        </section>
    }
}
