//! What the browser remembers for this origin.
//!
//! Where the user forbids it, nothing is remembered, and nobody is bothered.

use web_sys::Storage;

use super::window;

/// Returns what is remembered under `key`.
pub fn read(key: &str) -> Option<String> {
    storage()?.get_item(key).ok()?
}

/// Remembers `value`, or forgets what was remembered.
pub fn write(key: &str, value: Option<&str>) {
    let Some(storage) = storage() else { return };
    // It fails where the origin's space is used up.
    let _ = match value {
        Some(value) => storage.set_item(key, value),
        None => storage.remove_item(key),
    };
}

fn storage() -> Option<Storage> {
    window().local_storage().ok()?
}
