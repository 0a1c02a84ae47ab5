//! A whole run over a random healthy path.

use std::time::Duration;

use echoclock_shared::check::evidence::{Client, Evidence};
use echoclock_shared::check::report::{End, Ran};
use echoclock_shared::check::suite::{Depth, probes};
use echoclock_shared::ledger::LedgerId;
use echoclock_shared::time::UnixMillis;

use super::made::Made;
use super::way::Way;

/// Makes a run, and says how it went.
pub(crate) fn run(dice: &mut fastrand::Rng) -> (Evidence, Ran) {
    let way = Way::any(dice);
    let client = if dice.bool() { Client::CommandLine } else { Client::Browser };
    let depth = if dice.u8(0..4) == 0 { Depth::Deep } else { Depth::Quick };
    let probes = probes(depth);
    let began = UnixMillis::new(1_795_365_720_000);
    let mut made = Made { way, began: began.get(), client, dice };
    let observations = probes.iter().map(|probe| made.observed(probe)).collect();
    let evidence = Evidence {
        probes,
        observations,
        url: "http://proxy.test/".to_owned(),
        client,
        run: LedgerId::from_random(7),
        began,
    };
    let ran = Ran {
        program: "0.0.0".to_owned(),
        took: Duration::from_secs(40),
        end: End::Complete,
        is_deep: depth == Depth::Deep,
        hidden: vec![],
    };
    (evidence, ran)
}
