//! Lists of names, as a sentence has them.

use std::fmt::Display;

use crate::words;

/// Lists names.
pub(super) fn listed<T: Display>(names: &[T]) -> String {
    let names: Vec<_> = names.iter().map(ToString::to_string).collect();
    names.join(words!(", "))
}
