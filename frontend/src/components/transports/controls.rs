//! What is done to all lanes at once.

use std::time::Duration;

use echoclock_shared::close::CloseCode;
use echoclock_shared::session::{Intent, LinkState, Part};
use echoclock_shared::transport::Transport;
use echoclock_shared::words;
use leptos::prelude::*;

use super::Scroll;
use crate::components::language::live;
use crate::components::lede::Lede;
use crate::components::period::Every;
use crate::format;
use crate::stores::{use_dispatch, use_stores};

/// Start and stop, pause, and how often.
#[component]
pub(super) fn Controls(scroll: Scroll) -> impl IntoView {
    let (lanes, dispatch) = (use_stores().lanes, use_dispatch());
    let wanted = Memo::new(move |_| {
        let is_wanted = |transport: &Transport| {
            let link = lanes.of(*transport).clock.link;
            link.with(|link| !matches!(link.state, LinkState::Idle { .. }))
        };
        Transport::ALL.into_iter().filter(is_wanted).count()
    });
    // Buttons that have nothing to do say so, and keep the focus that they have.
    let is_none = Memo::new(move |_| wanted.get() == 0);
    let is_all = Memo::new(move |_| wanted.get() == Transport::ALL.len());
    let start = move |_| {
        if is_all.get_untracked() {
            return;
        }
        for transport in Transport::ALL {
            dispatch.send(Intent::Connect(Part::Lane(transport)));
        }
    };
    let stop = move |_| {
        if is_none.get_untracked() {
            return;
        }
        for transport in Transport::ALL {
            dispatch.send(stopping(transport));
        }
    };
    let paused = scroll.paused;
    view! {
        <section class="card controls" aria-labelledby="transports-title">
            <Lede
                id="transports-title"
                title=words!("Transports")
                words=words!("One clock, followed in every way that a browser has ever had. A tick stands below where it was due and above where it arrived: the more a line leans, the later it came.")
            />
            <div class="settings">
                <Every id="lanes-every" chosen=lanes.period intent=Intent::LanesEvery/>
                <AskEvery/>
                <div class="buttons">
                    <button type="button" class="quiet" on:click=move |_| paused.update(|paused| *paused = !*paused) {..live()}>
                        {move || if paused.get() { words!("Resume") } else { words!("Pause") }}
                    </button>
                    <button type="button" aria-disabled=move || is_none.get().then_some("true") on:click=stop>
                        {words!("Stop all")}
                    </button>
                    <button type="button" class="primary" aria-disabled=move || is_all.get().then_some("true") on:click=start>
                        {words!("Start all")}
                    </button>
                </div>
            </div>
        </section>
    }
}

/// What ends a lane; only a socket has use for the code.
pub(super) fn stopping(transport: Transport) -> Intent {
    let part = Part::Lane(transport);
    Intent::Disconnect { part, code: CloseCode::NORMAL, reason: String::new() }
}

#[component]
fn AskEvery() -> impl IntoView {
    let (chosen, dispatch) = (use_stores().lanes.ask_every, use_dispatch());
    let choose = move |event| {
        if let Ok(millis) = event_target_value(&event).parse() {
            dispatch.send(Intent::AskEvery(Duration::from_millis(millis)));
        }
    };
    let option = |each: Duration| {
        view! {
            <option value=each.as_millis().to_string() prop:selected=move || chosen.get() == each>
                {format::interval(each)}
            </option>
        }
    };
    view! {
        <div class="field every">
            <label for="ask-every">{words!("Poll every")}</label>
            <select id="ask-every" on:change=choose>
                {ASK_EVERY.map(Duration::from_millis).map(option).collect_view()}
            </select>
        </div>
    }
}

/// The poll intervals that are offered, in milliseconds.
const ASK_EVERY: [u64; 7] = [100, 250, 500, 1_000, 2_000, 5_000, 15_000];
