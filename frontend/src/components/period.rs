//! How often a clock ticks, to choose from.

use echoclock_shared::feed::Period;
use echoclock_shared::session::Intent;
use echoclock_shared::words;
use leptos::prelude::*;

use crate::format;
use crate::stores::use_dispatch;

/// How often a clock ticks.
#[component]
pub(super) fn Every(
    id: &'static str,
    chosen: RwSignal<Period>,
    /// What a choice asks for.
    intent: fn(Period) -> Intent,
) -> impl IntoView {
    let dispatch = use_dispatch();
    let choose = move |event| {
        if let Ok(period) = event_target_value(&event).parse() {
            dispatch.send(intent(period));
        }
    };
    let option = |each: Period| {
        view! {
            <option value=each.name() prop:selected=move || chosen.get() == each>
                {format::interval(each.duration())}
            </option>
        }
    };
    view! {
        <div class="field every">
            <label for=id>{words!("Tick every")}</label>
            <select id=id on:change=choose>
                {Period::ALL.map(option).collect_view()}
            </select>
        </div>
    }
}
