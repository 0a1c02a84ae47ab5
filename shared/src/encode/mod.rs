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

/// What a poll answers begins with; items follow as [`json`], with a comma between them.
pub const PAGE_BEGINS: &str = r#"{"items":["#;

/// What it ends with.
pub const PAGE_ENDS: &str = "]}";

/// Writes a page of a feed, from its items as [`json`].
pub fn page(items: &[impl AsRef<[u8]>]) -> Vec<u8> {
    let items: Vec<_> = items.iter().map(AsRef::as_ref).collect();
    [PAGE_BEGINS.as_bytes(), &items.join(&b','), PAGE_ENDS.as_bytes()].concat()
}
