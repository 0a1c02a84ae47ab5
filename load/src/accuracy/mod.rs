//! The path check before paths whose faults are known.

mod built;
mod label;
mod program;
mod sick;

use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use clap::Args;

use self::built::Built;
use self::program::Programs;

/// Which paths, and how thoroughly.
#[derive(Args, Clone, Debug)]
pub(crate) struct Accuracy {
    /// Judges these paths alone
    #[arg(long, value_name = "NAME", num_args = 1.., value_delimiter = ',')]
    only: Vec<String>,
    /// Builds one path, says its address, and keeps it for so many seconds
    #[arg(long, value_name = "NAME")]
    hold: Option<String>,
    /// The labelled paths
    #[arg(long, value_name = "FOLDER", default_value = "e2e/paths")]
    paths: PathBuf,
    /// The server, as it was built
    #[arg(long, value_name = "FILE")]
    server: PathBuf,
    /// Where a proxy is
    #[arg(long = "program", value_name = "NAME=FILE", value_parser = program)]
    programs: Vec<(String, PathBuf)>,
    /// Where libraries are that the proxies need
    #[arg(long, value_name = "FOLDER")]
    libraries: Option<PathBuf>,
}

fn program(text: &str) -> Result<(String, PathBuf), String> {
    let parts = text.split_once('=').ok_or("say which program it is: NAME=FILE")?;
    Ok((parts.0.to_owned(), parts.1.into()))
}

pub(crate) fn accuracy(order: &Accuracy) -> Result<()> {
    let labels = label::read(&order.paths)?;
    let programs = Programs {
        files: order.programs.iter().cloned().collect(),
        libraries: order.libraries.clone(),
    };
    if let Some(name) = &order.hold {
        let label = labels.iter().find(|label| label.name == *name);
        let label = label.with_context(|| format!("no path is called {name:?}"))?;
        let built = Built::build(label, &order.server, &programs)?;
        say(&format!("{}: http://{}/", label.says, built.address));
        thread::sleep(Duration::from_secs(600));
    }
    Ok(())
}

#[expect(clippy::print_stdout, reason = "what is found out is what it is made for")]
fn say(line: &str) {
    println!("{line}");
}
