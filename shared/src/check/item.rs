//! What a planned item says, so that it tells the same to whoever gets it.

use serde::{Deserialize, Serialize};

use super::probe::Form;

/// An item of a plan, as JSON.
///
/// The fields have short names because the smallest item has to fit into [`SIZE_MIN`] bytes with
/// any framing.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Planned {
    /// Its number on this connection, from 1.
    pub n: u32,
    /// Made up by the server for each connection: two followers that see the same one share it.
    #[serde(rename = "of")]
    pub nonce: String,
    /// When the server said it: milliseconds since 1970.
    pub at: u64,
    /// Fills the item up to its size.
    #[serde(default, rename = "x", skip_serializing_if = "String::is_empty")]
    pub filling: String,
}

pub use super::plan::SIZE_MIN;

impl Planned {
    /// Writes it as an item of a stream, filled up to `size` bytes with its framing.
    pub fn framed(self, form: Form, size: u32) -> String {
        let (before, after) = match form {
            Form::Events => ("data: ", "\n\n"),
            Form::Lines => ("", "\n"),
            Form::Html => ("<!--", "-->\n"),
        };
        let frame = before.len() + after.len();
        format!("{before}{}{after}", self.filled(size as usize - frame.min(size as usize)))
    }

    /// Writes it as a message of a socket that has `size` bytes.
    pub fn message(self, size: u32) -> String {
        self.filled(size as usize)
    }

    fn filled(mut self, size: usize) -> String {
        self.filling = String::new();
        let bare = crate::encode::json(&self);
        let Some(room) = size.checked_sub(bare.len() + r#","x":"""#.len()) else { return bare };
        self.filling = "x".repeat(room.max(1));
        crate::encode::json(&self)
    }
}

/// Returns what a stream says that reaches no program: a comment, or an empty line.
pub const fn beat(form: Form) -> &'static str {
    match form {
        Form::Events => ":\n\n",
        Form::Lines => "\n",
        Form::Html => "<!---->\n",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_has_the_size_that_was_asked_for() {
        let planned = |n| Planned {
            n,
            nonce: "0123abcd".to_owned(),
            at: 1_795_365_720_250,
            filling: String::new(),
        };
        for size in [64, 80, 100, 1_500, 2_048] {
            for form in [Form::Events, Form::Lines, Form::Html] {
                let item = planned(7).framed(form, size);
                assert_eq!(item.len(), size as usize, "{item}");
            }
            let message = planned(999).message(size);
            assert_eq!(message.len(), size as usize);
            let read: Planned = serde_json::from_str(&message).unwrap();
            assert_eq!((read.n, read.at), (999, 1_795_365_720_250));
        }
    }
}
