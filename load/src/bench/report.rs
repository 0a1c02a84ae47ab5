//! What a benchmark hands on: lines for the terminal, figures as JSON.
#![expect(clippy::print_stdout, reason = "a table is what a benchmark is started for")]

use std::fs;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::Bench;
use super::contenders::LIMITS;
use crate::machine::{self, Cores};
use crate::stats::Spread;

/// The cores, with a warning where there is only one.
pub(super) fn cores() -> Result<Cores> {
    let cores = Cores::choose()?;
    if !cores.are_apart() {
        println!("there is one core only: server and load share it, so go by the processor time");
    }
    Ok(cores)
}

pub(super) fn say(text: &str) {
    println!("{text}");
}

/// Writes the figures, with the machine and the flags that they were taken with.
pub(super) fn write(bench: &Bench, name: &str, cores: Cores, figures: Value) -> Result<()> {
    let all = json!({
        "benchmark": name,
        "machine": machine::described(cores),
        "echoclock_flags": LIMITS,
        "figures": figures,
    });
    if let Some(folder) = bench.json.parent() {
        fs::create_dir_all(folder).with_context(|| format!("can't make {}", folder.display()))?;
    }
    let text = serde_json::to_string_pretty(&all).context("figures are JSON")? + "\n";
    fs::write(&bench.json, text)
        .with_context(|| format!("can't write {}", bench.json.display()))?;
    say(&format!("\nechoclock ran with {}", LIMITS.join(" ")));
    say(&format!("all figures: {}", bench.json.display()));
    Ok(())
}

/// A spread as JSON.
pub(super) fn spread(spread: Option<Spread>) -> Value {
    spread.map_or(
        Value::Null,
        |spread| json!({ "median": spread.median, "least": spread.least, "most": spread.most }),
    )
}

/// A spread in one cell: the median, and between which it lies.
pub(super) fn cell(spread: Option<Spread>, figure: impl Fn(f64) -> String) -> String {
    spread.map_or("–".to_owned(), |spread| {
        if spread.least == spread.most {
            return figure(spread.median);
        }
        let (median, least) = (figure(spread.median), figure(spread.least));
        format!("{median} ({least}–{})", figure(spread.most))
    })
}

/// How many times as much the first is, in one cell.
pub(super) fn ratio(ours: Option<Spread>, theirs: Option<Spread>) -> String {
    match (ours, theirs) {
        (Some(ours), Some(theirs)) if theirs.median > 0.0 => {
            format!("{:.2}", ours.median / theirs.median)
        }
        _ => "–".to_owned(),
    }
}
