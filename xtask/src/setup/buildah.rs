//! buildah, which makes images of containers without a daemon. It is unpacked and never installed.

use std::path::{Path, PathBuf};

use super::{Found, Machine, Step, Way, unpacked};
use crate::project::Project;
use crate::shell::{Cmd, Shell};

/// Returns how buildah is started: that of `BUILDAH`, else where it usually is, else where this set-up puts
/// it.
pub(crate) fn buildah(shell: &dyn Shell, project: &Project) -> Option<Cmd> {
    let started = |program: &Path| {
        let libraries = unpacked::libraries(&folder(project)).display().to_string();
        Cmd::at(program).env("LD_LIBRARY_PATH", libraries)
    };
    let asked = |program: &Path| started(program).arg("--version");
    let given = unpacked::given("BUILDAH");
    let found = unpacked::find(shell, given, "usr/bin/buildah", &folder(project), asked)?;
    Some(started(Path::new(&found)))
}

fn folder(project: &Project) -> PathBuf {
    project.work().join("buildah")
}

pub(super) struct BuildahStep;

impl Step for BuildahStep {
    fn name(&self) -> &'static str {
        "buildah"
    }

    fn find(&self, machine: &Machine) -> Found {
        let found = buildah(machine.shell, machine.project);
        let answer = found.and_then(|buildah| machine.shell.ask(&buildah.arg("--version")));
        match answer {
            Some(answer) => Found::There(answer.out),
            None => Found::Missing("is not there".to_owned()),
        }
    }

    fn ways(&self, machine: &Machine) -> Vec<Way> {
        let script = unpacked::with_libraries("buildah");
        unpacked::ways(machine, &folder(machine.project), &script)
    }

    fn by_hand(&self, machine: &Machine) -> String {
        if machine.facts.debian {
            "sudo apt-get install buildah, or set BUILDAH to its program".to_owned()
        } else {
            "install buildah (it runs on Linux), or set BUILDAH to its program".to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::setup::machine::Facts;
    use crate::shell::fake::FakeShell;

    #[test]
    fn it_is_unpacked_with_its_libraries_and_found_there() {
        let project = Project::made_up();
        let unpacked = "/clone/target/xtask/buildah/usr/bin/buildah";
        let libraries = unpacked::libraries(&folder(&project)).display().to_string();
        let start = format!("LD_LIBRARY_PATH={libraries} {unpacked}");
        let shell = FakeShell::default().says(&start, "buildah version 1.28.2");
        let facts = Facts { debian: true, root: true, ..Facts::default() };
        let machine = Machine { shell: &shell, project: &project, facts };
        assert_eq!(BuildahStep.find(&machine), Found::There("buildah version 1.28.2".to_owned()));
        assert_eq!(buildah(&shell, &project).map(|cmd| cmd.to_string()), Some(start));
        let words = BuildahStep.ways(&machine).iter().map(Way::words).collect::<Vec<_>>();
        assert!(words.concat().contains("--download-only"), "{words:?}");
        let nothing = FakeShell::default();
        let machine = Machine { shell: &nothing, project: &project, facts: Facts::default() };
        assert!(matches!(BuildahStep.find(&machine), Found::Missing(_)));
        assert!(BuildahStep.ways(&machine).is_empty());
    }
}
