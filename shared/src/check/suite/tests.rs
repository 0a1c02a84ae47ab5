//! What holds for all probes.

use std::collections::HashSet;

use super::*;
use crate::check::evidence::link_of;
use crate::ledger::LedgerId;

#[test]
fn every_probe_has_a_name_of_its_own_that_makes_a_link() {
    let run = LedgerId::from_random(u128::MAX);
    for depth in [Depth::Quick, Depth::Deep] {
        let mut names = HashSet::new();
        for probe in probes(depth) {
            assert!(probe.id.0.len() <= 31, "{}", probe.id.0);
            link_of(&run, &probe.id);
            assert!(probe.deadline > time(&probe.ask), "{}", probe.id.0);
            assert!(names.insert(probe.id.0.clone()), "{} twice", probe.id.0);
        }
    }
}

#[test]
fn a_deep_run_asks_all_that_a_quick_one_asks() {
    let deep: HashSet<_> = probes(Depth::Deep).into_iter().map(|probe| probe.id).collect();
    for probe in probes(Depth::Quick) {
        assert!(deep.contains(&probe.id), "{}", probe.id.0);
        assert!(time(&probe.ask) <= Duration::from_secs(25), "{}", probe.id.0);
    }
    assert!(deep.contains(&ProbeId("idle-socket-350".to_owned())));
}
