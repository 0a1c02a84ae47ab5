//! What is known of the machine before anything is decided.

use std::fs;
use std::path::PathBuf;

use crate::project::Project;
use crate::shell::{Cmd, Shell};

/// The machine: its shell, the project on it, and the facts that decisions rest on.
pub(crate) struct Machine<'a> {
    /// Where commands run.
    pub(crate) shell: &'a dyn Shell,
    /// The checkout.
    pub(crate) project: &'a Project,
    /// What was seen.
    pub(crate) facts: Facts,
}

/// What decides which ways are open.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Facts {
    /// The active compiler as it names itself, such as `rustc 1.95.0 (59807616e 2026-04-14)`.
    pub(crate) rustc: String,
    /// Where the active toolchain lies.
    pub(crate) sysroot: PathBuf,
    /// Whether rustup rules the toolchains.
    pub(crate) rustup: bool,
    /// Whether this is Debian or a derivative, with apt.
    pub(crate) debian: bool,
    /// Whether system packages can be installed.
    pub(crate) root: bool,
    /// Whether `cargo-binstall` fetches finished programs.
    pub(crate) binstall: bool,
    /// A copy of the active compiler's standard library, as source, beside the checkout.
    pub(crate) std_copy: Option<PathBuf>,
}

impl Facts {
    /// The active compiler's version alone, such as `1.95.0`.
    pub(crate) fn release(&self) -> &str {
        self.rustc.split_whitespace().nth(1).unwrap_or_default()
    }
}

impl<'a> Machine<'a> {
    /// Looks around.
    pub(crate) fn look(shell: &'a dyn Shell, project: &'a Project) -> Self {
        let ask =
            |line| shell.ask(&Cmd::new(line)).filter(|answer| answer.ok).map(|answer| answer.out);
        let os = fs::read_to_string("/etc/os-release").unwrap_or_default();
        let mut facts = Facts {
            rustc: ask("rustc --version").unwrap_or_default(),
            sysroot: ask("rustc --print sysroot").unwrap_or_default().into(),
            rustup: shell.which("rustup").is_some(),
            debian: is_debian(&os) && shell.which("apt-get").is_some(),
            root: ask("id -u").is_some_and(|id| id == "0"),
            binstall: shell.which("cargo-binstall").is_some(),
            std_copy: None,
        };
        let copy = format!("../shared/rust-library-{}.tar.xz", facts.release());
        facts.std_copy = Some(project.root.join(copy)).filter(|copy| copy.is_file());
        Self { shell, project, facts }
    }
}

/// Whether an `/etc/os-release` is Debian's or a derivative's.
fn is_debian(os_release: &str) -> bool {
    os_release
        .lines()
        .filter_map(|line| line.strip_prefix("ID=").or_else(|| line.strip_prefix("ID_LIKE=")))
        .flat_map(|value| value.trim_matches('"').split_whitespace())
        .any(|id| id == "debian")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debian_and_its_derivatives_are_recognised() {
        for (os_release, debian) in [
            ("PRETTY_NAME=\"Debian GNU/Linux 12\"\nID=debian\n", true),
            ("ID=ubuntu\nID_LIKE=debian\n", true),
            ("ID=mint\nID_LIKE=\"ubuntu debian\"\n", true),
            ("ID=fedora\nVARIANT=debian\n", false),
            ("", false),
        ] {
            assert_eq!(is_debian(os_release), debian, "{os_release}");
        }
    }

    #[test]
    fn the_release_is_the_second_word() {
        let facts = |rustc: &str| Facts { rustc: rustc.to_owned(), ..Facts::default() };
        assert_eq!(facts("rustc 1.95.0 (59807616e 2026-04-14)").release(), "1.95.0");
        assert_eq!(facts("").release(), "");
    }
}
