//! `cargo xtask conformance`: Autobahn's cases against the raw echo, by a runner from PyPI.

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::load;
use crate::say::{self, Task};
use crate::server::Server;
use crate::setup::{self, Machine};
use crate::shell::Cmd;

/// Runs all cases against the server in release, and fails if any did.
pub(crate) fn conformance(machine: &Machine) -> Result<()> {
    let unmet = setup::set_up(machine, setup::CONFORMANCE);
    ensure!(unmet.is_empty(), "set-up is not complete: see above");
    load::build_server(machine)?;
    let mut server = Server::start(Command::new(machine.project.server()), FLAGS)?;
    let reports = machine.project.target.join("conformance");
    if reports.exists() {
        // Those of an earlier run would tell of another server.
        fs::remove_dir_all(&reports).context("earlier reports can't be removed")?;
    }
    let address = server.address.replace("http://", "ws://") + "/api/echo/raw";
    let run = Cmd::at(&setup::KOSOKU.program(machine.project, "kosoku"))
        .arg(address)
        .args(["--parallelism", "8", "--outdir"])
        .path(&reports)
        .limit(LIMIT);
    let task = Task::start("conformance", &run.to_string());
    // Cases that need an extension which was not offered count as failures there.
    let ran = machine.shell.run(&run, &task);
    let index = reports.join("index.json");
    let text = fs::read_to_string(&index)
        .with_context(|| format!("there is no report: {:?}; {}", ran, server.said()))?;
    task.done();
    let outcome = Outcome::read(&text)?;
    say::say(&outcome.table());
    say::say(&format!("each case: {}", reports.display()));
    outcome.judge()
}

/// What came of the cases.
#[derive(Debug, Default)]
struct Outcome {
    /// How many cases of each section behaved how.
    sections: BTreeMap<u32, BTreeMap<String, usize>>,
    failed: Vec<String>,
}

impl Outcome {
    fn read(index: &str) -> Result<Self> {
        let index: Value = serde_json::from_str(index).context("the report is no JSON")?;
        let servers = index.as_object().context("the report names no server")?;
        let mut outcome = Self::default();
        for (case, told) in servers.values().filter_map(Value::as_object).flatten() {
            let said = |what: &str| told[what].as_str().unwrap_or("missing").to_owned();
            let (behaviour, close) = (said("behavior"), said("behaviorClose"));
            let section = case.split('.').next().and_then(|section| section.parse().ok());
            let section = outcome.sections.entry(section.unwrap_or_default()).or_default();
            *section.entry(behaviour.clone()).or_default() += 1;
            if !FINE.contains(&behaviour.as_str()) || !FINE.contains(&close.as_str()) {
                outcome.failed.push(format!("{case} ({behaviour}, closing {close})"));
            }
        }
        Ok(outcome)
    }

    fn cases(&self) -> usize {
        self.sections.values().flat_map(BTreeMap::values).sum()
    }

    fn judge(&self) -> Result<()> {
        let cases = self.cases();
        ensure!(cases >= CASES, "only {cases} cases ran, of at least {CASES}");
        ensure!(self.failed.is_empty(), "failed: {}", self.failed.join(", "));
        Ok(())
    }

    fn table(&self) -> String {
        let mut table = format!("\n{:<34}", "section");
        for behaviour in FINE {
            table += &format!("{:>15}", behaviour.to_lowercase());
        }
        table += &format!("{:>15}\n", "failed");
        let mut row = |name: &str, behaved: &dyn Fn(&str) -> usize, all: usize| {
            let fine = FINE.map(behaved);
            let failed = all - fine.iter().sum::<usize>();
            let cells = fine.into_iter().chain([failed]).map(|count| format!("{count:>15}"));
            table += &format!("{name:<34}{}\n", cells.collect::<String>());
        };
        for (section, behaved) in &self.sections {
            let title = SECTIONS.iter().find(|(number, _)| number == section);
            let name = format!("{section} {}", title.map_or("", |(_, title)| title));
            let of = |behaviour: &str| behaved.get(behaviour).copied().unwrap_or_default();
            row(&name, &of, behaved.values().sum());
        }
        let of = |behaviour: &str| {
            self.sections.values().filter_map(|section| section.get(behaviour)).sum()
        };
        row("all", &of, self.cases());
        table
    }
}

/// The cases send up to 16 MiB, and thousands of messages at once.
const FLAGS: &[&str] =
    &["--raw-max=16777216", "--socket-messages=1000000", "--socket-bytes=4000000000"];
const LIMIT: Duration = Duration::from_secs(300);
/// What a case may come to; compression that is not offered leaves its cases unimplemented.
const FINE: [&str; 4] = ["OK", "NON-STRICT", "INFORMATIONAL", "UNIMPLEMENTED"];
/// Fewer would mean that something stopped them.
const CASES: usize = 500;
const SECTIONS: [(u32, &str); 11] = [
    (1, "framing"),
    (2, "pings and pongs"),
    (3, "reserved bits"),
    (4, "opcodes"),
    (5, "fragmentation"),
    (6, "UTF-8"),
    (7, "closing"),
    (9, "limits and performance"),
    (10, "fragments written in pieces"),
    (12, "compression, by size"),
    (13, "compression, by parameters"),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn report(cases: &[(&str, &str, &str)], more: usize) -> Outcome {
        let case = |behaviour: &str, close: &str| serde_json::json!({ "behavior": behaviour, "behaviorClose": close });
        let named = cases.iter().map(|(name, how, close)| ((*name).to_owned(), case(how, close)));
        let others = (0..more).map(|number| (format!("9.1.{number}"), case("OK", "OK")));
        let all: serde_json::Map<_, _> = named.chain(others).collect();
        Outcome::read(&serde_json::json!({ "127.0.0.1:1": all }).to_string()).unwrap()
    }

    #[test]
    fn one_failed_case_fails_all() {
        for (how, close, fails) in [
            ("OK", "OK", false),
            ("UNIMPLEMENTED", "OK", false),
            ("NON-STRICT", "INFORMATIONAL", false),
            ("FAILED", "OK", true),
            ("OK", "WRONG CODE", true),
            ("OK", "UNCLEAN", true),
        ] {
            let outcome = report(&[("7.3.6", how, close)], CASES);
            assert_eq!(outcome.judge().is_err(), fails, "{how}, {close}");
        }
    }

    #[test]
    fn cases_that_did_not_run_are_missed() {
        let error = report(&[], 3).judge().unwrap_err().to_string();
        assert_eq!(error, format!("only 3 cases ran, of at least {CASES}"));
    }

    #[test]
    fn the_table_counts_by_section() {
        let outcome = report(&[("1.1.1", "OK", "OK"), ("12.1.1", "UNIMPLEMENTED", "OK")], 2);
        let table = outcome.table();
        let all: Vec<_> = table.lines().last().unwrap().split_whitespace().collect();
        assert_eq!(all, ["all", "3", "0", "0", "1", "0"]);
        assert!(table.contains("12 compression, by size"), "{table}");
    }
}
