//! Bytes as items, in whatever chunks they arrive.

mod lines;
pub use lines::TooLong;

pub mod ndjson;

pub mod sse;
