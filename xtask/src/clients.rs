//! Clients of the field, a program per language, each against a server of its own.

use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use crate::run;
use crate::say;
use crate::server::Server;
use crate::setup::{self, Machine, Need};
use crate::shell::Cmd;

/// What is tried: the language or program, what it takes that may lack, and how it is started.
struct Client {
    name: &'static str,
    wish: Option<Need>,
    start: Cmd,
}

impl Client {
    /// Whether what it takes is not there, and may lack.
    fn is_skipped(&self, machine: &Machine) -> bool {
        self.wish.is_some_and(|wish| !setup::is_there(machine, wish))
    }
}

/// Runs them all against a server that is up to date, and fails if any did.
pub(crate) fn clients(machine: &Machine) -> Result<()> {
    run::build(machine)?;
    let mut failed = Vec::new();
    for client in all(machine) {
        if client.is_skipped(machine) {
            say::step(client.name, "SKIPPED: it is not there");
            continue;
        }
        say::step(client.name, &client.start.to_string());
        if let Err(error) = try_out(machine, client.start) {
            say::step(client.name, &format!("{error:#}"));
            failed.push(client.name);
        }
    }
    ensure!(failed.is_empty(), "some clients do not take part: {}", failed.join(", "));
    Ok(())
}

fn all(machine: &Machine) -> [Client; 4] {
    let home = |name: &str| machine.project.clients().join(name);
    let python = Cmd::at(&setup::PYTHON_CLIENTS.program(machine.project, "python"))
        .arg("main.py")
        .dir(&home("python"));
    let curl = Cmd::new("sh clients.sh").dir(&home("curl"));
    let node = Cmd::new("node --no-warnings main.mjs").dir(&home("node"));
    let java = Cmd::new("java Clients.java").dir(&home("java"));
    [
        Client { name: "python", wish: None, start: python.env("PYTHONDONTWRITEBYTECODE", "1") },
        Client { name: "node", wish: None, start: node },
        Client { name: "java", wish: Some(Need::Java), start: java },
        Client { name: "curl", wish: Some(Need::Curl), start: curl },
    ]
}

/// Runs a program to its end, which is that of the server too.
fn try_out(machine: &Machine, start: Cmd) -> Result<()> {
    let mut server = Server::start(Command::new(machine.project.server()), &[])?;
    let start = start
        .env("ECHOCLOCK_URL", server.address.clone())
        .env("ECHOCLOCK_PID", server.pid().to_string())
        .limit(LIMIT);
    let done = machine.shell.stream(&start).and_then(|()| server.has_stopped());
    done.with_context(|| format!("the server said:\n{}", server.said()))
}

/// How long one program may take.
const LIMIT: Duration = Duration::from_secs(90);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::Project;
    use crate::shell::fake::FakeShell;

    #[test]
    fn what_a_machine_may_lack_is_skipped() {
        let project = Project {
            root: "/clone".into(),
            target: "/clone/target".into(),
            cargo_root: "/cargo".into(),
            wasm_bindgen: String::new(),
        };
        let java = || FakeShell::default().says("java --version", "openjdk 21 2023-09-19");
        for (shell, skipped) in [
            (FakeShell::default(), vec!["java", "curl"]),
            (FakeShell::default().has("curl"), vec!["java"]),
            (java().has("curl"), vec!["java"]), // without a compiler
            (java().says("java --list-modules", "jdk.compiler@21"), vec!["curl"]),
        ] {
            let machine = Machine::look(&shell, &project);
            let those = all(&machine).into_iter().filter(|client| client.is_skipped(&machine));
            assert_eq!(those.map(|client| client.name).collect::<Vec<_>>(), skipped);
        }
    }
}
