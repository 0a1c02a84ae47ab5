//! `cargo xtask fuzz`: the decoders against inputs that a fuzzer makes up.
//!
//! The programs are instrumented for libFuzzer by passes of the stable compiler, so that neither a
//! nightly one nor another tool is needed; linking them takes a C++ compiler.

use std::fs;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::ValueEnum;

use crate::project::Project;
use crate::shell::{Cmd, Shell};

/// A decoder that is tried.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Target {
    /// Event streams
    Sse,
    /// Newline-delimited JSON
    Ndjson,
}

/// Tries the targets, all of them where none is named, each for so long.
pub(crate) fn fuzz(
    shell: &dyn Shell,
    project: &Project,
    targets: &[Target],
    each: Duration,
) -> Result<()> {
    let host = host(shell)?;
    let chosen = |target: &&Target| targets.is_empty() || targets.contains(target);
    for target in Target::value_variants().iter().filter(chosen) {
        let value = target.to_possible_value().expect("no target is hidden");
        let name = value.get_name();
        let folder = project.root.join("fuzz");
        // What the fuzzer finds worth keeping stays out of the repository.
        let found = project.work().join("fuzz").join(name);
        fs::create_dir_all(&found).with_context(|| format!("can't make {}", found.display()))?;
        let run = Cmd::new("cargo run --quiet --release --locked --manifest-path")
            .path(&folder.join("Cargo.toml"))
            // With a target named, the flags leave build scripts alone.
            .args(["--target", &host, "--bin", name, "--"])
            .path(&found)
            .path(&folder.join("seeds").join(name))
            .arg(format!("-max_total_time={}", each.as_secs()))
            .args(["-max_len=4096", "-print_final_stats=1"])
            .arg(format!("-artifact_prefix={}/", found.display()))
            .env("RUSTFLAGS", FLAGS)
            .dir(&project.root);
        shell.stream(&run)?;
    }
    Ok(())
}

/// Returns the triple of this machine.
fn host(shell: &dyn Shell) -> Result<String> {
    let answer = shell.ask(&Cmd::new("rustc -vV")).context("there is no rustc")?;
    let host = answer.out.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("rustc does not tell its host")?.to_owned())
}

/// What has the compiler count which edges are taken and what is compared.
const FLAGS: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
                     -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
                     -Cllvm-args=-sanitizer-coverage-pc-table \
                     -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1 \
                     --cfg fuzzing";
