//! How the server stops, as arguments.

use std::time::Duration;

use clap::Args;

use super::values::seconds;
use crate::limits::Limits;

/// How the server ends what is open once a signal asks for the end.
#[derive(Args, Clone, Copy, Debug)]
pub struct Stopping {
    /// Within which time the server ends after a signal, in seconds
    #[arg(long, value_name = "SECONDS", default_value = "5")]
    #[arg(value_parser = seconds(1, DRAIN_MAX))]
    pub drain: Duration,

    /// Over which time its clients are spread then, in seconds, so that they do not come back
    /// together; at most three tenths of --drain are
    #[arg(long, value_name = "SECONDS", default_value = "1")]
    #[arg(value_parser = seconds(0, DRAIN_MAX))]
    pub drain_spread: Duration,

    /// Close WebSockets with 1012 then, since the server starts again, and not with 1001
    #[arg(long)]
    pub restarting: bool,
}

impl Stopping {
    /// Sets these of all limits. Within the time there is some for those who do not take the rest of
    /// an answer, and for the log.
    pub(super) fn set(&self, limits: &mut Limits) {
        let drain = self.drain;
        limits.drain_at_least = limits.drain_at_least.min(drain / 5);
        limits.drain_at_most = drain * 3 / 5;
        limits.drain_spread = self.drain_spread;
        limits.stop_after = drain * 9 / 10;
    }
}

/// An hour: nobody waits for longer.
const DRAIN_MAX: u64 = 60 * 60;
