//! Items as bytes, per transport.

use serde::Serialize;

pub mod frame;

pub mod ndjson;

pub mod sse;

/// Breaks a long silence where messages are plain JSON; clients ignore it.
pub const PING: &str = r#"{"ping":{}}"#;

/// Writes what a feed carries as JSON, on one line.
pub fn json(data: &impl Serialize) -> String {
    serde_json::to_string(data).expect("what feeds carry has string keys and finite numbers only")
}

/// Writes a page of a feed, from its items as [`json`]: what a poll answers.
pub fn page(items: &[impl AsRef<[u8]>]) -> Vec<u8> {
    let mut page = b"{\"items\":[".to_vec();
    for (place, item) in items.iter().enumerate() {
        if place > 0 {
            page.push(b',');
        }
        page.extend_from_slice(item.as_ref());
    }
    page.extend_from_slice(b"]}");
    page
}
