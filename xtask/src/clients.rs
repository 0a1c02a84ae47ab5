//! Clients of the field, a program per language, each against a server of its own.

use std::fmt::Write;
use std::io::BufRead;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use crate::run;
use crate::say;
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
    let python = Cmd::at(&setup::python(machine.project)).arg("main.py").dir(&home("python"));
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
    let mut server = Server::start(Command::new(machine.project.server()))?;
    let start = start
        .env("ECHOCLOCK_URL", server.address.clone())
        .env("ECHOCLOCK_PID", server.process.id().to_string())
        .limit(LIMIT);
    let done = machine.shell.stream(&start).and_then(|()| server.has_stopped());
    done.with_context(|| format!("the server said:\n{}", server.said()))
}

/// A server on a free port; it is gone when this is dropped.
struct Server {
    process: Child,
    address: String,
    log: Receiver<String>,
}

impl Server {
    fn start(mut program: Command) -> Result<Self> {
        // Nothing of the environment changes the server.
        program.args(["serve", "--listen", "127.0.0.1:0"]).env_clear().env("RUST_LOG", "info");
        program.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut process = program.spawn().context("the server can't be started")?;
        let output = process.stderr.take().context("its log is taken once")?;
        let (sender, log) = channel();
        thread::spawn(move || {
            let lines = std::io::BufReader::new(output).lines().map_while(Result::ok);
            // Read on to the end, so that the server never waits for a reader of its log.
            lines.for_each(|line| drop(sender.send(line)));
        });
        let mut server = Self { process, address: String::new(), log };
        server.address = server.listens()?;
        Ok(server)
    }

    /// Waits for the line that says where it listens.
    fn listens(&self) -> Result<String> {
        let mut said = String::new();
        loop {
            match self.log.recv_timeout(STARTS_WITHIN) {
                Ok(line) => {
                    if let Some((_, address)) = line.split_once("listening on ") {
                        return Ok(address.trim_end_matches('/').to_owned());
                    }
                    let _ = writeln!(said, "    {line}");
                }
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                    bail!("the server does not listen:\n{said}");
                }
            }
        }
    }

    /// Waits for the end that a client has asked for, which has to be an orderly one.
    fn has_stopped(&mut self) -> Result<()> {
        let asked = Instant::now();
        while asked.elapsed() < STOPS_WITHIN {
            if let Some(status) = self.process.try_wait()? {
                ensure!(status.success(), "the server ended with {status}");
                return Ok(());
            }
            thread::sleep(POLL);
        }
        bail!("the server still runs, though it was asked to stop");
    }

    /// Ends it, and returns the last lines of its log.
    fn said(&mut self) -> String {
        self.end();
        let lines: Vec<_> = self.log.iter().collect();
        let last = &lines[lines.len().saturating_sub(LINES)..];
        last.iter().fold(String::new(), |said, line| said + "    " + line + "\n")
    }

    fn end(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end();
    }
}

/// How long one program may take.
const LIMIT: Duration = Duration::from_secs(90);
const STARTS_WITHIN: Duration = Duration::from_secs(20);
/// The server drains within 5 s.
const STOPS_WITHIN: Duration = Duration::from_secs(10);
const POLL: Duration = Duration::from_millis(20);
/// How much of a log helps to see what went wrong.
const LINES: usize = 40;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::Project;
    use crate::shell::fake::FakeShell;

    fn server(script: &str) -> Result<Server> {
        let mut program = Command::new("/bin/sh");
        program.arg("-c").arg(script);
        Server::start(program)
    }

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

    #[test]
    fn a_server_is_known_by_where_it_listens_and_by_its_end() {
        let listening = "echo 'INFO echoclock: listening on http://127.0.0.1:7/' >&2";
        let mut orderly = server(&format!("echo first >&2; {listening}; exit 0")).unwrap();
        assert_eq!(orderly.address, "http://127.0.0.1:7");
        orderly.has_stopped().unwrap();
        let mut failing = server(&format!("{listening}; echo why >&2; exit 3")).unwrap();
        assert!(failing.has_stopped().unwrap_err().to_string().contains("exit status: 3"));
        assert!(failing.said().contains("    why\n"));
        let error = server("echo no port >&2").map(|server| server.address.clone()).unwrap_err();
        assert!(error.to_string().contains("    no port\n"), "{error}");
    }
}
