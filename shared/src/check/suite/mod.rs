//! Which probes a run makes.

use super::probe::Probe;

/// How thorough a run is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Depth {
    /// A minute at most.
    Quick,
    /// About six minutes: the idle ladder, lifetimes, longer polls.
    Deep,
}

/// Returns the probes of a run, in the order in which they begin.
pub fn probes(depth: Depth) -> Vec<Probe> {
    let _ = depth;
    vec![]
}
