//! A report out of its file.

use serde_json::Value;

use super::{Report, SCHEMA};
use crate::{say, words};

/// Reads a report's JSON.
///
/// # Errors
///
/// Where it is none, or of another schema than [`SCHEMA`].
pub fn read(text: &str) -> Result<Report, NotAReport> {
    let json: Value = serde_json::from_str(text).map_err(|_| NotAReport::NotJson)?;
    match json.get("schema").and_then(Value::as_u64) {
        Some(schema) if schema == u64::from(SCHEMA) => {}
        Some(schema) => return Err(NotAReport::Schema(schema)),
        None => return Err(NotAReport::Other),
    }
    serde_json::from_str(text).map_err(|error| NotAReport::Damaged(error.to_string()))
}

/// Why a file is no report that can be read: the end of a sentence that begins with its name.
#[derive(Clone, Debug, Eq, Hash, PartialEq, thiserror::Error)]
pub enum NotAReport {
    /// It is no JSON.
    #[error("{}", words!("it is not JSON"))]
    NotJson,
    /// It is JSON of something else.
    #[error("{}", words!("it is no report of a path check"))]
    Other,
    /// It is of another schema.
    #[error("{}", say!("it is of schema {its}, and schema {known} is what is read here", its = .0, known = SCHEMA))]
    Schema(u64),
    /// Something in it is missing or wrong.
    #[error("{}", say!("it is damaged ({why})", why = .0))]
    Damaged(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_report_says_why() {
        for (text, why) in [
            ("<html>", "it is not JSON"),
            ("{}", "it is no report of a path check"),
            (r#"{"schema":"1"}"#, "it is no report of a path check"),
            (r#"{"schema":2}"#, "it is of schema 2, and schema 1 is what is read here"),
            (r#"{"schema":1}"#, "it is damaged (missing field `program` at line 1 column 12)"),
        ] {
            assert_eq!(read(text).unwrap_err().to_string(), why, "{text}");
        }
    }
}
