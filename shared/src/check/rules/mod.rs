//! All rules, a file each.
//!
//! Where two explain a sign equally well, the one that stands first is named: those that a probe can tell
//! from their look-alikes stand before those that only fit.

use super::rule::Rule;

mod collected_in_pages;

/// All of them, in the order in which they are shown.
pub const ALL: &[Rule] = &[collected_in_pages::RULE];
