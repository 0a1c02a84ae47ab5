//! Which protocol the browser speaks.

use wasm_bindgen::JsCast;
use web_sys::PerformanceResourceTiming;

use super::window;

/// Returns how what is at an address was got last, whatever its query, by the name that was agreed on
/// with the server (RFC 7301), such as `h2`; nothing where the browser does not tell.
pub fn protocol_of(address: &str) -> Option<String> {
    let entries = window().performance()?.get_entries_by_type("resource");
    let is_of = |entry: &PerformanceResourceTiming| {
        let name = entry.name();
        name.split('?').next() == Some(address)
    };
    let entries = entries.iter().filter_map(|entry| entry.dyn_into().ok()).filter(is_of);
    entries.map(|entry| entry.next_hop_protocol()).rfind(|name| !name.is_empty())
}
