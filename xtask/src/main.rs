//! Everything that this project automates, as `cargo xtask …`.

#[cfg(not(unix))]
compile_error!(
    "`cargo xtask` runs on Linux and macOS. On Windows it runs in WSL; the server alone, without the page, \
     is built by `cargo build --release --package echoclock-backend`"
);

mod setup;

mod page;
mod run;
mod weight;

mod dev;

mod check;
mod clients;
mod fuzz;
mod lighthouse;
mod server;
mod tidy;

mod conformance;
mod load;

mod package;

mod written;

mod fingerprint;
mod hashed;
mod packed;
mod project;
mod say;
mod shell;
mod version;

use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Result, ensure};
use clap::{Parser, Subcommand};

use crate::check::Part;
use crate::fuzz::Target;
use crate::package::What;
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
    /// Builds the page and the server, and serves both
    Run {
        /// Where to listen; 0.0.0.0 for all of the machine's addresses
        #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:3000")]
        listen: SocketAddr,
        /// Opens the page in the browser
        #[arg(long)]
        open: bool,
    },
    /// Serves the page on 127.0.0.1:8080 and the server behind it, rebuilding both on change
    Dev,
    /// Builds target/release/echoclock, one file that carries the page
    Build {
        /// Builds dist/ for a static host instead, and prints the headers to send
        #[arg(long = "static")]
        static_site: bool,
        /// Where on its host the page will be, such as /demo/; it works anywhere without
        #[arg(long, value_name = "PATH", requires = "static_site", value_parser = page::base)]
        base: Option<String>,
    },
    /// Packs the server for Debian and for containers, installs and starts what came of it, and looks
    /// whether it serves; takes root for the latter
    Package {
        /// Packs this alone
        #[arg(value_enum)]
        what: Option<What>,
    },
    /// Runs every check there is, and sums up
    Test {
        /// Runs these parts alone
        #[arg(long, value_name = "PART", num_args = 1.., value_enum)]
        only: Vec<Part>,
    },
    /// Runs the browser's journeys; what follows -- goes to their runner
    E2e {
        /// Has nginx, Caddy, HAProxy, Apache and Varnish run with their configurations of deploy/ before
        /// the server instead, and proves what clients can count on
        #[arg(long)]
        proxies: bool,
        /// Has these proxies alone run
        #[arg(long, value_name = "NAME", num_args = 1.., requires = "proxies")]
        only: Vec<String>,
        #[arg(last = true, value_name = "ARGUMENT")]
        more: Vec<String>,
    },
    /// Measures the page by Lighthouse on a slow telephone: 97 in performance, 100 in all else
    Lighthouse,
    /// Tries the decoders with inputs that a fuzzer makes up; takes a C++ compiler
    Fuzz {
        /// Tries these alone
        #[arg(value_name = "TARGET", value_enum)]
        targets: Vec<Target>,
        /// For how many seconds each
        #[arg(long, default_value_t = 60)]
        seconds: u64,
    },
    /// Measures the server beside its peers: `echo`, `fanout`, `idle` or `kinds`, and what `bench --help` tells
    #[command(disable_help_flag = true)]
    Bench {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "ARGUMENT")]
        arguments: Vec<String>,
    },
    /// Runs Autobahn's cases against the raw echo
    Conformance,
    /// Attacks the server in every way that is known, and holds it to its bounds; `--short` takes a
    /// minute, and `attack --help` tells the rest
    #[command(disable_help_flag = true)]
    Attack {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "ARGUMENT")]
        arguments: Vec<String>,
    },
    /// Lets the server run under 1,000 followers that come and go, and looks whether its memory
    /// grows; `soak --help` tells the rest
    #[command(disable_help_flag = true)]
    Soak {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "ARGUMENT")]
        arguments: Vec<String>,
    },
    /// Has the path check judge paths whose faults are known, and compares; with `--browser` it is the
    /// page's check; `check-accuracy --help` tells the rest
    #[command(disable_help_flag = true)]
    CheckAccuracy {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "ARGUMENT")]
        arguments: Vec<String>,
    },
    /// Has the server restart behind nginx under 1,000 followers, none of whom may miss a tick;
    /// `restart --help` tells the rest
    #[command(disable_help_flag = true)]
    Restart {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "ARGUMENT")]
        arguments: Vec<String>,
    },
    /// Checks the project's own rules
    Tidy,
    /// Writes docs/PATHS.md out of the path check's rules
    Paths,
    /// Gathers what the page says into frontend/translations, and from there into frontend/texts
    Texts,
    #[command(hide = true)]
    BuildAhead,
    #[command(hide = true)]
    OpenBrowser { listen: SocketAddr },
}

fn main() -> ExitCode {
    match obey(Arguments::parse().order) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say::fail(&error);
            ExitCode::FAILURE
        }
    }
}

fn obey(order: Order) -> Result<()> {
    let project = Project::find()?;
    let shell = RealShell::with_first(&project.cargo_bin())?;
    let machine = Machine::look(&shell, &project);
    match order {
        Order::Setup => {
            let unmet = setup::set_up(&machine, setup::ALL);
            ensure!(unmet.is_empty(), "set-up is not complete: see above");
            Ok(())
        }
        Order::Run { listen, open } => run::run(&shell, &machine, listen, open),
        Order::Dev => dev::dev(&shell, &machine),
        Order::Build { static_site: false, .. } => {
            run::build(&machine)?;
            say::say(&project.server().display().to_string());
            Ok(())
        }
        Order::Build { static_site: true, base } => {
            page::build(&machine, base.as_deref())?;
            page::print_headers();
            Ok(())
        }
        Order::Package { what } => package::package(&machine, what),
        Order::Test { only } => check::check(&machine, &only),
        Order::E2e { proxies: true, only, .. } => load::proxies(&machine, &only),
        Order::E2e { proxies: false, more, .. } => {
            let unmet = setup::set_up(&machine, setup::JOURNEYS);
            ensure!(unmet.is_empty(), "set-up is not complete: see above");
            check::journeys(&machine, &more)
        }
        Order::Lighthouse => lighthouse::lighthouse(&machine),
        Order::Fuzz { targets, seconds } => {
            fuzz::fuzz(&shell, &project, &targets, Duration::from_secs(seconds))
        }
        Order::Bench { arguments } => load::bench(&machine, &arguments),
        Order::Conformance => conformance::conformance(&machine),
        Order::Attack { arguments } => load::run(&machine, "attack", &arguments),
        Order::Soak { arguments } => load::run(&machine, "soak", &arguments),
        Order::CheckAccuracy { arguments } => load::check_accuracy(&machine, &arguments),
        Order::Restart { arguments } => load::restart(&machine, &arguments),
        Order::Tidy => tidy::tidy(&project.root),
        Order::Paths => written::write(&shell, &project, "paths"),
        Order::Texts => written::write(&shell, &project, "texts"),
        Order::BuildAhead => check::build_for_tests(&machine),
        Order::OpenBrowser { listen } => run::open_browser(listen),
    }
}

#[cfg(test)]
mod tests;
