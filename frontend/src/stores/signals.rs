//! How signals are written.

use leptos::prelude::{RwSignal, Set, WithUntracked};

/// Sets a signal where its value changes, so that nobody wakes for nothing.
pub(super) fn set<T: PartialEq + Send + Sync + 'static>(signal: RwSignal<T>, value: T) {
    if signal.with_untracked(|old| *old != value) {
        signal.set(value);
    }
}
