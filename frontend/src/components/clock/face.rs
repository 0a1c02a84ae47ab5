//! The analogue face.

use echoclock_shared::words;
use leptos::prelude::*;

use super::super::language::verbatim;
use super::Reading;
use crate::format;
use crate::numerals::fixed;

/// The analogue face, which shows the local time of the last tick.
///
/// It says nothing that the digits beside it do not say, so a screen reader passes over it. Nor
/// does a drawing hold what a translator would put there.
#[component]
pub(super) fn Face(reading: Memo<Option<Reading>>) -> impl IntoView {
    let has_time = Memo::new(move |_| reading.with(Option::is_some));
    view! {
        <div class="face" {..verbatim()}>
            <svg
                data-testid="clock-face"
                viewBox="-50 -50 100 100"
                aria-hidden="true"
                focusable="false"
            >
                <circle class="rim" r="48.5"></circle>
                // A circle of 60 and one of 12 units, of which a little is drawn of each.
                <circle class="minutes" r="43.5" pathLength="60" stroke-dasharray="0.14 0.86" stroke-dashoffset="0.07"></circle>
                <circle class="hours" r="41.5" pathLength="12" stroke-dasharray="0.06 0.94" stroke-dashoffset="0.03"></circle>
                {NUMERALS
                    .map(|(numeral, x, y)| view! { <text class="numeral" x=x y=y>{numeral}</text> })
                    .collect_view()}
                <text class="zone" y="19">{words!("LOCAL")}</text>
                <Show when=move || has_time.get()>
                    <Hands reading/>
                </Show>
            </svg>
        </div>
    }
}

const NUMERALS: [(&str, i32, i32); 4] = [("12", 0, -31), ("3", 33, 0), ("6", 0, 33), ("9", -33, 0)];

/// The hands, which are there once there is a time.
#[component]
fn Hands(reading: Memo<Option<Reading>>) -> impl IntoView {
    let angles = Memo::new(move |_| reading.get().map(|now| format::angles(&now.local)));
    let turn = move |hand: fn(format::Angles) -> f64| {
        move || angles.get().map(|angles| format!("rotate({}deg)", fixed(hand(angles), 2)))
    };
    view! {
        <g class="hand hour" style:transform=turn(|angles| angles.hour)>
            <path d="M-1.9 7 L-1.3 -25 L0 -27.5 L1.3 -25 L1.9 7 Z"></path>
        </g>
        <g class="hand minute" style:transform=turn(|angles| angles.minute)>
            <path d="M-1.4 8 L-0.9 -38 L0 -40.5 L0.9 -38 L1.4 8 Z"></path>
        </g>
        <g class="hand second" style:transform=turn(|angles| angles.second)>
            <path d="M0 11 V-42" fill="none"></path>
            <circle cy="-30" r="2.1"></circle>
        </g>
        <circle class="pin" r="2.4"></circle>
    }
}
