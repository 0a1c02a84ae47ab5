//! Programs of Debian's packages that are unpacked and never installed, so that no service starts.

use std::path::{Path, PathBuf};

use super::{Machine, Way};
use crate::shell::{Cmd, Shell};

/// Finds a program where it is given, else where it usually is, else below the folder that its package is
/// unpacked to; `file` is where a package has it. What was unpacked starts only where the libraries are
/// that it needs, so each is asked whether it does.
pub(super) fn find(
    shell: &dyn Shell,
    given: Option<String>,
    file: &str,
    folder: &Path,
    asked: impl Fn(&Path) -> Cmd,
) -> Option<String> {
    let name = Path::new(file).file_name()?.to_str()?;
    let shown = |path: PathBuf| path.display().to_string();
    let candidates = [
        given,
        shell.which(name).map(shown),
        Some(format!("/{file}")),
        Some(shown(folder.join(file))),
    ];
    let starts =
        |program: &String| shell.ask(&asked(Path::new(program))).is_some_and(|answer| answer.ok);
    candidates.into_iter().flatten().find(starts)
}

/// Returns where a variable says that a program is.
pub(super) fn given(variable: &str) -> Option<String> {
    std::env::var(variable).ok().filter(|value| !value.is_empty())
}

/// Returns how packages are had: by a script that fetches and unpacks them in their folder.
pub(super) fn ways(machine: &Machine, folder: &Path, script: &str) -> Vec<Way> {
    if !machine.facts.debian {
        return Vec::new();
    }
    let update = machine.facts.root.then(|| Cmd::new("apt-get update"));
    let unpack =
        [Cmd::new("mkdir --parents").path(folder), Cmd::new("sh -c").arg(script).dir(folder)];
    vec![Way::Commands(update.into_iter().chain(unpack).collect())]
}

/// Returns a script for [`ways`] that fetches packages with those that they need, and unpacks them.
///
/// Apt itself knows what the machine lacks; as it only downloads, it needs no rights for it. The packages of
/// an attempt before may be of another version.
pub(super) fn with_libraries(packages: &str) -> String {
    format!(
        "rm --force -- *.deb && mkdir --parents partial && apt-get install --download-only --yes \
         --no-install-recommends -o Dir::Cache::archives=\"$PWD\" -o Debug::NoLocking=1 \
         -o APT::Sandbox::User=root {packages} && \
         for package in *.deb; do dpkg --extract \"$package\" . || exit 1; done"
    )
}

/// Where the libraries are that were unpacked into a folder.
pub(super) fn libraries(folder: &Path) -> PathBuf {
    folder.join("usr/lib").join(format!("{}-linux-gnu", std::env::consts::ARCH))
}
