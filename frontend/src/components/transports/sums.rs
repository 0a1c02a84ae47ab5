//! What a lane has come to, read four times a second: numbers that change faster are none.

use echoclock_shared::session::Counts;
use echoclock_shared::transport::Transport;
use leptos::prelude::*;

use super::Scroll;
use crate::stores::{LaneLedger, Quantiles, use_stores};

/// What a lane has come to.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct Sums {
    pub(super) quantiles: Option<Quantiles>,
    pub(super) counts: Counts,
    pub(super) requests: u64,
    pub(super) bytes: Option<u64>,
    pub(super) overhead: Option<u64>,
}

/// Returns what a lane has come to, which stands still while the axis does.
pub(super) fn sums(transport: Transport, scroll: Scroll) -> Memo<Sums> {
    let stores = use_stores();
    let lane = stores.lanes.of(transport);
    Memo::new(move |before: Option<&Sums>| match before {
        Some(before) if scroll.paused.get() => *before,
        _ => {
            stores.page.now.track();
            let tick = lane.clock.last.get_untracked().map(|seen| seen.tick);
            let ledger = lane.ledger.read_untracked();
            Sums {
                quantiles: lane.track.with_untracked(|track| track.quantiles()),
                counts: lane.clock.counts.get_untracked(),
                requests: lane.requests.get_untracked(),
                bytes: ledger.as_ref().map(LaneLedger::bytes),
                overhead: ledger.as_ref().and_then(|ledger| ledger.overhead(tick?)),
            }
        }
    })
}
