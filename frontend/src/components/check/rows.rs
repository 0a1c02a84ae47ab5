//! A row per lane: how it does, and what shows it.

use echoclock_shared::check::report::{Row, Verdict};
use echoclock_shared::say;
use leptos::prelude::*;

use super::sentence::sentence;
use crate::components::language::live;
use crate::format::{self, Plot};

/// How a lane does, by mark and word; empty until something is known.
#[component]
pub(super) fn Mark(#[prop(into)] verdict: Signal<Option<Verdict>>) -> impl IntoView {
    let name = move || verdict.get().map_or("", format::verdict_name);
    let mark = move || verdict.get().map_or("", format::verdict_mark);
    let words = move || verdict.get().map_or("", format::verdict_words);
    view! {
        <span class="verdict" data-verdict=name>
            <b aria-hidden="true" {..live()}>{mark}</b>
            <span {..live()}>{words}</span>
        </span>
    }
}

/// A lane's row.
#[component]
pub(super) fn LaneRow(row: Row) -> impl IntoView {
    let name = format::verdict_name(row.verdict);
    let drawing = format::plot(&row.plot).map(draw);
    let costs = row.costs.map(|costs| view! { <p class="costs">{sentence(&costs)}</p> });
    view! {
        <li class="row" data-testid="check-row" data-verdict=name>
            <h4>{format::lane_name(row.lane)}</h4>
            <Mark verdict=Some(row.verdict)/>
            <div class="says">
                <p>{sentence(&row.says)}</p>
                {costs}
            </div>
            {drawing}
        </li>
    }
}

fn draw(plot: Plot) -> impl IntoView {
    let path = |class: &'static str, data: String| view! { <path class=class d=data></path> };
    let label = say!("Sent below, arrived above. {says}", says = plot.says);
    view! {
        <div class="plot" role="img" aria-label=label>
            <svg
                viewBox=format!("0 0 {} {}", Plot::WIDTH, Plot::HEIGHT)
                preserveAspectRatio="none"
                aria-hidden="true"
                focusable="false"
            >
                {path("stems", plot.stems)}
                {path("due", plot.sent)}
                {path("holes", plot.lost)}
                {path("live", plot.arrived)}
            </svg>
            <p class="span" aria-hidden="true">
                <span>"0"</span>
                <span>{plot.span}</span>
            </p>
        </div>
    }
}
