//! Commands as values, and the one door through which they run.
//!
//! What to run is decided elsewhere, on facts; the tests put a shell that only pretends behind the
//! same trait.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::fmt;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::say::Task;

/// A command line, with what differs from this process's environment and folder.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Cmd {
    program: String,
    args: Vec<String>,
    /// A variable without a value is taken out of the environment.
    envs: Vec<(String, Option<String>)>,
    dir: Option<PathBuf>,
    limit: Option<Duration>,
}

impl Cmd {
    /// Starts from a program and the words of its line; an argument with a space comes by [`Cmd::arg`].
    pub(crate) fn new(line: &str) -> Self {
        let mut words = line.split_whitespace().map(str::to_owned);
        let program = words.next().expect("a command line names its program");
        Self { program, args: words.collect(), envs: Vec::new(), dir: None, limit: None }
    }

    /// Starts from a program's file.
    pub(crate) fn at(program: &Path) -> Self {
        let program = program.display().to_string();
        Self { program, args: Vec::new(), envs: Vec::new(), dir: None, limit: None }
    }

    pub(crate) fn arg(mut self, arg: impl Into<String>) -> Self {
        self.args.push(arg.into());
        self
    }

    pub(crate) fn args<A: Into<String>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    pub(crate) fn path(self, path: &Path) -> Self {
        self.arg(path.display().to_string())
    }

    pub(crate) fn env(mut self, name: &str, value: impl Into<String>) -> Self {
        self.envs.push((name.to_owned(), Some(value.into())));
        self
    }

    pub(crate) fn envs(mut self, envs: &[(&str, &str)]) -> Self {
        self.envs.extend(envs.iter().map(|&(name, value)| (name.to_owned(), Some(value.into()))));
        self
    }

    pub(crate) fn without_env(mut self, name: &str) -> Self {
        self.envs.push((name.to_owned(), None));
        self
    }

    pub(crate) fn dir(mut self, dir: &Path) -> Self {
        self.dir = Some(dir.to_owned());
        self
    }

    /// Ends the command after this long, as a failure.
    pub(crate) fn limit(mut self, limit: Duration) -> Self {
        self.limit = Some(limit);
        self
    }
}

/// The line as a person would type it, the folder left out.
impl fmt::Display for Cmd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, value) in &self.envs {
            if let Some(value) = value {
                write!(f, "{name}={} ", quoted(value))?;
            }
        }
        f.write_str(&quoted(&self.program))?;
        self.args.iter().try_for_each(|arg| write!(f, " {}", quoted(arg)))
    }
}

fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_=+:,./@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) { word.to_owned() } else { format!("'{word}'") }
}

/// What a command said when it was asked.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Answer {
    /// Whether it ended well.
    pub(crate) ok: bool,
    /// Its standard output, trimmed.
    pub(crate) out: String,
}

/// Where commands run.
pub(crate) trait Shell: Sync {
    /// Runs a command for its output; `None` when there is no such program.
    fn ask(&self, cmd: &Cmd) -> Option<Answer>;

    /// Runs a command to its end, showing its last line as the progress of `task`.
    fn run(&self, cmd: &Cmd, task: &Task) -> Result<()>;

    /// Runs a command with its output going to the terminal.
    fn stream(&self, cmd: &Cmd) -> Result<()>;

    /// Finds a program as the commands would.
    fn which(&self, program: &str) -> Option<PathBuf>;
}

/// The machine's own shell, with cargo's folder of programs first on the path.
pub(crate) struct RealShell {
    path: OsString,
}

impl RealShell {
    /// Puts `bin` before what `PATH` holds.
    pub(crate) fn with_first(bin: &Path) -> Result<Self> {
        let old = std::env::var_os("PATH").unwrap_or_default();
        let all = std::iter::once(bin.to_owned()).chain(std::env::split_paths(&old));
        Ok(Self { path: std::env::join_paths(all).context("the PATH can't be extended")? })
    }

    /// The command as the standard library wants it.
    pub(crate) fn command(&self, cmd: &Cmd) -> Command {
        let mut command = Command::new(&cmd.program);
        command.args(&cmd.args).env("PATH", &self.path);
        for (name, value) in &cmd.envs {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        if let Some(dir) = &cmd.dir {
            command.current_dir(dir);
        }
        command
    }
}

impl Shell for RealShell {
    fn ask(&self, cmd: &Cmd) -> Option<Answer> {
        let output = self.command(cmd).stdin(Stdio::null()).output().ok()?;
        let out = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        Some(Answer { ok: output.status.success(), out })
    }

    fn run(&self, cmd: &Cmd, task: &Task) -> Result<()> {
        // One pipe for both outputs keeps their lines in order.
        let (reader, writer) = std::io::pipe()?;
        let mut command = self.command(cmd);
        command.stdin(Stdio::null()).stdout(writer.try_clone()?).stderr(writer);
        // A tool's own frames would push its message out of what is shown.
        command.env_remove("RUST_BACKTRACE");
        let started = command.spawn().with_context(|| format!("`{cmd}` can't be started"));
        // The command keeps the pipe's other end, and with it the pipe would never end.
        drop(command);
        let mut child = started?;
        let lines = lines_of(reader);
        let mut tail = Tail::default();
        let status = follow(&mut child, &lines, cmd.limit, |line| {
            task.note(&line);
            tail.push(line);
        })?;
        match status {
            Some(status) if status.success() => Ok(()),
            Some(status) => bail!("`{cmd}` failed ({status}):\n{tail}"),
            None => bail!("`{cmd}` took too long and was ended:\n{tail}"),
        }
    }

    fn stream(&self, cmd: &Cmd) -> Result<()> {
        let started = self.command(cmd).spawn();
        let mut child = started.with_context(|| format!("`{cmd}` can't be started"))?;
        match ended(&mut child, cmd.limit)? {
            Some(status) if status.success() => Ok(()),
            Some(status) => bail!("`{cmd}` failed ({status})"),
            None => bail!("`{cmd}` took too long and was ended"),
        }
    }

    fn which(&self, program: &str) -> Option<PathBuf> {
        std::env::split_paths(&self.path).map(|dir| dir.join(program)).find(|file| file.is_file())
    }
}

/// Everything that is printed, line by line.
fn lines_of(from: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        for line in BufReader::new(from).split(b'\n').map_while(Result::ok) {
            let text = String::from_utf8_lossy(&line);
            // A progress bar redraws its line with carriage returns; its last state is what counts.
            let shown = text.trim_end().rsplit('\r').next().unwrap_or_default();
            if !shown.is_empty() && sender.send(shown.to_owned()).is_err() {
                return;
            }
        }
    });
    receiver
}

/// Waits for the child's end, passing its lines on; `None` when the limit passed first.
fn follow(
    child: &mut Child,
    lines: &Receiver<String>,
    limit: Option<Duration>,
    mut each: impl FnMut(String),
) -> Result<Option<ExitStatus>> {
    let started = Instant::now();
    loop {
        match lines.recv_timeout(POLL) {
            Ok(line) => each(line),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return Ok(Some(child.wait()?)),
        }
        if limit.is_some_and(|limit| started.elapsed() > limit) {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
    }
}

/// Waits for the child's end; `None` when the limit passed first.
fn ended(child: &mut Child, limit: Option<Duration>) -> Result<Option<ExitStatus>> {
    let Some(limit) = limit else { return Ok(Some(child.wait()?)) };
    let started = Instant::now();
    while started.elapsed() < limit {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        thread::sleep(POLL);
    }
    child.kill()?;
    child.wait()?;
    Ok(None)
}

/// The last lines of an output, as many as help to see what went wrong.
#[derive(Default)]
struct Tail(VecDeque<String>);

impl Tail {
    fn push(&mut self, line: String) {
        if self.0.len() == TAIL_LINES {
            self.0.pop_front();
        }
        self.0.push_back(line);
    }
}

impl fmt::Display for Tail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|line| writeln!(f, "    {line}"))
    }
}

/// How often a limit is looked at.
const POLL: Duration = Duration::from_millis(100);
const TAIL_LINES: usize = 60;

#[cfg(test)]
pub(crate) mod fake;

#[cfg(test)]
mod tests {
    use super::*;

    fn real() -> RealShell {
        RealShell::with_first(Path::new("/nowhere")).unwrap()
    }

    #[test]
    fn a_command_reads_as_a_person_would_type_it() {
        let cmd = Cmd::new("apt-get install")
            .arg("a b")
            .env("LIST", "x y")
            .without_env("GONE")
            .arg("c=1")
            .arg("$(x)");
        assert_eq!(cmd.to_string(), "LIST='x y' apt-get install 'a b' c=1 '$(x)'");
    }

    #[test]
    fn asking_tells_output_failure_and_absence_apart() {
        let shell = real();
        let said = shell.ask(&Cmd::new("sh -c").arg("echo yes; echo no >&2"));
        assert_eq!(said, Some(Answer { ok: true, out: "yes".to_owned() }));
        assert_eq!(shell.ask(&Cmd::new("sh -c").arg("exit 3")).map(|a| a.ok), Some(false));
        assert_eq!(shell.ask(&Cmd::new("no-such-program-here")), None);
    }

    #[test]
    fn a_failure_carries_the_last_lines_of_both_outputs() {
        let cmd = Cmd::new("sh -c")
            .arg("for i in $(seq 100); do echo line $i; done; echo why >&2; exit 7");
        let error = real().run(&cmd, &Task::quiet()).unwrap_err().to_string();
        assert!(error.contains("exit status: 7"), "{error}");
        assert!(error.contains("    line 100\n") && error.contains("    why\n"), "{error}");
        assert!(!error.contains("line 12\n"), "{error}");
    }

    #[test]
    fn a_command_past_its_limit_is_ended() {
        let cmd = Cmd::new("sleep 600").limit(Duration::from_millis(50));
        for ended in [real().run(&cmd, &Task::quiet()), real().stream(&cmd)] {
            let error = ended.unwrap_err().to_string();
            assert!(error.contains("took too long"), "{error}");
        }
    }
}
