//! How a stream flowed: what was sent when, and what arrived when.

use super::observed::{Heard, Observation};

/// An item on its way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Passed {
    /// Its number.
    pub n: u32,
    /// When it was said, in milliseconds since 1970 by the server's clock.
    pub sent: u64,
    /// When it arrived, in microseconds since the run began.
    pub arrived: u64,
    /// Its bytes.
    pub bytes: u32,
}

/// Returns the items of one request of an observation, in the order of their arrival.
pub fn items(observation: &Observation, request: u32) -> Vec<Passed> {
    let notes = observation.heard.iter().filter(|note| note.request == request);
    let passed = notes.filter_map(|note| match note.what {
        Heard::Item { n, sent, bytes, .. } => Some(Passed { n, sent, arrived: note.at, bytes }),
        Heard::Asked
        | Heard::Head { .. }
        | Heard::Opened { .. }
        | Heard::Piece { .. }
        | Heard::Beat
        | Heard::Said { .. }
        | Heard::Echoed { .. }
        | Heard::Answered { .. }
        | Heard::Ended
        | Heard::Closed { .. }
        | Heard::Broke { .. }
        | Heard::Left => None,
    });
    passed.collect()
}
