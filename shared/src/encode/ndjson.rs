//! Newline-delimited JSON: one value per line.

use serde::Serialize;

/// The media type, which is in use everywhere and registered nowhere.
pub const MEDIA_TYPE: &str = "application/x-ndjson";

/// Writes one value and the end of its line.
///
/// JSON has no line breaks outside its strings and escapes them inside.
pub fn line(data: &impl Serialize) -> String {
    super::json(data) + "\n"
}
