//! The file `config.json` beside the page.

use std::fmt;

use echoclock_shared::say;
use serde_json::Value;

/// Why `config.json` can't be used, in words by `Display`: the end of a sentence about it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum ConfigTrouble {
    /// There was no answer.
    NotFetched,
    /// The answer is no file, but this status.
    Status(u16),
    /// It is not JSON, for this reason.
    NotJson(String),
    /// What it has as the API's address is not a text.
    NotAText,
    /// It has no address of the API.
    NoApi,
}

impl fmt::Display for ConfigTrouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&match self {
            Self::NotFetched => say!("it could not be fetched"),
            Self::Status(status) => say!("the server answered with status {status}", status),
            Self::NotJson(error) => say!("it is not JSON ({error})", error),
            Self::NotAText => say!("its \"api\" is not a text"),
            Self::NoApi => say!("it has no \"api\""),
        })
    }
}

/// Reads `{"api": "…"}`.
///
/// # Errors
///
/// Where it is something else.
pub fn api_in_config(json: &str) -> Result<String, ConfigTrouble> {
    let config: Value =
        serde_json::from_str(json).map_err(|error| ConfigTrouble::NotJson(error.to_string()))?;
    match config.get("api") {
        Some(Value::String(api)) => Ok(api.clone()),
        Some(_) => Err(ConfigTrouble::NotAText),
        None => Err(ConfigTrouble::NoApi),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_config_is_an_object_with_a_text() {
        assert_eq!(api_in_config(r#"{"api": "x", "more": 1}"#).as_deref(), Ok("x"));
        for (bad, words) in
            [("<!doctype html>", "not JSON"), ("{}", "no"), (r#"{"api":1}"#, "text")]
        {
            assert!(api_in_config(bad).expect_err(bad).to_string().contains(words), "{bad}");
        }
    }
}
