//! All rules, a file each.
//!
//! Where two explain a sign equally well, the one that stands first is named: those that a probe can tell
//! from their look-alikes stand before those that only fit.

use super::rule::Rule;

mod buffered_whole;
mod collected_in_pages;
mod compressed_for_cache;
mod compressed_from_first_write;
mod compressed_in_buffer;
mod compressed_one_late;
mod compressed_without_flush;
mod head_waits_for_body;
mod page_filtered;
mod small_writes_packed;

/// All of them, in the order in which they are shown.
pub const ALL: &[Rule] = &[
    page_filtered::RULE,
    collected_in_pages::RULE,
    compressed_in_buffer::RULE,
    compressed_from_first_write::RULE,
    compressed_for_cache::RULE,
    compressed_one_late::RULE,
    compressed_without_flush::RULE,
    buffered_whole::RULE,
    small_writes_packed::RULE,
    head_waits_for_body::RULE,
];
