//! A program that is started as a container or a service has it: with a folder as its root that it can't
//! write to, as a user without rights, and with nothing else in its environment.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::setup::Machine;

/// Where and as whom programs are started.
#[derive(Clone, Debug)]
pub(super) struct Rooted {
    /// The folder that is their root.
    pub(super) root: PathBuf,
    /// The user and the group, as numbers, such as `65532:65532`.
    pub(super) user: String,
    /// Their whole environment.
    pub(super) variables: Vec<(String, String)>,
    chroot: PathBuf,
}

impl Rooted {
    pub(super) fn new(
        machine: &Machine,
        root: &Path,
        user: &str,
        variables: Vec<(String, String)>,
    ) -> Result<Self> {
        let chroot = machine.shell.which("chroot");
        let chroot = chroot.unwrap_or_else(|| "/usr/sbin/chroot".into());
        let root = root.canonicalize().with_context(|| format!("there is no {root:?}"))?;
        Ok(Self { root, user: user.to_owned(), variables, chroot })
    }

    /// Returns what starts a program, whose words these are.
    ///
    /// It takes the place of what prepares it, so that the process is its own.
    pub(super) fn command(&self, words: &[String]) -> Command {
        let mut command = Command::new("unshare");
        command.args(["--mount", "sh", "-c", SCRIPT]).arg(&self.root);
        command.args(self.variables.iter().map(|(name, value)| format!("{name}={value}")));
        command.arg(&self.chroot).arg(format!("--userspec={}", self.user)).arg("--groups=");
        command.arg(&self.root).args(words);
        command
    }
}

/// Makes a folder read-only, for itself and what it becomes alone, puts those devices into it that every
/// container has, and becomes what follows.
const SCRIPT: &str = "mkdir -p \"$0/dev\" && mount --bind \"$0\" \"$0\" && \
    mount -o remount,bind,ro \"$0\" && mount -t tmpfs tmpfs \"$0/dev\" || exit; \
    for device in null zero full random urandom; do \
    : > \"$0/dev/$device\" && mount --bind \"/dev/$device\" \"$0/dev/$device\" || exit; \
    done; exec env -i \"$@\"";
