//! A lane in numbers.

use echoclock_shared::session::Counts;
use echoclock_shared::transport::Transport;
use leptos::prelude::*;

use super::Scroll;
use super::sums::sums;
use crate::format;
use crate::stores::Quantiles;

/// A lane in numbers.
#[component]
pub(super) fn Numbers(transport: Transport, scroll: Scroll) -> impl IntoView {
    let sums = sums(transport, scroll);
    let delay = move |pick: fn(Quantiles) -> i64| {
        move || sums.get().quantiles.map_or("–".to_owned(), |it| format::delay(pick(it)))
    };
    let count = move |pick: fn(&Counts) -> u64| move || format::count(pick(&sums.get().counts));
    let hurts = move |pick: fn(&Counts) -> u64| move || pick(&sums.get().counts) > 0;
    let of = move || {
        let of = sums.get().quantiles.map_or(0, |it| it.of);
        format!("Of the last {}", format::things(of as u64, "tick", "ticks"))
    };
    view! {
        <dl class="numbers" aria-label=format!("{transport} in numbers")>
            <div title=of>
                <dt>"delay p50"</dt>
                <dd data-number="p50">{delay(|it| it.p50)}</dd>
            </div>
            <div title=of>
                <dt>"p99"</dt>
                <dd data-number="p99">{delay(|it| it.p99)}</dd>
            </div>
            <div class:loss=hurts(|counts| counts.late)>
                <dt>"late"</dt>
                <dd data-number="late">{count(|counts| counts.late)}</dd>
            </div>
            <div>
                <dt>"ticks"</dt>
                <dd data-number="received">{count(|counts| counts.received)}</dd>
            </div>
            <div class:loss=hurts(|counts| counts.missed)>
                <dt>"missed"</dt>
                <dd data-number="missed">{count(|counts| counts.missed)}</dd>
            </div>
            <div>
                <dt>"repeated"</dt>
                <dd data-number="repeated">{count(|counts| counts.repeated)}</dd>
            </div>
            <div>
                <dt>"requests"</dt>
                <dd data-number="requests">{move || format::count(sums.get().requests)}</dd>
            </div>
            <div>
                <dt>"bytes"</dt>
                <dd data-number="bytes">{move || told(sums.get().bytes, format::size)}</dd>
            </div>
            <div>
                <dt>"overhead"</dt>
                <dd data-number="overhead">
                    {move || told(sums.get().overhead, format::octets)}
                </dd>
            </div>
        </dl>
    }
}

fn told(number: Option<u64>, words: impl Fn(u64) -> String) -> String {
    number.map_or("–".to_owned(), words)
}
