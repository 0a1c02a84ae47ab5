//! Requests by each version of HTTP that the server speaks.

use echoclock_backend::ledger::Ledgers;
use echoclock_shared::ledger::{Ledger, LedgerId, Piece, What};
use echoclock_shared::time::UnixMillis;
use http::{Method, Version};
use reqwest::{Client, RequestBuilder};

use super::{Server, until};

pub(crate) const VERSIONS: [Version; 3] = [Version::HTTP_10, Version::HTTP_11, Version::HTTP_2];

/// Begins a request over a connection of its own.
pub(crate) fn ask(
    server: &Server,
    version: Version,
    method: Method,
    target: &str,
) -> RequestBuilder {
    let client = match version {
        Version::HTTP_2 => Client::builder().http2_prior_knowledge(),
        _ => Client::builder().http1_only(),
    };
    let client = client.build().expect("a client");
    client.request(method, server.http(target)).version(version)
}

/// Makes up a link.
pub(crate) fn link() -> LedgerId {
    LedgerId::from_random(u128::from(fastrand::u64(..)) << 64 | u128::from(fastrand::u64(..)))
}

/// Waits until a link's ledger tells why its request is over.
pub(crate) async fn ended(ledgers: &Ledgers, id: &LedgerId) -> (Ledger, String) {
    let told = || {
        let ledger = ledgers.read(id)?;
        let reason = ledger.entries.iter().find_map(|entry| match &entry.what {
            What::Ended { reason } => Some(reason.clone()),
            What::Request { .. } | What::Response { .. } | What::Received(_) | What::Sent(_) => {
                None
            }
        })?;
        Some((ledger, reason))
    };
    until("the end in the ledger", || told().is_some()).await;
    told().expect("it was waited for")
}

/// Returns what a ledger says was sent behind heads, and when.
pub(crate) fn sent(ledger: &Ledger) -> Vec<(UnixMillis, &Piece)> {
    let sent = ledger.entries.iter().filter_map(|entry| match &entry.what {
        What::Sent(piece) => Some((entry.at, piece)),
        What::Request { .. } | What::Response { .. } | What::Received(_) | What::Ended { .. } => {
            None
        }
    });
    sent.collect()
}
