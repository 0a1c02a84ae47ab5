//! Which probes a run makes.
//!
//! Each is told from its neighbours by one thing, so that what differs between two of them has one
//! cause: `lines-unbuffered` is `lines-slow` with `X-Accel-Buffering: no`, and nothing else.

use std::time::Duration;

use super::plan::Plan;
use super::probe::{Ask, By, Form, Lane, Probe, ProbeId, StreamAsk};

mod ladder;
mod requests;
mod sockets;
mod streams;

/// The probe that all else is measured by: it compares the clocks.
pub const MEASURE: &str = "seen";

/// How thorough a run is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Depth {
    /// A minute at most.
    Quick,
    /// About six minutes: the idle ladder, lifetimes, longer polls.
    Deep,
}

impl Depth {
    /// Returns how long a run may take, until it stops with what is known so far.
    pub const fn time(self) -> Duration {
        match self {
            Self::Quick => Duration::from_secs(60),
            Self::Deep => Duration::from_secs(420),
        }
    }
}

/// Returns the probes of a run, in the order in which they begin as far as there is room for them.
///
/// What takes long stands first, so that the short ones pass beside it.
pub fn probes(depth: Depth) -> Vec<Probe> {
    let mut probes = requests::first();
    if depth == Depth::Deep {
        probes.extend(ladder::probes());
    }
    probes.extend(requests::waits(depth));
    probes.extend(sockets::probes());
    probes.extend(streams::probes());
    probes.extend(requests::last());
    probes
}

/// Returns those probes that are of some lanes, and the one that all else is measured by.
pub fn of_lanes(mut probes: Vec<Probe>, lanes: &[Lane]) -> Vec<Probe> {
    probes.retain(|probe| lanes.contains(&probe.lane) || probe.id.0 == MEASURE);
    probes
}

/// How much longer than its plan a probe may take: for a slow path, and for one that holds back.
const GRACE: Duration = Duration::from_secs(5);

fn probe(id: impl Into<String>, lane: Lane, title: impl Into<String>, ask: Ask) -> Probe {
    let deadline = time(&ask) + GRACE;
    Probe { id: ProbeId(id.into()), lane, title: title.into(), ask, deadline, by: By::All }
}

/// How long it takes on a wire.
fn time(ask: &Ask) -> Duration {
    match ask {
        Ask::Stream(ask) => ask.leaves_after.unwrap_or(ask.plan.time()),
        Ask::Twins(ask) => ask.plan.time() * 2,
        Ask::Socket(ask) => {
            let said = ask.says.last().map_or(Duration::ZERO, |saying| saying.after);
            ask.plan.time().max(said)
        }
        Ask::Follow { items, .. } => Duration::from_secs((*items).into()),
        Ask::Wait { wait } => *wait,
        Ask::Connections { plan, .. } => plan.time(),
        Ask::Seen { .. } | Ask::Status { .. } => Duration::ZERO,
        Ask::Upload { .. } | Ask::Download { .. } => Duration::from_secs(5),
    }
}

/// A stream as the page asks for it.
fn plain(form: Form, plan: &str) -> StreamAsk {
    StreamAsk {
        form,
        is_post: false,
        has_charset: form == Form::Html,
        unbuffered: false,
        no_transform: false,
        identity: false,
        plan: planned(plan),
        leaves_after: None,
    }
}

fn planned(plan: &str) -> Plan {
    plan.parse().expect("the suite's plans are plans, which a test reads")
}

#[cfg(test)]
mod tests;
