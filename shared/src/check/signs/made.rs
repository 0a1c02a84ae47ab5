//! The signs that were found so far.

use super::{Sign, Symptom};
use crate::check::probe::{Lane, Probe, ProbeId};

/// Signs, each kind once per lane.
#[derive(Debug, Default)]
pub(super) struct Made(Vec<Sign>);

impl Made {
    /// Adds a sign that a probe shows; one of its kind that the lane has already gets the probe, and keeps
    /// what was measured first.
    pub(super) fn shows(&mut self, probe: &Probe, symptom: Symptom, says: impl Into<String>) {
        self.add(probe.lane, &[&probe.id], symptom, says);
    }

    /// Adds a sign that several probes of a lane show.
    pub(super) fn add(
        &mut self,
        lane: Lane,
        probes: &[&ProbeId],
        symptom: Symptom,
        says: impl Into<String>,
    ) {
        let mut known = self.0.iter_mut().filter(|sign| sign.lane == lane);
        if let Some(sign) = known.find(|sign| sign.symptom.is_like(&symptom)) {
            for id in probes {
                if !sign.probes.contains(id) {
                    sign.probes.push((*id).clone());
                }
            }
        } else {
            let probes = probes.iter().map(|id| (*id).clone()).collect();
            self.0.push(Sign { symptom, lane, probes, says: says.into() });
        }
    }

    /// Returns a lane's sign of a kind.
    pub(super) fn of(&self, lane: Lane, is_it: impl Fn(&Symptom) -> bool) -> Option<&Sign> {
        self.0.iter().find(|sign| sign.lane == lane && is_it(&sign.symptom))
    }

    pub(super) fn signs(self) -> Vec<Sign> {
        self.0
    }
}
