//! When a row's happening was.

use echoclock_shared::time::UnixMillis;
use leptos::prelude::*;

use super::language::verbatim;
use crate::browser::clock;
use crate::format;

/// When a row's happening was, by the local time of day.
pub(super) fn stamp(at: UnixMillis) -> impl IntoView {
    view! {
        <time class="at" datetime=at.to_string() {..verbatim()}>
            {format::time_of_day(&clock::local(at))}
        </time>
    }
}
