//! Each proxy with its configuration of `deploy/` before the server, and what a client can count on then,
//! under the host's root and under a path of its own.

mod chunks;
mod claim;
mod client;
mod follower;
mod front;

use std::thread;

use anyhow::{Result, bail, ensure};
use clap::Args;

use self::claim::Claim;
use self::front::{Front, Mount};
use crate::deployed::{self, Behind, Deployed};
use crate::stop::Stop;
use crate::{folder, table, tied};

/// Which proxies.
#[derive(Args, Clone, Debug)]
pub(crate) struct Proxies {
    /// Has these alone run
    #[arg(long, value_name = "NAME", num_args = 1.., value_delimiter = ',')]
    only: Vec<String>,
    #[command(flatten)]
    behind: Behind,
}

/// What came of a claim.
struct Proof {
    row: String,
    claim: &'static str,
    result: Result<()>,
}

pub(crate) fn proxies(order: &Proxies) -> Result<()> {
    tied::end_with_parent()?;
    let stop = Stop::by_signals()?;
    folder::sweep();
    for name in &order.only {
        let known = deployed::ALL.iter().any(|deployed| deployed.program == *name);
        ensure!(known, "there is no configuration for {name:?}");
    }
    let wanted = |deployed: &&Deployed| {
        order.only.is_empty() || order.only.iter().any(|name| name == deployed.program)
    };
    let proofs: Vec<Proof> = thread::scope(|scope| {
        let stop = &stop;
        let threads = deployed::ALL
            .iter()
            .filter(wanted)
            .map(|deployed| scope.spawn(move || prove(deployed, order, stop)));
        let threads: Vec<_> = threads.collect();
        threads.into_iter().flat_map(|thread| thread.join().expect(NO_PANIC)).collect()
    });
    stop.goes_on()?;
    tell(&proofs)
}

/// Proves all that is claimed of a proxy.
fn prove(deployed: &Deployed, order: &Proxies, stop: &Stop) -> Vec<Proof> {
    let name = deployed.program;
    let mut front = match Front::stand(deployed, order) {
        Ok(front) => front,
        Err(error) => {
            return vec![Proof { row: name.to_owned(), claim: "start", result: Err(error) }];
        }
    };
    let row = |below: &str| format!("{name} {}", if below.is_empty() { "/" } else { below });
    let one = |mount: Mount<'_>, claim: Claim| Proof {
        row: row(mount.below),
        claim: claim.name,
        result: (claim.prove)(&mount),
    };
    let mounts = MOUNTS.map(|below| Mount { address: front.address, below });
    let mut proofs: Vec<_> = mounts.iter().map(|mount| one(*mount, claim::SPACING)).collect();
    thread::scope(|scope| {
        let side_by_side = mounts
            .iter()
            .flat_map(|mount| claim::OTHERS.map(|claim| scope.spawn(move || one(*mount, claim))));
        let side_by_side: Vec<_> = side_by_side.collect();
        for mount in &mounts {
            let result = claim::check(&front, mount, order, stop);
            proofs.push(Proof { row: row(mount.below), claim: claim::CHECK, result });
        }
        proofs.extend(side_by_side.into_iter().map(|thread| thread.join().expect(NO_PANIC)));
    });
    for below in MOUNTS {
        let result = claim::drain(&mut front, below, order);
        proofs.push(Proof { row: row(below), claim: claim::DRAIN, result });
    }
    proofs
}

/// Sums up; fails where anything did.
fn tell(proofs: &[Proof]) -> Result<()> {
    let claims: Vec<_> = std::iter::once(claim::SPACING)
        .chain(claim::OTHERS)
        .map(|claim| claim.name)
        .chain([claim::CHECK, claim::DRAIN])
        .collect();
    let mut rows: Vec<_> = proofs.iter().map(|proof| proof.row.as_str()).collect();
    rows.dedup();
    rows.sort_unstable();
    rows.dedup();
    let heading = std::iter::once(&"proxy").chain(&claims).map(|&name| name.to_owned());
    let mut lines = vec![heading.collect::<Vec<_>>()];
    for row in rows {
        let cell = |claim: &&str| {
            let proof = proofs.iter().find(|proof| proof.row == row && proof.claim == *claim);
            let word =
                proof.map_or("–", |proof| if proof.result.is_ok() { "ok" } else { "FAILED" });
            word.to_owned()
        };
        lines.push(std::iter::once(row.to_owned()).chain(claims.iter().map(cell)).collect());
    }
    say(&table::table(&lines));
    let failed = proofs.iter().filter_map(|proof| Some((proof, proof.result.as_ref().err()?)));
    let failed: Vec<_> = failed.collect();
    for (proof, error) in &failed {
        say(&format!("{}: {}: {error:#}", proof.row, proof.claim));
    }
    if failed.is_empty() { Ok(()) } else { bail!("{} claims do not hold", failed.len()) }
}

#[expect(clippy::print_stdout, reason = "what is proved is what it is made for")]
fn say(line: &str) {
    println!("{line}");
}

/// Where the server is found behind each proxy.
const MOUNTS: [&str; 2] = ["", "/live"];
const NO_PANIC: &str = "what fails says so, it never panics";
