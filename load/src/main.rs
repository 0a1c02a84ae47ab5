//! Loads, attacks and a soak for Echoclock; `cargo xtask bench`, `attack` and `soak` build what they
//! take and start it.
#![expect(clippy::print_stderr, reason = "a failure is said where a terminal shows it")]

mod bench;

mod fleet;
mod frame;
mod machine;
mod process;
mod stats;
mod table;

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
    }
}
