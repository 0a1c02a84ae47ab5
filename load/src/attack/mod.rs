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
use std::thread;

use anyhow::{Result, bail, ensure};
use clap::Args;

use self::ring::{Outcome, Ring, Start};
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
    /// Whether it is long because it waits, and costs next to nothing meanwhile: such ones are made at
    /// once where all are made at length, each on a server of its own.
    waits: bool,
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
    let wanted: Vec<_> = all().filter(wanted).collect();
    if order.list {
        for attack in wanted {
            say(&format!("{:<20} {}", attack.name, attack.tries));
        }
        return Ok(());
    }
    let (at_once, in_turn): (Vec<&Attack>, Vec<&Attack>) =
        wanted.into_iter().partition(|attack| attack.waits && !order.short);
    if let [_, ..] = at_once[..] {
        say(&format!("{} that wait are made at once", at_once.len()));
    }
    let mut made = thread::scope(|scope| {
        let made: Vec<_> = at_once
            .iter()
            .map(|attack| scope.spawn(|| (*attack, ring::enter(attack, &order.server, false))))
            .collect();
        let made = made.into_iter().map(|one| one.join().expect("it reports, and never panics"));
        let told = made.inspect(|(attack, outcome)| {
            begin(attack);
            tell(outcome);
        });
        told.collect::<Vec<_>>()
    });
    for attack in in_turn {
        begin(attack);
        let outcome = ring::enter(attack, &order.server, order.short);
        tell(&outcome);
        made.push((attack, outcome));
    }
    let head = ring::HEAD.map(str::to_owned).to_vec();
    let rows = made.iter().map(|(attack, outcome)| outcome.row(attack, order.short));
    let rows: Vec<_> = [head].into_iter().chain(rows).collect();
    say(&format!("\n{}", table::table(&rows)));
    let fell = made.iter().filter(|(_, outcome)| !outcome.faults.is_empty());
    match fell.map(|(attack, _)| attack.name).collect::<Vec<_>>().as_slice() {
        [] => Ok(()),
        fell => bail!("the server fell by: {}", fell.join(", ")),
    }
}

fn begin(attack: &Attack) {
    say(&format!("{}: {}", attack.name, attack.tries));
}

fn tell(outcome: &Outcome) {
    for line in &outcome.notes {
        say(&format!("    {line}"));
    }
    for fault in &outcome.faults {
        say(&format!("    FELL: {fault}"));
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
