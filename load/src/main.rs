//! Loads, attacks, a soak, labelled paths, restarts and proxies for Echoclock; `cargo xtask bench`, `attack`,
//! `soak`, `check-accuracy`, `restart` and `e2e --proxies` build what they take and start it.
#![expect(clippy::print_stderr, reason = "a failure is said where a terminal shows it")]

mod accuracy;
mod attack;
mod bench;
mod proxies;
mod restart;
mod soak;

mod check;
mod deployed;
mod fleet;
mod folder;
mod frame;
mod machine;
mod process;
mod program;
mod stats;
mod stop;
mod table;
mod tied;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    order: Order,
}

#[derive(Subcommand)]
enum Order {
    /// Measures Echoclock beside its peers
    Bench(bench::Bench),
    /// Attacks Echoclock, and holds it to its bounds
    Attack(attack::Attacks),
    /// Lets Echoclock run under followers that come and go, and looks whether its memory grows
    Soak(soak::Soak),
    /// Has the path check judge labelled paths, and compares
    #[command(name = "check-accuracy", alias = "accuracy")]
    Accuracy(accuracy::Accuracy),
    /// Has each proxy run with its configuration of deploy/ before the server, and proves what it does
    Proxies(proxies::Proxies),
    /// Has a server restart behind nginx under followers of all kinds, none of whom may miss a tick
    Restart(restart::Restart),
    /// Becomes a program that ends with what has started it
    #[command(name = tied::ORDER, hide = true)]
    Tied(tied::Tied),
}

fn main() -> ExitCode {
    match obey(Arguments::parse().order) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn obey(order: Order) -> Result<()> {
    match order {
        Order::Bench(bench) => bench::bench(&bench),
        Order::Soak(soak) => soak::soak(&soak),
        Order::Attack(order) => attack::attack(&order),
        Order::Accuracy(order) => accuracy::accuracy(&order),
        Order::Proxies(order) => proxies::proxies(&order),
        Order::Restart(order) => restart::restart(&order),
        Order::Tied(order) => tied::become_it(&order),
    }
}
