//! Words of ours, with what somebody else said behind them.

use std::fmt::{self, Display, Formatter};

/// Words of ours, and behind them what the server said, which stays as it is in every language.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Told {
    /// Whole sentences, or what leads to what is quoted.
    pub words: String,
    /// What the server said, as a sentence.
    pub quoted: Option<String>,
}

impl Told {
    /// Puts words of ours before what the server said.
    pub(crate) fn quoting(words: &str, quoted: &str) -> Self {
        Self { words: words.to_owned(), quoted: Some(sentence(quoted)) }
    }
}

impl From<String> for Told {
    fn from(words: String) -> Self {
        Self { words, quoted: None }
    }
}

impl From<&str> for Told {
    fn from(words: &str) -> Self {
        words.to_owned().into()
    }
}

impl Display for Told {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        write!(out, "{}{}", self.words, self.quoted.as_deref().unwrap_or_default())
    }
}

/// Ends a text as a sentence ends.
pub(super) fn sentence(text: &str) -> String {
    let text = text.trim_end();
    if text.ends_with(ENDS) { text.to_owned() } else { format!("{text}.") }
}

const ENDS: [char; 7] = ['.', '!', '?', '…', '。', '！', '？'];
