//! All that was noted in one run, for those who judge it.

use serde::{Deserialize, Serialize};

use super::observed::{Observation, Outcome};
use super::probe::{Lane, Probe, ProbeId};
use crate::ledger::LedgerId;
use crate::time::UnixMillis;

/// A run's notes, and what is needed to read them.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    /// The probes that the run meant to make, in their order.
    pub probes: Vec<Probe>,
    /// What came of them, in the same order; a probe without any was not begun.
    pub observations: Vec<Observation>,
    /// The address that is checked, as the user gave it.
    pub url: String,
    /// Who ran it.
    pub client: Client,
    /// The run's id: each probe's link is called [`link_of`].
    pub run: LedgerId,
    /// When it began, by the client's clock.
    pub began: UnixMillis,
}

/// Who ran the probes.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Client {
    /// A page in a browser.
    Browser,
    /// `echoclock check`.
    CommandLine,
}

impl Evidence {
    /// Takes some probes for stopped with the run, and forgets what was heard of them: it may not be the
    /// path's doing.
    pub(in crate::check) fn without(mut self, is_meant: impl Fn(&Observation) -> bool) -> Self {
        for seen in &mut self.observations {
            if is_meant(seen) {
                seen.outcome = Outcome::Cancelled;
                seen.heard.clear();
            }
        }
        self
    }

    /// Returns a probe of a lane with what came of it, in the run's order.
    pub fn of_lane(&self, lane: Lane) -> impl Iterator<Item = (&Probe, &Observation)> {
        self.pairs().filter(move |(probe, _)| probe.lane == lane)
    }

    /// Returns what came of a probe.
    pub fn of(&self, id: &str) -> Option<(&Probe, &Observation)> {
        self.pairs().find(|(probe, _)| probe.id.0 == id)
    }

    /// Returns each probe that was begun, with what came of it.
    pub fn pairs(&self) -> impl Iterator<Item = (&Probe, &Observation)> {
        self.observations.iter().filter_map(|seen| {
            let probe = self.probes.iter().find(|probe| probe.id == seen.probe)?;
            Some((probe, seen))
        })
    }
}

/// Returns what the link of a run's probe is called, in `?link=`: whoever knows the run's id can read
/// all of its ledgers.
pub fn link_of(run: &LedgerId, probe: &ProbeId) -> LedgerId {
    format!("{run}-{}", probe.0)
        .parse()
        .expect("a run's id of 32 digits and a probe's short name make a ledger's id")
}

/// Returns the id of the run that a probe's link belongs to, as far as the link's name tells.
pub fn run_of(link: &LedgerId) -> &str {
    let name = link.as_str();
    name.split_once('-').map_or(name, |(run, _)| run)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_tells_its_run() {
        let run = LedgerId::from_random(7);
        let link = link_of(&run, &ProbeId("events-64".to_owned()));
        assert_eq!(run_of(&link), run.as_str());
        assert_eq!(run_of(&run), run.as_str());
    }
}
