//! What schedules came to, to see that they try what they should.

use std::ops::AddAssign;

/// What a schedule came to.
#[derive(Debug, Default, Eq, PartialEq)]
pub(crate) struct Outcome {
    pub(crate) said: u64,
    /// Schedules in which messages were on their way at the moment of a kill.
    pub(crate) killed_in_flight: u64,
    pub(crate) resent: u64,
    pub(crate) repeated_echoes: u64,
    pub(crate) repeated_ticks: u64,
    pub(crate) gaps: u64,
    /// Gaps after which a clock went on at a place that it had passed before.
    pub(crate) started_anew: u64,
    pub(crate) refused: u64,
    /// Streams that were refused for a while.
    pub(crate) turned_away: u64,
    pub(crate) silent: u64,
    pub(crate) rests: u64,
    /// How often the chat went over to plain requests.
    pub(crate) went_over: u64,
    /// Echoes by plain requests.
    pub(crate) by_post: u64,
    /// Schedules in which nothing fails but the server.
    pub(crate) restarts_alone: u64,
}

impl AddAssign for Outcome {
    fn add_assign(&mut self, other: Self) {
        self.said += other.said;
        self.killed_in_flight += other.killed_in_flight;
        self.resent += other.resent;
        self.repeated_echoes += other.repeated_echoes;
        self.repeated_ticks += other.repeated_ticks;
        self.gaps += other.gaps;
        self.started_anew += other.started_anew;
        self.refused += other.refused;
        self.turned_away += other.turned_away;
        self.silent += other.silent;
        self.rests += other.rests;
        self.went_over += other.went_over;
        self.by_post += other.by_post;
        self.restarts_alone += other.restarts_alone;
    }
}
