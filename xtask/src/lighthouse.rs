//! `cargo xtask lighthouse`: what Lighthouse says of each view of the page, on its mobile setting.

use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::run;
use crate::server::Server;
use crate::setup::{self, Machine};
use crate::shell::Cmd;

/// Measures the page as the server serves it, and fails where a category is below its bound.
pub(crate) fn lighthouse(machine: &Machine) -> Result<()> {
    let unmet = setup::set_up(machine, setup::LIGHTHOUSE);
    ensure!(unmet.is_empty(), "set-up is not complete: see above");
    run::build(machine)?;
    let browser = setup::browser(machine.shell).context("the browser has gone")?;
    let server = Server::start(Command::new(machine.project.server()), &[])?;
    let measure = Cmd::new("node measure.mjs")
        .env("CHROMIUM", browser.chromium)
        .env("ECHOCLOCK_URL", server.address.clone())
        .dir(&machine.project.lighthouse());
    machine.shell.stream(&measure)
}
