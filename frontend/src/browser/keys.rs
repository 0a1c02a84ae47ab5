//! Keys, as their events tell of them.

use web_sys::KeyboardEvent;

use crate::keys::Press;

/// Returns what a `keydown` event tells.
pub fn press(event: &KeyboardEvent) -> Press {
    Press {
        key: event.key(),
        code: event.key_code(),
        is_composing: event.is_composing(),
        is_held: event.repeat(),
        is_modified: event.shift_key() || event.ctrl_key() || event.alt_key() || event.meta_key(),
    }
}
