//! The limits in numbers: what each is set to, and what is taken of it.

use std::time::Duration;

use tokio::time::Instant;

use crate::client::Client;
use crate::hits::Limit;
use crate::limits::Limits;
use crate::state::AppState;

/// Returns what a limit is set to: a number, bytes, or seconds.
pub(super) fn set_to(limit: Limit, limits: &Limits) -> f64 {
    let Limits { in_all, per_client, socket, ledger, .. } = limits;
    let number = |number: usize| number as f64;
    let seconds = |time: Duration| time.as_secs_f64();
    match limit {
        Limit::IdleTimeout => seconds(limits.idle_timeout),
        Limit::HeaderTimeout => seconds(limits.header_timeout),
        Limit::BodyIdleTimeout => seconds(limits.body_idle_timeout),
        Limit::BodyTimeout => seconds(limits.body_timeout),
        Limit::WriteTimeout => seconds(limits.write_timeout),
        Limit::SocketPingEvery => seconds(limits.socket_ping_every),
        Limit::SocketSilence => seconds(limits.socket_silence),
        Limit::CloseTimeout => seconds(limits.close_timeout),
        Limit::PassLifetime => seconds(limits.pass),
        Limit::MemoryBudget => number(limits.memory),
        Limit::RawMax => number(limits.raw_message),
        Limit::MinRate => limits.min_rate.into(),
        Limit::Connections => number(in_all.connections),
        Limit::ClientConnections => number(per_client.connections),
        Limit::Sockets => number(in_all.sockets),
        Limit::ClientSockets => number(per_client.sockets),
        Limit::Streams => number(in_all.streams),
        Limit::ClientStreams => number(per_client.streams),
        Limit::Polls => number(in_all.polls),
        Limit::ClientPolls => number(per_client.polls),
        Limit::SiteFiles => number(in_all.files),
        Limit::ClientSiteFiles => number(per_client.files),
        Limit::Requests => in_all.requests.into(),
        Limit::ClientRequests => per_client.requests.into(),
        Limit::SocketMessages => socket.messages.into(),
        Limit::SocketBytes => socket.bytes.into(),
        Limit::Http2Streams => limits.http2_streams.into(),
        Limit::LedgerLinks => number(ledger.links),
        Limit::LedgerMemory => number(ledger.bytes),
        Limit::LedgerEntries => number(ledger.entries),
        Limit::LedgerLinkMemory => number(ledger.link_bytes),
        Limit::LedgerText => number(ledger.text),
        Limit::LedgerHead => number(ledger.head),
        Limit::LedgerAge => seconds(ledger.age),
    }
}

/// Returns what is taken of the limits that are for all clients together.
pub(super) fn used(state: &AppState, now: Instant) -> [(Limit, u64); 9] {
    let bounds = state.counts.taken().bounds(&Client::UNKNOWN, now);
    [
        (Limit::Connections, bounds.connections.in_all.taken),
        (Limit::Sockets, bounds.sockets.in_all.taken),
        (Limit::Streams, bounds.streams.in_all.taken),
        (Limit::Polls, bounds.polls.in_all.taken),
        (Limit::SiteFiles, bounds.files.map_or(0, |files| files.in_all.taken)),
        (Limit::Requests, bounds.requests.in_all.taken),
        (Limit::MemoryBudget, state.memory_used() as u64),
        (Limit::LedgerLinks, state.ledgers.links() as u64),
        (Limit::LedgerMemory, state.ledgers.bytes() as u64),
    ]
}
