//! The time that never goes back, as a signal.

use std::time::Duration;

use leptos::prelude::{RwSignal, Set};

use crate::browser::{Interval, clock, is_visible};

/// Sets `now` to the time of `Moment::mono`, at once, and four times a second while the page is seen.
pub(crate) fn keep(now: RwSignal<Duration>) -> Interval {
    now.set(clock::mono());
    Interval::every(EVERY, move || {
        if is_visible() {
            now.set(clock::mono());
        }
    })
}

const EVERY: Duration = Duration::from_millis(250);
