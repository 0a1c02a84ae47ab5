//! The server's clock against the run's.

use std::time::Duration;

use super::{Passed, items};
use crate::check::evidence::Evidence;
use crate::check::observed::{Heard, Observation};
use crate::check::probe::Ask;
use crate::session::ServerClock;
use crate::time::UnixMillis;

/// When something that the server says at an instant is due at the client.
///
/// The clocks are compared by question and answer, which leaves half a round trip of doubt. The quickest
/// item of the whole run settles it: none can arrive before it was said, so the least delay that
/// was seen is the way itself.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Clocks {
    /// From the server's instant to the moment when it is due, in microseconds.
    shift: Option<i64>,
    /// The shortest time from a question to its answer, in microseconds.
    round_trip: Option<i64>,
}

impl Clocks {
    /// Compares the clocks by all that a run has noted.
    pub fn of(evidence: &Evidence) -> Self {
        let mut clock = ServerClock::default();
        let mut round_trip: Option<i64> = None;
        let seen = evidence.pairs().filter(|(probe, _)| matches!(probe.ask, Ask::Seen { .. }));
        for (asked, server, arrived) in seen.flat_map(|(_, seen)| answers(seen)) {
            clock.sample(
                Duration::from_micros(asked),
                UnixMillis::new(server),
                Duration::from_micros(arrived),
            );
            let trip = signed(arrived.saturating_sub(asked));
            round_trip = Some(round_trip.map_or(trip, |least| least.min(trip)));
        }
        let by_clock =
            clock.micros_at(Duration::ZERO).map(|server| round_trip.unwrap_or_default() - server);
        let by_items = evidence.observations.iter().flat_map(all_items).map(|item| shift_of(&item));
        let shift = by_items.chain(by_clock).min();
        Self { shift, round_trip }
    }

    /// Returns when what the server says at an instant, in milliseconds since 1970, is due: in
    /// microseconds since the run began. Nothing where the run tells nothing of the server's clock.
    pub fn due(&self, said: u64) -> Option<i64> {
        self.shift.map(|shift| signed(said * 1_000) + shift)
    }

    /// Returns by how much an item is later than it would be on an idle path, in microseconds.
    pub fn lateness(&self, item: &Passed) -> i64 {
        shift_of(item) - self.shift.unwrap_or_else(|| shift_of(item))
    }

    /// Returns the shortest time from a question to its answer, in microseconds; zero where none is known.
    pub fn round_trip(&self) -> i64 {
        self.round_trip.unwrap_or_default()
    }
}

fn shift_of(item: &Passed) -> i64 {
    signed(item.arrived) - signed(item.sent * 1_000)
}

fn all_items(observation: &Observation) -> Vec<Passed> {
    let last = observation.heard.iter().map(|note| note.request).max().unwrap_or_default();
    // What was kept on the way is older than the request, and no measure of the way.
    (1..=last).flat_map(|request| items(observation, request)).collect()
}

/// Returns the answers that tell the server's time: when they were asked for, what they tell, when they
/// were there.
fn answers(observation: &Observation) -> Vec<(u64, u64, u64)> {
    let notes = &observation.heard;
    let told = notes.iter().filter_map(|note| {
        let Heard::Answered { server_time: Some(server), .. } = note.what else { return None };
        let mut same = notes.iter().filter(|other| other.request == note.request);
        let asked = same.find(|other| other.what == Heard::Asked)?;
        Some((asked.at, server, note.at))
    });
    told.collect()
}

/// Returns a number of microseconds as one that can be subtracted from.
pub(super) fn signed(micros: u64) -> i64 {
    i64::try_from(micros).unwrap_or(i64::MAX / 4)
}
