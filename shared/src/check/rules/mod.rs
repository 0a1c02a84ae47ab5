//! All rules, a file each.
//!
//! Where two explain a sign equally well, the one that stands first is named: those that a probe can tell
//! from their look-alikes stand before those that only fit.

use super::rule::Rule;

mod buffered_whole;
mod charset_held;
mod collected_in_pages;
mod compressed_for_cache;
mod compressed_from_first_write;
mod compressed_in_buffer;
mod compressed_one_late;
mod compressed_without_flush;
mod get_held_post_live;
mod head_waits_for_body;
mod only_events_flushed;
mod page_filtered;
mod page_inspected;
mod silence_ends_cleanly;
mod small_writes_packed;
mod socket_silence_limit;
mod stream_cached;
mod stream_silence_limit;

/// All of them, in the order in which they are shown.
pub const ALL: &[Rule] = &[
    page_filtered::RULE,
    page_inspected::RULE,
    charset_held::RULE,
    only_events_flushed::RULE,
    get_held_post_live::RULE,
    stream_cached::RULE,
    collected_in_pages::RULE,
    compressed_in_buffer::RULE,
    compressed_from_first_write::RULE,
    compressed_for_cache::RULE,
    compressed_one_late::RULE,
    compressed_without_flush::RULE,
    buffered_whole::RULE,
    small_writes_packed::RULE,
    head_waits_for_body::RULE,
    silence_ends_cleanly::RULE,
    stream_silence_limit::RULE,
    socket_silence_limit::RULE,
];
