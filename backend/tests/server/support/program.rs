//! The program as a process of its own.

use std::process::Stdio;

use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStderr, Command};

use super::PATIENCE;

/// Where it is.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_echoclock");

/// The program itself, ended at the latest with the test.
#[derive(Debug)]
pub(crate) struct Program {
    child: Child,
    log: Lines<BufReader<ChildStderr>>,
}

impl Program {
    pub(crate) fn start(arguments: &[&str]) -> Self {
        Self::start_by(Command::new(PROGRAM).arg("serve").args(arguments))
    }

    /// Starts it by a command that leads to it.
    pub(crate) fn start_by(command: &mut Command) -> Self {
        let mut child = command
            .env_remove("ECHOCLOCK_LOG_LEVEL")
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("the program starts");
        let log = child.stderr.take().expect("its errors are piped");
        Self { child, log: BufReader::new(log).lines() }
    }

    /// Reads the log up to a line with `word`.
    pub(crate) async fn until_logged(&mut self, word: &str) -> String {
        let line = async {
            loop {
                let line = self.log.next_line().await.expect("text").expect("the log goes on");
                if line.contains(word) {
                    return line;
                }
            }
        };
        tokio::time::timeout(PATIENCE, line).await.expect(word)
    }

    /// Returns the address that the log tells, without a slash at its end.
    pub(crate) async fn address(&mut self) -> String {
        let line = self.until_logged("listening on http://").await;
        let (_, address) = line.split_once("http://").expect("the line was chosen for it");
        address.trim_end_matches('/').to_owned()
    }

    pub(crate) async fn signal(&self, name: &str) {
        let id = self.child.id().expect("the program runs").to_string();
        let sent = Command::new("kill").args(["-s", name, &id]).status().await;
        assert!(sent.expect("kill is there").success());
    }

    pub(crate) async fn exit_code(mut self) -> Option<i32> {
        let exited = tokio::time::timeout(PATIENCE, self.child.wait()).await;
        exited.expect("the program ends").expect("its status is known").code()
    }
}
