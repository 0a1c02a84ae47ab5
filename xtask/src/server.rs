//! The finished server, as the parts of the tests start it.

use std::fmt::Write;
use std::io::BufRead;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

/// A server on a free port; it is gone when this is dropped.
pub(crate) struct Server {
    process: Child,
    pub(crate) address: String,
    log: Receiver<String>,
}

impl Server {
    pub(crate) fn start(mut program: Command, flags: &[&str]) -> Result<Self> {
        // Nothing of the environment changes the server.
        program
            .args(["serve", "--listen", "127.0.0.1:0"])
            .args(flags)
            .env_clear()
            .env("ECHOCLOCK_LOG_LEVEL", "info");
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

    pub(crate) fn pid(&self) -> u32 {
        self.process.id()
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
    pub(crate) fn has_stopped(&mut self) -> Result<()> {
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
    pub(crate) fn said(&mut self) -> String {
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

const STARTS_WITHIN: Duration = Duration::from_secs(20);
/// The server drains within 5 s.
const STOPS_WITHIN: Duration = Duration::from_secs(10);
const POLL: Duration = Duration::from_millis(20);
/// How much of a log helps to see what went wrong.
const LINES: usize = 40;

#[cfg(test)]
mod tests {
    use super::*;

    fn server(script: &str) -> Result<Server> {
        let mut program = Command::new("/bin/sh");
        program.arg("-c").arg(script);
        Server::start(program, &[])
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
