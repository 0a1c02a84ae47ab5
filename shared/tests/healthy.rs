//! Whole runs over random healthy paths: however slow, uneven and narrow a path is, and whatever it adds, a
//! run over it finds no fault.

use std::time::Duration;

use echoclock_shared::check::evidence::{Client, Evidence};
use echoclock_shared::check::report::{self, End, Ran};
use echoclock_shared::check::suite::{Depth, probes};
use echoclock_shared::ledger::LedgerId;
use echoclock_shared::time::UnixMillis;

#[path = "healthy/way.rs"]
mod way;

#[path = "healthy/made.rs"]
mod made;

use made::Made;
use way::Way;

fn run(dice: &mut fastrand::Rng) -> Evidence {
    let way = Way::any(dice);
    let client = if dice.bool() { Client::CommandLine } else { Client::Browser };
    let depth = if dice.u8(0..4) == 0 { Depth::Deep } else { Depth::Quick };
    let probes = probes(depth);
    let began = UnixMillis::new(1_795_365_720_000);
    let mut made = Made { way, began: began.get(), client, dice };
    let observations = probes.iter().map(|probe| made.observed(probe)).collect();
    Evidence {
        probes,
        observations,
        url: "http://proxy.test/".to_owned(),
        client,
        run: LedgerId::from_random(7),
        began,
    }
}

#[test]
fn a_healthy_path_shows_no_fault() {
    for seed in 0..400 {
        let mut dice = fastrand::Rng::with_seed(seed);
        let evidence = run(&mut dice);
        let ran = Ran {
            program: "0.0.0".to_owned(),
            took: Duration::from_secs(40),
            end: End::Complete,
            is_deep: false,
            hidden: vec![],
        };
        let report = report::of(&evidence, ran);
        let way = Way::any(&mut fastrand::Rng::with_seed(seed));
        assert!(report.findings.is_empty(), "seed {seed}: {way:?} {:#?}", report.findings);
    }
}
