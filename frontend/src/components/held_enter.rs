//! A key that is held down in a form.

use leptos::ev::KeyboardEvent;

use crate::browser::press;
use crate::keys::Meaning;

/// Keeps an Enter that is still held down from submitting a form: it may have ended a word in an
/// input method, and what is written is only half a reason then.
pub(super) fn ignore_held_enter(event: KeyboardEvent) {
    if press(&event).meaning() == Meaning::Nothing {
        event.prevent_default();
    }
}
