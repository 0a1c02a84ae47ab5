//! Whole runs over random healthy paths: however slow, uneven and narrow a path is, and whatever it adds, a
//! run over it finds no fault.

use echoclock_shared::check::report;

#[path = "healthy/way.rs"]
mod way;

#[path = "healthy/made.rs"]
mod made;

#[path = "healthy/run.rs"]
mod run;

use run::run;
use way::Way;

#[test]
fn a_healthy_path_shows_no_fault() {
    for seed in 0..400 {
        let mut dice = fastrand::Rng::with_seed(seed);
        let (evidence, ran) = run(&mut dice);
        let report = report::of(&evidence, ran);
        let way = Way::any(&mut fastrand::Rng::with_seed(seed));
        assert!(report.findings.is_empty(), "seed {seed}: {way:?} {:#?}", report.findings);
    }
}
