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

use super::in_turn::InTurn;
use super::language::live;
use super::language_choice::InLanguage;
use crate::format;
use crate::stores::use_stores;

/// The Transports view: how far its axis has moved, and what is open in it, stay in every language.
#[component]
pub(super) fn Transports() -> impl IntoView {
    let stores = use_stores();
    read_in_turn(stores);
    let scroll = Scroll::new(stores);
    let lane = move |transport| {
        let is_more_open = RwSignal::new(false);
        view! {
            <InTurn>
                <InLanguage>
                    <Lane transport scroll is_more_open/>
                </InLanguage>
            </InTurn>
        }
    };
    let label = move || {
        stores.page.language.track();
        words!("The six transports")
    };
    view! {
        <InLanguage>
            <Controls scroll/>
        </InLanguage>
        <section class="card lanes" data-testid="lanes" aria-label=label>
            <InLanguage>
                <Connections/>
                <Scale scroll/>
            </InLanguage>
            <ol>{Transport::ALL.map(lane).collect_view()}</ol>
            <InTurn>
                <InLanguage>
                    <Footnote/>
                </InLanguage>
            </InTurn>
        </section>
    }
}

#[component]
fn Footnote() -> impl IntoView {
    let lanes = use_stores().lanes;
    let error = Memo::new(move |_| lanes.offset_error.get().map(format::delay));
    view! {
        <p class="footnote">
            <span {..live()}>
                {move || match error.get() {
                    None => words!("Delays are from due to arrival on the server’s time.").to_owned(),
                    Some(error) => {
                        say!("Delays are from due to arrival on the server’s time, which is known to ± {error}.", error)
                    }
                }}
            </span>
            <span>
                {words!("Bytes are those of the link that is open, as the server counts them: both ways, heads and framing included. Overhead is what a tick took besides its own JSON.")}
            </span>
        </p>
    }
}
