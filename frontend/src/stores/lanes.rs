//! What can be seen of the clock as it is followed over every transport.

use std::time::Duration;

use echoclock_shared::feed::Period;
use echoclock_shared::session::Follow;
use echoclock_shared::transport::Transport;
use leptos::prelude::RwSignal;

use super::{ClockStore, LaneLedger, Track};

/// The signals of all lanes.
#[derive(Clone, Copy, Debug)]
pub struct LanesStore {
    lanes: [LaneStore; Transport::ALL.len()],
    /// Which clock they follow.
    pub period: RwSignal<Period>,
    /// How often a short poll asks.
    pub ask_every: RwSignal<Duration>,
    /// By how many microseconds delays may be wrong, either way.
    pub offset_error: RwSignal<Option<i64>>,
}

/// The signals of a lane.
#[derive(Clone, Copy, Debug, Default)]
pub struct LaneStore {
    /// What can be seen of any clock.
    pub clock: ClockStore,
    /// How many requests it has taken so far.
    pub requests: RwSignal<u64>,
    /// How many ticks have arrived on the link that is open.
    pub ticks_on_link: RwSignal<u64>,
    /// The server's ledger of the link, as it was read last.
    pub ledger: RwSignal<Option<LaneLedger>>,
    /// When what happened, for the time axis.
    pub track: RwSignal<Track>,
}

impl Default for LanesStore {
    fn default() -> Self {
        Self {
            lanes: Default::default(),
            period: RwSignal::default(),
            ask_every: RwSignal::new(Follow::ASK_EVERY),
            offset_error: RwSignal::default(),
        }
    }
}

impl LanesStore {
    /// Returns the lane of a transport.
    pub fn of(&self, transport: Transport) -> LaneStore {
        let place = Transport::ALL.iter().position(|each| *each == transport);
        self.lanes[place.expect("there is a lane for each transport")]
    }
}
