//! One transport.

use echoclock_shared::session::{Intent, LinkState, Part};
use echoclock_shared::transport::Transport;
use echoclock_shared::{path, say, words};
use leptos::prelude::*;

use super::controls::stopping;
use super::{Marks, More, Numbers, Scroll};
use crate::between::Explanation;
use crate::browser::is_open;
use crate::components::connection::{Status, state_of, trouble_of};
use crate::components::language::{live, verbatim};
use crate::format;
use crate::place::Place;
use crate::stores::{use_dispatch, use_stores};

/// The clock over one transport: how its link is, its ticks on the axis, and its numbers.
#[component]
pub(super) fn Lane(
    transport: Transport,
    scroll: Scroll,
    /// Whether what there is to know of it is shown.
    is_more_open: RwSignal<bool>,
) -> impl IntoView {
    let (lane, dispatch) = (use_stores().lanes.of(transport), use_dispatch());
    let clock = lane.clock;
    let part = Part::Lane(transport);
    let name = format::capitalised(&transport.to_string());
    let id = format!("lane-{}", format::transport_name(transport));
    let is_idle =
        Memo::new(move |_| clock.link.with(|link| matches!(link.state, LinkState::Idle { .. })));
    let toggle = move |_| {
        let is_idle = is_idle.get_untracked();
        dispatch.send(if is_idle { Intent::Connect(part) } else { stopping(transport) });
    };
    let verb = move || if is_idle.get() { words!("Start") } else { words!("Stop") };
    let whole_verb = move || {
        if is_idle.get() {
            say!("Start {transport}", transport)
        } else {
            say!("Stop {transport}", transport)
        }
    };
    view! {
        <li
            class="lane"
            id=id.clone()
            data-testid=id.clone()
            data-state=state_of(clock.link)
            data-trouble=trouble_of(clock.link)
            data-seq=move || clock.last.get().map(|seen| seen.tick.seq.get())
        >
            <div class="lane-head">
                <h3>{name.clone()}</h3>
                <code {..verbatim()}>{transport.of(path::CLOCK)}</code>
                <button
                    type="button"
                    class="quiet"
                    {..live()}
                    aria-label=whole_verb
                    on:click=toggle
                >
                    {verb}
                </button>
            </div>
            <Status part link=clock.link testid="lane-status"/>
            <Marks transport scroll/>
            <Numbers transport scroll/>
            <Explained transport/>
            <details
                open=is_more_open.get_untracked()
                on:toggle=move |event| is_more_open.set(is_open(&event))
            >
                <summary>{say!("{transport}: how it works, and what this run did", transport = name)}</summary>
                <Show when=move || is_more_open.get()>
                    <More transport scroll/>
                </Show>
            </details>
        </li>
    }
}

/// The finding of the path check that explains what the lane shows, where its own run has one.
#[component]
fn Explained(transport: Transport) -> impl IntoView {
    let explanations = use_stores().check_program.explanations;
    let explanation = Memo::new(move |_| {
        explanations.with(|all| all.iter().find(|it| it.transport == transport).cloned())
    });
    let show = |Explanation { rule, title, .. }| {
        let part = rule.map_or(String::new(), |rule| format!("/{rule}"));
        view! {
            <p class="explained" data-testid="explained">
                {words!("The path check found: ")}
                <a href=format!("{}{part}", Place::Check.href())>{title}</a>
            </p>
        }
    };
    view! { <For each=move || explanation.get() key=Clone::clone children=show/> }
}
