//! A message of the server that can't be read.

use std::fmt;

use crate::say;
use crate::text::Text;

/// Why a message can't be read; told in the language that is spoken when it is shown.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Garbled {
    /// It is nothing that may come: how it begins, and what is wrong with it.
    Unreadable(String),
    /// A line goes on for longer than so many bytes.
    LongLine {
        /// How many a line may have.
        max: usize,
    },
    /// It is no text.
    Binary {
        /// How long it is.
        bytes: u32,
    },
    /// It has no place there.
    Stray(Text),
}

impl fmt::Display for Garbled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(what) => f.write_str(what),
            Self::LongLine { max } => f.write_str(&say!("a line longer than {max} bytes", max)),
            Self::Binary { bytes } => {
                f.write_str(&say!("a binary message of {bytes} bytes", bytes))
            }
            Self::Stray(what) => f.write_str(what.words()),
        }
    }
}
