//! What a hidden tab may have cost a run: browsers slow its timers and what it does.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::Report;
use crate::check::evidence::Evidence;
use crate::check::observed::{Observation, Outcome};
use crate::check::probe::{Probe, ProbeId};
use crate::check::signs::{self, Weight};
use crate::say;

/// A time for which the tab of a run was hidden, in microseconds since the run began.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Hidden {
    /// When it was hidden.
    pub from: u64,
    /// When it was seen again, or the run was over.
    pub to: u64,
}

impl Report {
    /// Says when the tab of the run was hidden; nothing where it was not.
    pub fn hidden_words(&self) -> Option<String> {
        let (first, last) = (self.hidden.first()?, self.hidden.last()?);
        let seconds = |micros: u64| micros.div_ceil(1_000_000);
        let from = first.from / 1_000_000;
        let to = seconds(last.to);
        Some(match &self.hidden[..] {
            [_] => say!(
                "The tab was hidden from {from} s to {to} s of the run; browsers slow timers then. Faults \
                 of what was under way are not counted.",
                from,
                to
            ),
            all => {
                let long = all.iter().map(|one| one.to.saturating_sub(one.from)).sum();
                say!(
                    "The tab was hidden {times} times between {from} s and {to} s of the run, for {long} s \
                     in all; browsers slow timers then. Faults of what was under way are not counted.",
                    times = all.len(),
                    from,
                    to,
                    long = seconds(long)
                )
            }
        })
    }
}

/// Returns what of a run is to be judged, and the probes that are not, because they showed a fault and
/// the tab was hidden meanwhile. One that shows none is sound: a hidden tab makes nothing better.
pub(super) fn counted<'a>(
    evidence: &'a Evidence,
    hidden: &[Hidden],
) -> (Cow<'a, Evidence>, Vec<ProbeId>) {
    let mut counted = Cow::Borrowed(evidence);
    let mut not_counted: Vec<ProbeId> = vec![];
    // Without some of them, others may be told otherwise.
    loop {
        let faults = signs::find(&counted).into_iter();
        let faults = faults.filter(|sign| sign.symptom.weight() != Weight::Note);
        let faulty: Vec<_> = faults.flat_map(|sign| sign.probes).collect();
        let was_hidden = |probe: &Probe, seen: &Observation| {
            hidden.iter().any(|one| has_run_in(*one, probe, seen))
        };
        let pairs = counted.pairs().filter(|(probe, seen)| was_hidden(probe, seen));
        let ids = pairs.map(|(probe, _)| probe.id.clone()).filter(|id| faulty.contains(id));
        let unsure: Vec<_> = ids.collect();
        if unsure.is_empty() {
            return (counted, not_counted);
        }
        counted = Cow::Owned(counted.into_owned().without(|seen| unsure.contains(&seen.probe)));
        not_counted.extend(unsure);
    }
}

/// Whether a probe was under way while the tab was hidden.
fn has_run_in(hidden: Hidden, probe: &Probe, seen: &Observation) -> bool {
    let (Some(first), Some(last)) = (seen.heard.first(), seen.heard.last()) else { return false };
    let given_up = first.at + u64::try_from(probe.deadline.as_micros()).unwrap_or(u64::MAX / 2);
    let end = match seen.outcome {
        Outcome::Late => last.at.max(given_up),
        Outcome::Done | Outcome::Cancelled | Outcome::Asleep | Outcome::Skipped => last.at,
    };
    first.at <= hidden.to && hidden.from <= end
}
