//! nginx, which the journeys put before the server. It is unpacked and never installed, so that no
//! service starts.

use std::path::{Path, PathBuf};

use super::{Found, Machine, Step, Way, unpacked};
use crate::project::Project;
use crate::shell::{Cmd, Shell};

/// Finds nginx by `NGINX`, else where it usually is, else where this set-up puts it.
pub(crate) fn nginx(shell: &dyn Shell, project: &Project) -> Option<String> {
    find(shell, project, unpacked::given("NGINX"))
}

fn find(shell: &dyn Shell, project: &Project, given: Option<String>) -> Option<String> {
    let asked = |program: &Path| Cmd::at(program).arg("-v");
    unpacked::find(shell, given, "usr/sbin/nginx", &folder(project), asked)
}

fn folder(project: &Project) -> PathBuf {
    project.work().join("nginx")
}

pub(crate) struct NginxStep;

impl Step for NginxStep {
    fn name(&self) -> &'static str {
        "nginx"
    }

    fn find(&self, machine: &Machine) -> Found {
        match nginx(machine.shell, machine.project) {
            Some(program) => Found::There(program),
            None => Found::Missing("is not there".to_owned()),
        }
    }

    fn ways(&self, machine: &Machine) -> Vec<Way> {
        unpacked::ways(machine, &folder(machine.project), UNPACK)
    }

    fn by_hand(&self, machine: &Machine) -> String {
        if machine.facts.debian {
            "sudo apt-get install nginx-light (which starts it as a service), or set NGINX to its \
             program"
                .to_owned()
        } else {
            "install nginx, or set NGINX to its program".to_owned()
        }
    }
}

/// The package of an attempt before may be of another version.
const UNPACK: &str = "rm --force -- *.deb && apt-get download nginx && dpkg --extract *.deb .";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::setup::machine::Facts;
    use crate::shell::fake::FakeShell;

    #[test]
    fn the_first_that_starts_is_taken() {
        let unpacked = "/clone/target/xtask/nginx/usr/sbin/nginx";
        let found = |working: &[&str], given: Option<&str>| {
            let shell = FakeShell::default().has("nginx");
            let shell = working.iter().fold(shell, |shell, program| shell.says(program, ""));
            find(&shell, &Project::made_up(), given.map(str::to_owned))
        };
        for (working, given, expected) in [
            (&[][..], None, None),
            (&[unpacked], None, Some(unpacked)),
            (&["/usr/sbin/nginx", unpacked], None, Some("/usr/sbin/nginx")),
            (&["/fake/bin/nginx", "/usr/sbin/nginx"], None, Some("/fake/bin/nginx")),
            (&["/my/nginx", "/fake/bin/nginx"], Some("/my/nginx"), Some("/my/nginx")),
            (&["/fake/bin/nginx"], Some("/my/nginx"), Some("/fake/bin/nginx")),
        ] {
            assert_eq!(found(working, given).as_deref(), expected, "{working:?} {given:?}");
        }
    }

    #[test]
    fn it_is_unpacked_and_not_installed() {
        let (shell, project) = (FakeShell::default(), Project::made_up());
        let ways = |debian, root| {
            let facts = Facts { debian, root, ..Facts::default() };
            let machine = Machine { shell: &shell, project: &project, facts };
            NginxStep.ways(&machine).iter().map(Way::words).collect::<Vec<_>>()
        };
        let unpack = "mkdir --parents /clone/target/xtask/nginx && sh -c 'rm --force -- *.deb && \
            apt-get download nginx && dpkg --extract *.deb .'";
        assert_eq!(ways(true, true), [format!("apt-get update && {unpack}")]);
        assert_eq!(ways(true, false), [unpack]);
        assert_eq!(ways(false, true), Vec::<String>::new());
    }
}
