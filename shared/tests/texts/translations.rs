//! What translators write: a JSON object per area, from English to their language, in the order in
//! which the sources say it.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

/// The translations of an area.
pub(crate) struct Translations(HashMap<String, String>);

impl Translations {
    /// Reads them; none where there is no such file.
    pub(crate) fn read(file: &Path) -> Self {
        let text = fs::read_to_string(file).unwrap_or_else(|_| "{}".to_owned());
        let read = serde_json::from_str(&text);
        Self(read.unwrap_or_else(|error| panic!("{}: {error}", file.display())))
    }

    /// Returns what a text is in this language, empty where nobody has said.
    pub(crate) fn of(&self, text: &str) -> &str {
        self.0.get(text).map_or("", String::as_str)
    }

    /// Returns the texts.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

/// Writes a file.
pub(crate) fn to_text<'a>(texts: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let quoted = |text: &str| serde_json::to_string(text).expect("a text is JSON");
    let lines: Vec<_> =
        texts.map(|(text, says)| format!("  {}:\n    {}", quoted(text), quoted(says))).collect();
    if lines.is_empty() { "{}\n".to_owned() } else { format!("{{\n{}\n}}\n", lines.join(",\n")) }
}
