//! Programs that end with what has started them, however that ends.
//!
//! The kernel's own signal for it is asked for by the program itself before it is what it is to be: this
//! program starts itself again, asks, and becomes the other.

use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use clap::Args;
use rustix::process::{Pid, Signal, getppid, set_parent_process_death_signal};

/// What to become, and for whom.
#[derive(Args, Clone, Debug)]
pub(crate) struct Tied {
    /// The process that started this one: where it is another, the first has ended already
    parent: i32,
    /// The program and its arguments
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, required = true)]
    words: Vec<OsString>,
}

/// Returns a command that runs the same program, with the same arguments and variables, and that is sent
/// a SIGTERM when the thread that starts it ends.
///
/// # Errors
///
/// Where this program's own file is not known.
pub(crate) fn tied(command: &Command) -> Result<Command> {
    let this = std::env::current_exe().context("this program's file is not known")?;
    let mut tied = Command::new(this);
    tied.arg(ORDER).arg(std::process::id().to_string());
    tied.arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => tied.env(name, value),
            None => tied.env_remove(name),
        };
    }
    Ok(tied)
}

/// Becomes the program; comes back where that failed.
pub(crate) fn become_it(tied: &Tied) -> Result<()> {
    end_with_parent()?;
    let parent = getppid().map(Pid::as_raw_pid);
    ensure!(parent == Some(tied.parent), "what was to start it has ended");
    let (program, arguments) = tied.words.split_first().context("no program was named")?;
    Err(Command::new(program).args(arguments).exec())
        .with_context(|| format!("{} can't be started", program.display()))
}

/// Has this process be sent a SIGTERM when what has started it ends.
pub(crate) fn end_with_parent() -> Result<()> {
    set_parent_process_death_signal(Some(Signal::TERM)).context("the kernel tells no ends")
}

/// The name of the order that [`become_it`] obeys.
pub(crate) const ORDER: &str = "tied";
