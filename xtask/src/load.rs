//! `cargo xtask bench`, `attack`, `soak`, `check-accuracy`, `restart` and `e2e --proxies`: builds what they
//! take, then starts the programs of `load/`.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::run;
use crate::say::Task;
use crate::setup::{self, Machine, Need};
use crate::shell::Cmd;

/// Measures the server beside its peers, which are built and installed first.
pub(crate) fn bench(machine: &Machine, arguments: &[String]) -> Result<()> {
    let unmet = setup::set_up(machine, setup::BENCH);
    ensure!(unmet.is_empty(), "set-up is not complete: see above");
    build_server(machine)?;
    let release = build(machine, &["--workspace"])?;
    // Where the figures go, unless the arguments say otherwise.
    let kind = arguments.iter().find(|argument| !argument.starts_with('-'));
    let figures = machine.project.target.join("bench");
    let run = start(machine, &release, "bench")
        .arg("--peers")
        .path(&release.join("echoclock-peers"))
        .arg("--node")
        .path(&machine.project.node_peers());
    let told = arguments.iter().any(|argument| argument.starts_with("--json"));
    let run = match kind.filter(|_| !told) {
        Some(kind) => run.arg("--json").path(&figures.join(format!("{kind}.json"))),
        None => run,
    };
    machine.shell.stream(&run.args(arguments))
}

/// Attacks the server, or lets it run under a load for long.
pub(crate) fn run(machine: &Machine, order: &str, arguments: &[String]) -> Result<()> {
    build_server(machine)?;
    let release = build_load(machine)?;
    machine.shell.stream(&start(machine, &release, order).args(arguments))
}

/// Builds what loads the server, and returns the folder that it is in.
pub(crate) fn build_load(machine: &Machine) -> Result<PathBuf> {
    build(machine, &["--package", "echoclock-load"])
}

/// Has the path check judge labelled paths, behind the proxies of the distribution; with [`BY_PAGE`] it is
/// the page's own, in a browser.
pub(crate) fn check_accuracy(machine: &Machine, arguments: &[String]) -> Result<()> {
    let is_by_page = arguments.iter().any(|argument| argument == BY_PAGE);
    let needs = if is_by_page {
        // Those have nginx already.
        [setup::JOURNEYS, &[Need::Proxies]].concat()
    } else {
        setup::ACCURACY.to_vec()
    };
    let unmet = setup::set_up(machine, &needs);
    ensure!(unmet.is_empty(), "set-up is not complete: see above");
    if !is_by_page {
        return judge_paths(machine, arguments);
    }
    run::build(machine)?;
    let browser = setup::browser(machine.shell).context("the browser has gone")?;
    let judge = start_behind_proxies(machine, "check-accuracy")?.env("CHROMIUM", browser.chromium);
    machine.shell.stream(&by_page(judge, machine, arguments))
}

fn by_page(judge: Cmd, machine: &Machine, arguments: &[String]) -> Cmd {
    let script = machine.project.e2e().join("accuracy/check.mjs");
    let rest = arguments.iter().filter(|argument| *argument != BY_PAGE);
    judge.args(["--page", "node", "--page"]).path(&script).args(rest)
}

/// The argument that has the page's check judged.
const BY_PAGE: &str = "--browser";

/// The labelled paths that take no more than a minute together.
pub(crate) fn short_paths(machine: &Machine) -> Result<()> {
    judge_paths(machine, &["--short".to_owned()])
}

fn judge_paths(machine: &Machine, arguments: &[String]) -> Result<()> {
    build_server(machine)?;
    machine.shell.stream(&start_behind_proxies(machine, "check-accuracy")?.args(arguments))
}

/// Has the proxies run with their configurations of `deploy/`, all of them where none is named, before a
/// server with the page.
pub(crate) fn proxies(machine: &Machine, only: &[String]) -> Result<()> {
    let unmet = setup::set_up(machine, setup::PROXIES);
    ensure!(unmet.is_empty(), "set-up is not complete: see above");
    run::build(machine)?;
    let only = only.iter().flat_map(|name| ["--only".to_owned(), name.clone()]);
    machine.shell.stream(&start_behind_proxies(machine, "proxies")?.args(only))
}

/// Has the server restart behind nginx under followers.
pub(crate) fn restart(machine: &Machine, arguments: &[String]) -> Result<()> {
    let unmet = setup::set_up(machine, setup::PATHS);
    ensure!(unmet.is_empty(), "set-up is not complete: see above");
    restart_under(machine, arguments)
}

/// The same under few followers, which takes a quarter of a minute.
pub(crate) fn short_restart(machine: &Machine) -> Result<()> {
    restart_under(machine, &["--followers".to_owned(), "60".to_owned()])
}

fn restart_under(machine: &Machine, arguments: &[String]) -> Result<()> {
    build_server(machine)?;
    machine.shell.stream(&start_behind_proxies(machine, "restart")?.args(arguments))
}

/// Builds what puts proxies before the server, and tells it where they are.
fn start_behind_proxies(machine: &Machine, order: &str) -> Result<Cmd> {
    let release = build_load(machine)?;
    let nginx = setup::nginx(machine.shell, machine.project).context("nginx has gone")?;
    let proxies = setup::proxies(machine.shell, machine.project);
    let programs = std::iter::once(("nginx", nginx)).chain(proxies);
    let run = programs.fold(start(machine, &release, order), |run, (name, program)| {
        run.arg("--program").arg(format!("{name}={program}"))
    });
    let libraries = setup::libraries(machine.project);
    Ok(run.arg("--libraries").path(&libraries))
}

/// The attacks that take no more than a minute together, and the tests of what makes them.
pub(crate) fn short_attacks(machine: &Machine) -> Result<()> {
    let test = Cmd::new("cargo test --locked --package echoclock-load --manifest-path")
        .path(&machine.project.load().join("Cargo.toml"))
        .arg("--target-dir")
        .path(&machine.project.target)
        .dir(&machine.project.root);
    machine.shell.stream(&test)?;
    run(machine, "attack", &["--short".to_owned()])
}

/// The server alone; whether the page in it is the newest makes no difference here.
pub(crate) fn build_server(machine: &Machine) -> Result<()> {
    let build =
        Cmd::new("cargo build --release --package echoclock-backend").dir(&machine.project.root);
    let task = Task::start("server", &build.to_string());
    machine.shell.run(&build, &task)?;
    task.done();
    Ok(())
}

/// Builds programs of `load/`, and returns the folder that they are in.
fn build(machine: &Machine, which: &[&str]) -> Result<PathBuf> {
    let target = target(machine);
    let build = Cmd::new("cargo build --release --locked --manifest-path")
        .path(&machine.project.load().join("Cargo.toml"))
        .args(which.iter().copied())
        .arg("--target-dir")
        .path(&target)
        .dir(&machine.project.root);
    let task = Task::start("loads", &build.to_string());
    machine.shell.run(&build, &task)?;
    task.done();
    Ok(target.join("release"))
}

/// Where programs of `load/` are built.
pub(crate) fn target(machine: &Machine) -> PathBuf {
    machine.project.work().join("load")
}

fn start(machine: &Machine, release: &Path, order: &str) -> Cmd {
    Cmd::at(&release.join("echoclock-load"))
        .arg(order)
        .arg("--server")
        .path(&machine.project.server())
        .dir(&machine.project.root)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::Project;
    use crate::shell::fake::FakeShell;

    #[test]
    fn the_page_is_named_as_what_checks() {
        let (shell, project) = (FakeShell::default(), Project::made_up());
        let machine = Machine::look(&shell, &project);
        let arguments = ["--only", "direct", BY_PAGE].map(str::to_owned);
        let run = by_page(Cmd::new("judge"), &machine, &arguments);
        let script = "/clone/e2e/accuracy/check.mjs";
        assert_eq!(run.to_string(), format!("judge --page node --page {script} --only direct"));
    }

    #[test]
    fn a_short_restart_is_told_where_nginx_is() {
        let project = Project::made_up();
        let shell = FakeShell::default().has("nginx").says("/fake/bin/nginx", "");
        short_restart(&Machine::look(&shell, &project)).unwrap();
        let told = shell.told();
        assert_eq!(told[0], "cargo build --release --package echoclock-backend");
        let run = told.last().unwrap();
        let start = "/clone/target/xtask/load/release/echoclock-load restart --server \
            /clone/target/release/echoclock --program nginx=/fake/bin/nginx --libraries";
        assert!(run.starts_with(start) && run.ends_with(" --followers 60"), "{run}");
    }

    #[test]
    fn what_is_started_is_built_first() {
        let project = Project::made_up();
        let shell = FakeShell::default();
        short_attacks(&Machine::look(&shell, &project)).unwrap();
        let told = shell.told();
        let load = "/clone/target/xtask/load";
        assert_eq!(
            told,
            [
                "cargo test --locked --package echoclock-load --manifest-path \
                 /clone/load/Cargo.toml --target-dir /clone/target"
                    .to_owned(),
                "cargo build --release --package echoclock-backend".to_owned(),
                format!(
                    "cargo build --release --locked --manifest-path /clone/load/Cargo.toml \
                     --package echoclock-load --target-dir {load}"
                ),
                format!(
                    "{load}/release/echoclock-load attack --server \
                     /clone/target/release/echoclock --short"
                ),
            ]
        );
    }
}
