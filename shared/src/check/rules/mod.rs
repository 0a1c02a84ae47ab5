//! All rules, a file each.
//!
//! Where two explain a sign equally well, the one that stands first is named: those that a probe can tell
//! from their look-alikes stand before those that only fit.

use super::rule::Rule;

mod answer_too_late;
mod buffered_whole;
mod charset_held;
mod collected_in_pages;
mod compressed_for_cache;
mod compressed_from_first_write;
mod compressed_in_buffer;
mod compressed_one_late;
mod compressed_without_flush;
mod flow_forgotten;
mod get_held_post_live;
mod head_waits_for_body;
mod http2_without_sockets;
mod only_events_flushed;
mod origin_refused;
mod page_filtered;
mod page_inspected;
mod silence_ends_cleanly;
mod small_writes_packed;
mod socket_lingers;
mod socket_silence_limit;
mod stream_cached;
mod stream_silence_limit;
mod time_of_answer;
mod upgrade_not_forwarded;
mod upgrade_over_http_1_0;
mod upgrade_refused_on_way;
mod upgrade_swallowed;

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
    answer_too_late::RULE,
    time_of_answer::RULE,
    flow_forgotten::RULE,
    upgrade_not_forwarded::RULE,
    upgrade_over_http_1_0::RULE,
    origin_refused::RULE,
    http2_without_sockets::RULE,
    upgrade_refused_on_way::RULE,
    upgrade_swallowed::RULE,
    socket_lingers::RULE,
];
