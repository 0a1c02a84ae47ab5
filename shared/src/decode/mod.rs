//! Bytes as items, in whatever chunks they arrive.

mod lines;
pub use lines::TooLong;
pub(crate) use lines::{Ending, Lines};

use serde::Deserialize;
use serde::de::DeserializeOwned;

pub mod ndjson;

pub mod sse;

/// Reads what a poll answers, see [`crate::encode::page`].
///
/// # Errors
///
/// Where it is no page of such items.
pub fn page<T: DeserializeOwned>(json: &str) -> Result<Vec<T>, serde_json::Error> {
    #[derive(Deserialize)]
    struct Page<T> {
        items: Vec<T>,
    }
    serde_json::from_str(json).map(|Page { items }| items)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encode;

    #[test]
    fn a_page_is_read_as_it_was_written() {
        for items in [vec![], vec![1], vec![1, 2, 3]] {
            let written: Vec<_> = items.iter().map(encode::json).collect();
            let json = String::from_utf8(encode::page(&written)).unwrap();
            assert_eq!(page::<u32>(&json).unwrap(), items, "{json}");
        }
        assert!(page::<u32>("[]").is_err());
    }
}
