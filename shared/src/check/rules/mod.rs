//! All rules, a file each.

use super::rule::Rule;

/// All of them, in the order in which they are shown.
pub const ALL: &[Rule] = &[];
