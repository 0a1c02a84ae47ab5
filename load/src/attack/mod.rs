//! Attacks on the server, each with its bounds: what it may cost while others are served.

mod client;
mod http2;
mod ring;
mod watch;

mod descriptors;
mod drain;
mod floods;
mod heads_only;
mod honest;
mod idle_places;
mod large_echoes;
mod ledgers;
mod log;
mod pings;
mod requests;
mod site;
mod slow;
mod unfinished;
mod window;

use std::path::PathBuf;

use anyhow::{Result, bail, ensure};
use clap::Args;

use self::ring::{Ring, Start};
use crate::{machine, table};

/// Which attacks, and how long.
#[derive(Args, Clone, Debug)]
pub(crate) struct Attacks {
    /// Makes these alone; all of them where none is named
    names: Vec<String>,
    /// Makes the short ones, in about a minute together
    #[arg(long)]
    short: bool,
    /// Only tells which there are, and what each may cost
    #[arg(long)]
    list: bool,
    /// The server, as it was built
    #[arg(long, value_name = "FILE")]
    server: PathBuf,
}

/// What the server may cost under an attack, and what others may notice of it.
#[derive(Clone, Copy, Debug)]
struct Bounds {
    /// By how much its resident memory may grow, in MiB.
    growth: f64,
    /// How much of one core it may take.
    cpu: f64,
    /// How late an honest follower's items may be, in milliseconds, 99 of 100.
    delay: f64,
}

/// One attack.
#[derive(Clone, Copy, Debug)]
struct Attack {
    name: &'static str,
    /// What is tried.
    tries: &'static str,
    /// Whether it is among those that are made in every test.
    short: bool,
    start: Start,
    flags: &'static [&'static str],
    bounds: Bounds,
    run: fn(&mut Ring) -> Result<()>,
}

/// All attacks, by what they are after.
const ALL: &[&[Attack]] = &[
    pings::ALL,
    large_echoes::ALL,
    unfinished::ALL,
    window::ALL,
    floods::ALL,
    slow::ALL,
    honest::ALL,
    idle_places::ALL,
    descriptors::ALL,
    heads_only::ALL,
    requests::ALL,
    site::ALL,
    log::ALL,
    ledgers::ALL,
    drain::ALL,
];

pub(crate) fn attack(order: &Attacks) -> Result<()> {
    machine::allow_files(15_000)?;
    let all = || ALL.iter().copied().flatten();
    for name in &order.names {
        let known = all().any(|attack| attack.name == name);
        ensure!(known, "no attack is called {name:?}; --list tells which there are");
    }
    let wanted = |attack: &&Attack| {
        let named = order.names.iter().any(|name| name == attack.name);
        if order.names.is_empty() { attack.short || !order.short } else { named }
    };
    let mut rows = vec![ring::HEAD.map(str::to_owned).to_vec()];
    let mut fell = Vec::new();
    for attack in all().filter(wanted) {
        if order.list {
            say(&format!("{:<20} {}", attack.name, attack.tries));
            continue;
        }
        say(&format!("{}: {}", attack.name, attack.tries));
        let outcome = ring::enter(attack, &order.server, order.short);
        for line in &outcome.notes {
            say(&format!("    {line}"));
        }
        for fault in &outcome.faults {
            say(&format!("    FELL: {fault}"));
        }
        if !outcome.faults.is_empty() {
            fell.push(attack.name);
        }
        rows.push(outcome.row(attack, order.short));
    }
    if !order.list {
        say(&format!("\n{}", table::table(&rows)));
    }
    match fell.as_slice() {
        [] => Ok(()),
        fell => bail!("the server fell by: {}", fell.join(", ")),
    }
}

#[expect(clippy::print_stdout, reason = "what an attack comes to is what it is made for")]
fn say(line: &str) {
    println!("{line}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_attack_has_a_name_of_its_own() {
        let mut names: Vec<_> = ALL.iter().copied().flatten().map(|attack| attack.name).collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
    }
}
