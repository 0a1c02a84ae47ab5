//! `cargo xtask test`: every check there is, each as a part that can be run alone.

use std::thread::{self, ScopedJoinHandle};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use clap::ValueEnum;

use crate::say::{self, Task, took};
use crate::setup::{self, Machine, Need, wasm_toolchain};
use crate::shell::Cmd;
use crate::{clients, load, run, tidy, weight};

/// A part of the tests, in the order in which they run: the quick ones first, then what shares
/// compiled results.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Part {
    /// Formatting, by rustfmt
    Fmt,
    /// The project's own rules
    Tidy,
    /// Licences, sources and advisories of the dependencies
    Deny,
    /// Lints
    Clippy,
    /// Lints of what runs in the browser
    ClippyWasm,
    /// The documentation's links
    Doc,
    /// The tests of all crates, compiled
    Compile,
    /// The tests of all crates
    Unit,
    /// The page's tests, in a headless browser
    Browser,
    /// The page and the server, in release, and what the page weighs
    Build,
    /// The short attacks on the real server
    Attack,
    /// Labelled paths, for the path check to tell what is wrong with them
    Paths,
    /// Followers over a restart of the server behind nginx
    Restart,
    /// Clients of the field against the real server
    Clients,
    /// Journeys of a real browser against the real server
    E2e,
}

impl Part {
    fn name(self) -> String {
        let value = self.to_possible_value().expect("no part is hidden");
        value.get_name().to_owned()
    }

    /// What has to be there for it.
    fn needs(self) -> &'static [Need] {
        match self {
            Self::Fmt | Self::Clippy => &[Need::Lints],
            Self::Tidy | Self::Doc | Self::Compile | Self::Unit => &[],
            Self::Deny => &[Need::CargoDeny],
            Self::ClippyWasm => &[Need::Lints, Need::WasmTarget],
            Self::Browser => &[Need::WasmTarget, Need::WasmBindgen, Need::WasmPack, Need::Browser],
            Self::Build | Self::Attack => setup::PAGE,
            Self::Paths | Self::Restart => setup::PATHS,
            Self::Clients => setup::CLIENTS,
            Self::E2e => setup::JOURNEYS,
        }
    }

    fn is_set_up(self, unmet: &[Need]) -> bool {
        !self.needs().iter().any(|need| unmet.contains(need))
    }

    fn run(self, machine: &Machine) -> Result<()> {
        match self {
            Self::Tidy => tidy::tidy(&machine.project.root),
            Self::Deny => deny(machine),
            Self::Build => {
                run::build(machine)?;
                weight::weigh(&machine.project.dist())
            }
            Self::Attack => load::short_attacks(machine),
            Self::Paths => load::short_paths(machine),
            Self::Restart => load::short_restart(machine),
            Self::Clients => clients::clients(machine),
            Self::E2e => journeys(machine, &[]),
            Self::Fmt
            | Self::Clippy
            | Self::ClippyWasm
            | Self::Doc
            | Self::Compile
            | Self::Unit
            | Self::Browser => {
                for command in self.commands(machine)? {
                    machine.shell.stream(&command.dir(&machine.project.root))?;
                }
                Ok(())
            }
        }
    }

    fn commands(self, machine: &Machine) -> Result<Vec<Cmd>> {
        let for_the_browser = |cmd: Cmd| {
            let toolchain = wasm_toolchain(machine.shell).context("the wasm target has gone")?;
            anyhow::Ok(cmd.envs(toolchain.envs()))
        };
        // The loads are a workspace of their own.
        let loads = machine.project.load().join("Cargo.toml");
        Ok(match self {
            Self::Fmt => vec![
                Cmd::new("cargo fmt --all --check"),
                Cmd::new("cargo fmt --all --check --manifest-path").path(&loads),
            ],
            Self::Clippy => vec![
                Cmd::new("cargo clippy --workspace --all-targets -- -D warnings"),
                Cmd::new(
                    "cargo clippy --package echoclock-load --all-targets --locked --manifest-path",
                )
                .path(&loads)
                // What both workspaces depend on is looked at once.
                .arg("--target-dir")
                .path(&machine.project.target)
                .arg("--")
                .arg("-D")
                .arg("warnings"),
            ],
            Self::ClippyWasm => vec![for_the_browser(Cmd::new(
                "cargo clippy --package echoclock-frontend --target wasm32-unknown-unknown \
                 --all-targets -- -D warnings",
            ))?],
            Self::Doc => {
                let doc = Cmd::new("cargo doc --workspace --no-deps");
                vec![doc.env("RUSTDOCFLAGS", "-D warnings")]
            }
            Self::Compile => vec![Cmd::new("cargo test --workspace --no-run")],
            Self::Unit => {
                let test = Cmd::new("cargo test --workspace --no-fail-fast");
                vec![test.env("RUST_TEST_THREADS", TESTS_AT_ONCE.to_string())]
            }
            Self::Browser => {
                let browser = setup::browser(machine.shell).context("the browser has gone")?;
                vec![for_the_browser(
                    Cmd::new("wasm-pack test --headless --chrome --chromedriver")
                        .arg(browser.driver)
                        .arg("frontend"),
                )?]
            }
            Self::Tidy
            | Self::Deny
            | Self::Build
            | Self::Attack
            | Self::Paths
            | Self::Restart
            | Self::Clients
            | Self::E2e => {
                unreachable!("{self:?} is more than commands")
            }
        })
    }
}

/// Runs the parts, all of them where none is named, and fails if any did.
pub(crate) fn check(machine: &Machine, only: &[Part]) -> Result<()> {
    let chosen = |part: &Part| only.is_empty() || only.contains(part);
    let parts: Vec<_> = Part::value_variants().iter().copied().filter(chosen).collect();
    let mut needs: Vec<_> = parts.iter().flat_map(|part| part.needs()).copied().collect();
    needs.sort();
    needs.dedup();

    let started = Instant::now();
    let unmet = setup::set_up(machine, &needs);
    let mut report = Report { set_up: started.elapsed(), parts: Vec::new() };
    let is_built = parts.contains(&Part::Build) && Part::Build.is_set_up(&unmet);
    thread::scope(|scope| {
        let mut ahead = None;
        for part in parts {
            let begun = Instant::now();
            if part == Part::Clippy && is_built {
                ahead = Some(scope.spawn(|| machine.shell.stream(&build_ahead())));
            }
            if part == Part::Build {
                // What has failed there fails again, and is told.
                let _ = ahead.take().map(ScopedJoinHandle::join);
            }
            report.parts.push(checked(machine, part, begun, &unmet));
        }
    });
    say::say(&report.table());
    let failed: Vec<_> = report.failed().collect();
    ensure!(failed.is_empty(), "failed: {}", failed.join(", "));
    Ok(())
}

/// Has this program build what later parts take, beside those that lint, compile and wait. Most of it is one
/// optimiser after the other, each of which has use for one processor: what tests need goes first.
fn build_ahead() -> Cmd {
    let this = std::env::current_exe().unwrap_or_else(|_| "cargo-xtask".into());
    Cmd::new("nice -n 5").path(&this).arg("build-ahead")
}

/// Builds the page, the server, and what loads it.
pub(crate) fn build_for_tests(machine: &Machine) -> Result<()> {
    thread::scope(|scope| {
        let load = scope.spawn(|| load::build_load(machine));
        let built = run::build(machine);
        let load = load.join().expect("whatever fails is said, and nothing panics");
        built.and(load.map(drop))
    })
}

/// Runs one part, and says what came of it; it takes its time since it has `begun`.
fn checked(machine: &Machine, part: Part, begun: Instant, unmet: &[Need]) -> Outcome {
    let name = part.name();
    say::say(&format!("\n── {name} ──"));
    let is_set_up = part.is_set_up(unmet);
    let result = if is_set_up { part.run(machine) } else { Err(anyhow::anyhow!("set-up failed")) };
    if let Err(error) = &result {
        say::say(&format!("{name} failed: {error:#}"));
    }
    Outcome { name, ok: result.is_ok(), time: begun.elapsed() }
}

/// Runs the browser's journeys, on a page and a server that are up to date; `more` goes to the runner.
pub(crate) fn journeys(machine: &Machine, more: &[String]) -> Result<()> {
    run::build(machine)?;
    let browser = setup::browser(machine.shell).context("the browser has gone")?;
    let toolchain = wasm_toolchain(machine.shell).context("the wasm target has gone")?;
    let project = machine.project;
    let nginx = setup::nginx(machine.shell, project).context("nginx has gone")?;
    let test = Cmd::new("npm test --")
        .args(more)
        .envs(toolchain.envs())
        .env("ECHOCLOCK_BIN", project.server().display().to_string())
        .env("ECHOCLOCK_STATIC", project.dist().display().to_string())
        .env("CHROMIUM", browser.chromium)
        .env("NGINX", nginx)
        .dir(&project.e2e());
    machine.shell.stream(&test)
}

/// Licences, sources and bans always; advisories where their database can be had.
fn deny(machine: &Machine) -> Result<()> {
    let root = &machine.project.root;
    machine
        .shell
        .stream(&Cmd::new("cargo deny --log-level error check bans licenses sources").dir(root))?;
    let fetch = Cmd::new("cargo deny fetch db").limit(FETCH_LIMIT).dir(root);
    let task = Task::start("deny", &fetch.to_string());
    if machine.shell.run(&fetch, &task).is_err() {
        say::step("deny", "advisories skipped: their database can't be fetched from here");
        return Ok(());
    }
    drop(task);
    let advisories = Cmd::new("cargo deny check --disable-fetch advisories").dir(root);
    machine.shell.stream(&advisories)
}

struct Outcome {
    name: String,
    ok: bool,
    time: Duration,
}

struct Report {
    set_up: Duration,
    parts: Vec<Outcome>,
}

impl Report {
    fn failed(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter(|part| !part.ok).map(|part| part.name.as_str())
    }

    fn table(&self) -> String {
        let total = self.parts.iter().map(|part| part.time).sum::<Duration>() + self.set_up;
        let mut table = format!("\n{:<12} {:<7} {:>12}\n", "part", "result", "time");
        let mut row = |name: &str, result: &str, time| {
            table += &format!("{name:<12} {result:<7} {:>12}\n", took(time));
        };
        row("set-up", "", self.set_up);
        for part in &self.parts {
            row(&part.name, if part.ok { "ok" } else { "FAILED" }, part.time);
        }
        row("all", if self.failed().next().is_none() { "ok" } else { "FAILED" }, total);
        table
    }
}

/// How many tests run at once: most wait for time to pass, and not for a processor.
const TESTS_AT_ONCE: usize = 8;

const FETCH_LIMIT: Duration = Duration::from_secs(60);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::Project;
    use crate::setup::Machine;
    use crate::shell::fake::FakeShell;

    fn told(shell: &FakeShell, part: Part) -> (bool, Vec<String>) {
        let project = Project::made_up();
        let result = part.run(&Machine::look(shell, &project));
        (result.is_ok(), shell.told())
    }

    #[test]
    fn lints_are_errors() {
        let (ok, told) = told(&FakeShell::default(), Part::Clippy);
        assert!(ok);
        assert_eq!(
            told,
            [
                "cargo clippy --workspace --all-targets -- -D warnings",
                "cargo clippy --package echoclock-load --all-targets --locked --manifest-path \
                 /clone/load/Cargo.toml --target-dir /clone/target -- -D warnings",
            ]
        );
    }

    #[test]
    fn advisories_are_skipped_only_where_their_database_is_out_of_reach() {
        let policy = "cargo deny --log-level error check bans licenses sources";
        let fetch = "cargo deny fetch db";
        let advisories = "cargo deny check --disable-fetch advisories";
        for (failing, expected) in [
            (None, (true, vec![policy, fetch, advisories])),
            (Some(fetch), (true, vec![policy, fetch])),
            (Some(policy), (false, vec![policy])),
            (Some(advisories), (false, vec![policy, fetch, advisories])),
        ] {
            let shell = FakeShell::default();
            let shell = failing.into_iter().fold(shell, FakeShell::fails);
            let (ok, told) = told(&shell, Part::Deny);
            assert_eq!((ok, told.iter().map(String::as_str).collect()), expected, "{failing:?}");
        }
    }

    #[test]
    fn one_failure_fails_all_but_stops_nothing() {
        let (shell, project) = (FakeShell::default().fails("cargo fmt"), Project::made_up());
        let shell = shell.says("cargo fmt --version", "1").says("cargo clippy --version", "1");
        let machine = Machine::look(&shell, &project);
        let error = check(&machine, &[Part::Doc, Part::Fmt]).unwrap_err().to_string();
        assert_eq!(error, "failed: fmt");
        let told = shell.told();
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(told[0].starts_with("cargo fmt") && told[1].contains("cargo doc"), "{told:?}");
    }

    #[test]
    fn a_part_whose_set_up_failed_fails_unrun() {
        let (shell, project) = (FakeShell::default(), Project::made_up());
        let error = check(&Machine::look(&shell, &project), &[Part::Fmt]).unwrap_err().to_string();
        assert_eq!((error.as_str(), shell.told()), ("failed: fmt", vec![]));
    }

    #[test]
    fn the_table_names_parts_results_and_times() {
        let part = |name: &str, ok, seconds| Outcome {
            name: name.to_owned(),
            ok,
            time: Duration::from_secs(seconds),
        };
        let report = Report {
            set_up: Duration::from_secs(3),
            parts: vec![part("fmt", true, 1), part("e2e", false, 119)],
        };
        let table = report.table();
        let rows: Vec<Vec<&str>> =
            table.lines().skip(2).map(|line| line.split_whitespace().collect()).collect();
        assert_eq!(
            rows,
            [
                vec!["set-up", "3.0", "s"],
                vec!["fmt", "ok", "1.0", "s"],
                vec!["e2e", "FAILED", "1", "min", "59", "s"],
                vec!["all", "FAILED", "2", "min", "3", "s"],
            ]
        );
    }
}
