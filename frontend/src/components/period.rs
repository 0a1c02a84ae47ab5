//! The periods that a clock can have, to choose from.

use echoclock_shared::feed::Period;
use leptos::prelude::*;

use crate::format;

/// Returns an option for each period, that of `chosen` selected.
pub(super) fn options(chosen: RwSignal<Period>) -> impl IntoView {
    let option = |each: Period| {
        view! {
            <option value=each.name() prop:selected=move || chosen.get() == each>
                {format::interval(each.duration())}
            </option>
        }
    };
    Period::ALL.map(option).collect_view()
}
