//! A shell that only pretends: it answers from a table and writes down what it was told.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use anyhow::{Result, bail};

use super::{Answer, Cmd, Shell};
use crate::say::Task;

/// Answers by the beginning of a command's line; the latest fitting entry counts.
#[derive(Default)]
pub(crate) struct FakeShell {
    answers: Vec<(String, Answer)>,
    programs: Vec<String>,
    failing: Vec<String>,
    told: Mutex<Vec<String>>,
}

impl FakeShell {
    /// Says `out` to the commands that begin so.
    pub(crate) fn says(mut self, beginning: &str, out: &str) -> Self {
        let answer = Answer { ok: true, out: out.to_owned() };
        self.answers.push((beginning.to_owned(), answer));
        self
    }

    /// Has this program on its path.
    pub(crate) fn has(mut self, program: &str) -> Self {
        self.programs.push(program.to_owned());
        self
    }

    /// Fails the commands that begin so.
    pub(crate) fn fails(mut self, beginning: &str) -> Self {
        self.failing.push(beginning.to_owned());
        self
    }

    /// What was run, in order.
    pub(crate) fn told(&self) -> Vec<String> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Shell for FakeShell {
    fn ask(&self, cmd: &Cmd) -> Option<Answer> {
        let line = cmd.to_string();
        let fits = |(beginning, _): &&(String, Answer)| line.starts_with(beginning.as_str());
        self.answers.iter().rev().find(fits).map(|(_, answer)| answer.clone())
    }

    fn run(&self, cmd: &Cmd, _: &Task) -> Result<()> {
        self.stream(cmd)
    }

    fn stream(&self, cmd: &Cmd) -> Result<()> {
        let line = cmd.to_string();
        self.told.lock().unwrap_or_else(PoisonError::into_inner).push(line.clone());
        if self.failing.iter().any(|beginning| line.starts_with(beginning)) {
            bail!("`{line}` failed, as the test has it");
        }
        Ok(())
    }

    fn which(&self, program: &str) -> Option<PathBuf> {
        let named = self.programs.iter().any(|known| known == program);
        named.then(|| PathBuf::from("/fake/bin").join(program))
    }
}
