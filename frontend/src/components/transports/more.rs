//! What there is to know of a transport: the lesson, this run's own exchange, what happened.

use echoclock_shared::text::Text;
use echoclock_shared::transport::Transport;
use echoclock_shared::{say, text, words};
use leptos::prelude::*;

use super::sums::{Sums, sums};
use super::{Lesson, Scroll};
use crate::components::clock::Notes;
use crate::components::language::verbatim;
use crate::components::server::CommandLine;
use crate::format::{self, Run};
use crate::stores::{LaneLedger, use_stores};

/// What there is to know of a transport.
#[component]
pub(super) fn More(transport: Transport, scroll: Scroll) -> impl IntoView {
    let sums = sums(transport, scroll);
    let run = Memo::new(move |_| {
        let Sums { quantiles, counts, requests, overhead, .. } = sums.get();
        let p50 = quantiles.map(|it| it.p50);
        format::run(Run { ticks: counts.received, requests, overhead, p50 })
    });
    let stores = use_stores();
    let keeps = stores.server.has(|info| info.ledgers);
    let lane = stores.lanes.of(transport);
    let exchange = move |of: fn(&LaneLedger) -> String| {
        Memo::new(move |_| lane.ledger.with(|ledger| ledger.as_ref().map_or(String::new(), of)))
    };
    let opening = exchange(|ledger| format::exchange(ledger.opening()));
    let newest = exchange(|ledger| format::exchange(ledger.newest()));
    let has_newest = Memo::new(move |_| newest.with(|text| !text.is_empty()));
    let command = Memo::new(move |_| {
        let period = stores.lanes.period.get();
        stores.server.address.with(|address| {
            let base = address.base.as_ref().ok()?;
            Some(format::follow_command(base, transport, period))
        })
    });
    view! {
        <div class="more">
            <Lesson transport run/>
            <div class="this-run">
                <h4>{words!("This run, as the server saw it")}</h4>
                <pre
                    tabindex="0"
                    role="group"
                    aria-label=say!("The first exchange of {transport}", transport)
                    data-testid="exchange"
                    {..verbatim()}
                >
                    {move || {
                        let text = opening.get();
                        let nothing = if keeps.get() { NOTHING_YET } else { NOTHING_KEPT };
                        if text.is_empty() { nothing.words().to_owned() } else { text }
                    }}
                </pre>
                <Show when=move || has_newest.get()>
                    <h4>{words!("And its newest question")}</h4>
                    <pre
                        tabindex="0"
                        role="group"
                        aria-label=say!("The newest exchange of {transport}", transport)
                        {..verbatim()}
                    >
                        {newest}
                    </pre>
                </Show>
                <h4>{words!("From a terminal")}</h4>
                <ul class="commands">
                    {move || command.get().map(|command| view! { <CommandLine command/> })}
                </ul>
                <h4>{words!("What happened")}</h4>
                <Notes
                    clock=lane.clock
                    label=say!("What happened to {transport}", transport)
                    testid="lane-notes"
                />
            </div>
        </div>
    }
}

const NOTHING_KEPT: Text = text!("This server keeps no ledgers: it runs with --no-ledgers.");

const NOTHING_YET: Text = text!("The server has told nothing of this link yet.");
