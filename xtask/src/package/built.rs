//! The server that is packed.

use std::path::PathBuf;

use anyhow::Result;

use crate::page;
use crate::say::{self, Task};
use crate::setup::Machine;
use crate::shell::Cmd;

/// A server that was built to be packed.
pub(super) struct Built {
    /// For which target.
    pub(super) target: String,
    /// The program, in the folder of all that was built for it.
    pub(super) program: PathBuf,
}

/// Builds the server with the page in it, linked statically, so that it starts on every Linux.
pub(super) fn build(machine: &Machine) -> Result<Built> {
    page::build(machine, None)?;
    let target = target(machine);
    let build = Cmd::new("cargo build --release --package echoclock-backend --target")
        .arg(&target)
        // Given for its target alone, so that what runs while it is built is built as ever.
        .env(&format!("CARGO_TARGET_{}_RUSTFLAGS", variable(&target)), STATIC)
        .dir(&machine.project.root);
    let task = Task::start("server", &build.to_string());
    machine.shell.run(&build, &task)?;
    task.done();
    let program = machine.project.target.join(&target).join("release/echoclock");
    Ok(Built { target, program })
}

/// Returns the target of packages: that of musl where the toolchain has it.
///
/// The other one comes with every toolchain. Linked statically its library finds names by parts of itself
/// that it loads, which are elsewhere of another version, so with it `echoclock check` may know no names; to
/// serve takes none.
fn target(machine: &Machine) -> String {
    let arch = std::env::consts::ARCH;
    let musl = format!("{arch}-unknown-linux-musl");
    if machine.facts.sysroot.join("lib/rustlib").join(&musl).join("lib").is_dir() {
        return musl;
    }
    say::step(
        "server",
        &format!("built for GNU's library: for one to pass on, `rustup target add {musl}` first"),
    );
    format!("{arch}-unknown-linux-gnu")
}

fn variable(target: &str) -> String {
    target.replace('-', "_").to_uppercase()
}

const STATIC: &str = "-C target-feature=+crt-static";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::Project;
    use crate::shell::fake::FakeShell;
    use crate::tests::TempDir;

    #[test]
    fn the_target_is_that_of_musl_where_it_is_there() {
        let (shell, project, sysroot) = (FakeShell::default(), Project::made_up(), TempDir::new());
        let mut machine = Machine::look(&shell, &project);
        machine.facts.sysroot = sysroot.path().to_owned();
        let arch = std::env::consts::ARCH;
        assert_eq!(target(&machine), format!("{arch}-unknown-linux-gnu"));
        let musl = format!("{arch}-unknown-linux-musl");
        std::fs::create_dir_all(sysroot.path().join("lib/rustlib").join(&musl).join("lib"))
            .unwrap();
        assert_eq!(target(&machine), musl);
        assert_eq!(variable("x86_64-unknown-linux-musl"), "X86_64_UNKNOWN_LINUX_MUSL");
    }
}
