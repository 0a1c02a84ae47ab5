//! The clock as it is followed: which one a client asks for, and what it is greeted with.

use std::sync::Arc;

use echoclock_shared::feed::{BadPeriod, ConnectTime, Period};

use crate::error::Refusal;
use crate::feed::clock::ClockFeed;
use crate::state::AppState;
use crate::transport::{Chosen, PlainWords, Query, Source};

/// Finds the clock of a period.
#[derive(Clone, Debug)]
pub(crate) struct ClockSource(pub(crate) AppState);

impl Source for ClockSource {
    type Feed = ClockFeed;
    type Hello = ConnectTime;

    fn choose(&self, query: &mut Query) -> Result<Chosen<Self>, Refusal> {
        let every: Period = query.take("every")?.unwrap_or_default();
        let Self(state) = self;
        Ok(Chosen {
            feed: Arc::clone(state.clocks.feed(every)),
            name: format!("clock every {every}"),
            hello: ConnectTime { now: state.wall.now(), instance: state.instance.clone(), every },
        })
    }
}

impl PlainWords for BadPeriod {}
