//! Which toolchain builds for the browser, and how that is known.

use std::path::{Path, PathBuf};

use crate::shell::{Cmd, Shell};

/// The browser's instruction set, as the compiler calls it.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// The toolchain made of Debian's packages, as rustup is told to call it.
pub(crate) const DEBIAN_TOOLCHAIN: &str = "debian-web";

/// The note beside a library built here, of the compiler that it fits.
///
/// An update of the toolchain leaves such a library lying, and the new compiler refuses it.
pub(crate) const BUILT_FOR: &str = "built-for";

/// Which toolchain builds for the browser.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Toolchain {
    /// The one that builds everything else.
    Active,
    /// Debian's, beside it.
    Debian,
}

impl Toolchain {
    /// What a command that builds for the browser needs in its environment.
    pub(crate) fn envs(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Active => &[],
            Self::Debian => &[("RUSTUP_TOOLCHAIN", DEBIAN_TOOLCHAIN)],
        }
    }
}

/// Finds the toolchain that has the target, the active one first.
pub(crate) fn wasm_toolchain(shell: &dyn Shell) -> Option<Toolchain> {
    [Toolchain::Active, Toolchain::Debian]
        .into_iter()
        .find(|toolchain| has_target(shell, *toolchain))
}

fn has_target(shell: &dyn Shell, toolchain: Toolchain) -> bool {
    let ask = |cmd: Cmd| {
        let answer = shell.ask(&cmd.envs(toolchain.envs()))?;
        answer.ok.then_some(answer.out)
    };
    // Asked by an unknown name, rustup would try to install a toolchain of that name.
    if toolchain == Toolchain::Debian {
        let known = shell.ask(&Cmd::new("rustup toolchain list")).unwrap_or_default().out;
        if !known.lines().any(|line| line.split_whitespace().next() == Some(DEBIAN_TOOLCHAIN)) {
            return false;
        }
    }
    let libdir =
        ask(Cmd::new("rustc --print target-libdir --target").arg(TARGET)).map(PathBuf::from);
    let Some((libdir, rustc)) = libdir.zip(ask(Cmd::new("rustc --version"))) else { return false };
    holds_core(&libdir) && fits(&libdir, &rustc)
}

fn holds_core(libdir: &Path) -> bool {
    let Ok(entries) = libdir.read_dir() else { return false };
    entries.flatten().any(|entry| {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        name.starts_with("libcore-") && name.ends_with(".rlib")
    })
}

/// Whether a library built here was built for this compiler; rustup's own always fits.
fn fits(libdir: &Path, rustc: &str) -> bool {
    let note = libdir.parent().map(|dir| dir.join(BUILT_FOR));
    note.and_then(|note| std::fs::read_to_string(note).ok())
        .is_none_or(|built| built.trim() == rustc)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::shell::fake::FakeShell;
    use crate::tests::TempDir;

    /// A library folder as a toolchain has it, with a note or without.
    fn library(built_for: Option<&str>) -> TempDir {
        let dir = TempDir::new();
        fs::create_dir_all(dir.path().join("lib")).unwrap();
        fs::write(dir.path().join("lib/libcore-1f.rlib"), "").unwrap();
        if let Some(rustc) = built_for {
            fs::write(dir.path().join(BUILT_FOR), rustc).unwrap();
        }
        dir
    }

    #[test]
    fn a_library_counts_when_it_fits_the_compiler() {
        for (built_for, found) in [
            (None, Some(Toolchain::Active)),
            (Some("rustc 1.95.0 (x)\n"), Some(Toolchain::Active)),
            (Some("rustc 1.94.0 (x)\n"), None),
        ] {
            let dir = library(built_for);
            let libdir = dir.path().join("lib").display().to_string();
            let shell = FakeShell::default()
                .says("rustc --print target-libdir", &libdir)
                .says("rustc --version", "rustc 1.95.0 (x)");
            assert_eq!(wasm_toolchain(&shell), found, "{built_for:?}");
        }
    }

    #[test]
    fn an_empty_library_folder_does_not_count() {
        let dir = TempDir::new();
        let shell = FakeShell::default()
            .says("rustc --print target-libdir", &dir.path().display().to_string())
            .says("rustc --version", "rustc 1.95.0 (x)");
        assert_eq!(wasm_toolchain(&shell), None);
    }

    #[test]
    fn debians_toolchain_counts_only_where_rustup_knows_it() {
        let dir = library(None);
        let libdir = dir.path().join("lib").display().to_string();
        let shell = |toolchains: &str| {
            FakeShell::default()
                .says("rustc --print target-libdir", "/nowhere")
                .says("RUSTUP_TOOLCHAIN=debian-web rustc --print target-libdir", &libdir)
                .says("RUSTUP_TOOLCHAIN=debian-web rustc --version", "rustc 1.96.0 (x)")
                .says("rustup toolchain list", toolchains)
        };
        assert_eq!(wasm_toolchain(&shell("stable (active)\n")), None);
        let linked = shell("stable (active)\ndebian-web\n");
        assert_eq!(wasm_toolchain(&linked), Some(Toolchain::Debian));
        assert_eq!(Toolchain::Debian.envs(), [("RUSTUP_TOOLCHAIN", "debian-web")]);
    }
}
