//! All rules, a file each.
//!
//! Where two explain a sign equally well, the one that stands first is named: those that a probe can tell
//! from their look-alikes stand before those that only fit.

use super::rule::Rule;

mod address_not_told;
mod answer_too_late;
mod body_too_large;
mod buffered_whole;
mod charset_held;
mod close_not_relayed;
mod collected_in_pages;
mod compressed_for_cache;
mod compressed_from_first_write;
mod compressed_in_buffer;
mod compressed_one_late;
mod compressed_without_flush;
mod error_replaced;
mod flow_forgotten;
mod frames_rewritten;
mod get_held_post_live;
mod head_waits_for_body;
mod headers_dropped;
mod http2_without_sockets;
mod large_packets_lost;
mod last_event_id_dropped;
mod leaving_not_told;
mod login_in_front;
mod message_too_large;
mod not_routed;
mod only_events_flushed;
mod origin_refused;
mod page_filtered;
mod page_inspected;
mod request_mirrored;
mod request_retried;
mod scheme_not_told;
mod server_not_reached;
mod silence_ends_cleanly;
mod small_writes_packed;
mod socket_lingers;
mod socket_silence_limit;
mod stream_cached;
mod stream_silence_limit;
mod time_of_answer;
mod too_many_at_once;
mod upgrade_not_forwarded;
mod upgrade_over_http_1_0;
mod upgrade_refused_on_way;
mod upgrade_swallowed;

#[cfg(test)]
mod tests;

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
    close_not_relayed::RULE,
    frames_rewritten::RULE,
    large_packets_lost::RULE,
    message_too_large::RULE,
    body_too_large::RULE,
    request_retried::RULE,
    request_mirrored::RULE,
    error_replaced::RULE,
    last_event_id_dropped::RULE,
    headers_dropped::RULE,
    address_not_told::RULE,
    scheme_not_told::RULE,
    leaving_not_told::RULE,
    too_many_at_once::RULE,
    not_routed::RULE,
    login_in_front::RULE,
    server_not_reached::RULE,
];
