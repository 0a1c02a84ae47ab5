//! Everything that this project automates, as `cargo xtask …`.

mod project;
mod say;
mod setup;
mod shell;
mod version;

use std::process::ExitCode;

use anyhow::{Result, ensure};
use clap::{Parser, Subcommand};

use crate::project::Project;
use crate::setup::Machine;
use crate::shell::RealShell;

/// Sets up, runs, builds and tests Echoclock.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    order: Order,
}

#[derive(Subcommand)]
enum Order {
    /// Installs what is missing for building, running and testing
    Setup,
}

fn main() -> ExitCode {
    match obey(Arguments::parse().order) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say::say(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn obey(order: Order) -> Result<()> {
    let project = Project::find()?;
    let shell = RealShell::with_first(&project.cargo_bin())?;
    match order {
        Order::Setup => {
            let machine = Machine::look(&shell, &project);
            let unmet = setup::set_up(&machine, setup::ALL);
            ensure!(unmet.is_empty(), "set-up is not complete: see above");
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests;
