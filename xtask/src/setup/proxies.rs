//! The proxies that labelled paths are made of, beside nginx. They are unpacked with the libraries that
//! they need and never installed, so that no service starts.

use std::path::{Path, PathBuf};

use super::{Found, Machine, Step, Way, unpacked};
use crate::project::Project;
use crate::shell::{Cmd, Shell};

/// A proxy.
struct Proxy {
    /// What it is called, also in labelled paths.
    name: &'static str,
    /// The variable that says where it is.
    variable: &'static str,
    /// Its program's file, below the root that its package is unpacked to.
    file: &'static str,
    /// What shows that it starts, and has what labelled paths take of it. `MODULES` is the folder of
    /// Apache's modules.
    asks: &'static [&'static str],
}

const ALL: [Proxy; 4] = [
    Proxy { name: "caddy", variable: "CADDY", file: "usr/bin/caddy", asks: &["version"] },
    Proxy { name: "haproxy", variable: "HAPROXY", file: "usr/sbin/haproxy", asks: &["-v"] },
    Proxy { name: "apache", variable: "APACHE", file: "usr/sbin/apache2", asks: TRIES_APACHE },
    Proxy { name: "varnish", variable: "VARNISHD", file: "usr/sbin/varnishd", asks: &["-V"] },
];

/// ModSecurity is a package of its own.
const TRIES_APACHE: &[&str] = &[
    "-t",
    "-f",
    "/dev/null",
    "-C",
    "ServerName localhost",
    "-C",
    "ErrorLog /dev/null",
    "-C",
    "LoadModule mpm_event_module MODULES/mod_mpm_event.so",
    "-C",
    "LoadModule unique_id_module MODULES/mod_unique_id.so",
    "-C",
    "LoadModule security2_module MODULES/mod_security2.so",
];

/// Finds each by its variable, else where it usually is, else where this set-up puts it; those that are
/// not there are left out.
pub(crate) fn proxies(shell: &dyn Shell, project: &Project) -> Vec<(&'static str, String)> {
    let found = ALL.iter().filter_map(|proxy| Some((proxy.name, proxy.find(shell, project)?)));
    found.collect()
}

/// Where the libraries are that were unpacked with them.
pub(crate) fn libraries(project: &Project) -> PathBuf {
    unpacked::libraries(&folder(project))
}

impl Proxy {
    fn find(&self, shell: &dyn Shell, project: &Project) -> Option<String> {
        let libraries = libraries(project).display().to_string();
        let asked = |program: &Path| {
            let system = program.ancestors().nth(2).unwrap_or(Path::new("/usr"));
            let modules = system.join("lib/apache2/modules").display().to_string();
            let words = self.asks.iter().map(|word| word.replace("MODULES", &modules));
            Cmd::at(program).args(words).env("LD_LIBRARY_PATH", &libraries)
        };
        unpacked::find(shell, unpacked::given(self.variable), self.file, &folder(project), asked)
    }
}

fn folder(project: &Project) -> PathBuf {
    project.work().join("proxies")
}

pub(super) struct ProxiesStep;

impl Step for ProxiesStep {
    fn name(&self) -> &'static str {
        "proxies"
    }

    fn find(&self, machine: &Machine) -> Found {
        let there: Vec<_> = proxies(machine.shell, machine.project);
        let lacking = ALL.iter().map(|proxy| proxy.name);
        let lacking: Vec<_> =
            lacking.filter(|name| there.iter().all(|(there, _)| there != name)).collect();
        if lacking.is_empty() {
            let programs = there.into_iter().map(|(_, program)| program);
            Found::There(programs.collect::<Vec<_>>().join(", "))
        } else {
            Found::Missing(format!("lacks {}", lacking.join(", ")))
        }
    }

    fn ways(&self, machine: &Machine) -> Vec<Way> {
        let script = unpacked::with_libraries(PACKAGES);
        unpacked::ways(machine, &folder(machine.project), &script)
    }

    fn by_hand(&self, machine: &Machine) -> String {
        let variables = ALL.map(|proxy| proxy.variable).join(", ");
        if machine.facts.debian {
            format!(
                "sudo apt-get install {PACKAGES} (which starts services), or set {variables} to the \
                 programs"
            )
        } else {
            format!(
                "install Caddy, HAProxy, Apache with ModSecurity, and Varnish, or set {variables} to the programs"
            )
        }
    }
}

const PACKAGES: &str = "caddy haproxy apache2-bin libapache2-mod-security2 varnish";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::setup::machine::Facts;
    use crate::shell::fake::FakeShell;

    #[test]
    fn what_is_lacking_is_named() {
        let libraries = libraries(&Project::made_up());
        let env = format!("LD_LIBRARY_PATH={}", libraries.display());
        let found = |programs: &[&str]| {
            let shell = programs.iter().fold(FakeShell::default(), |shell, program| {
                shell.says(&format!("{env} {program}"), "")
            });
            let machine =
                Machine { shell: &shell, project: &Project::made_up(), facts: Facts::default() };
            ProxiesStep.find(&machine)
        };
        let unpacked = |file: &str| format!("/clone/target/xtask/proxies/{file}");
        let (caddy, varnish) = (unpacked("usr/bin/caddy"), unpacked("usr/sbin/varnishd"));
        let all = [caddy.as_str(), "/usr/sbin/haproxy", "/usr/sbin/apache2", varnish.as_str()];
        assert_eq!(found(&all), Found::There(all.join(", ")));
        assert_eq!(found(&all[1..]), Found::Missing("lacks caddy".to_owned()));
        assert_eq!(found(&all[..2]), Found::Missing("lacks apache, varnish".to_owned()));
    }

    #[test]
    fn they_are_unpacked_and_not_installed() {
        let (shell, project) = (FakeShell::default(), Project::made_up());
        let ways = |debian, root| {
            let facts = Facts { debian, root, ..Facts::default() };
            let machine = Machine { shell: &shell, project: &project, facts };
            ProxiesStep.ways(&machine).iter().map(Way::words).collect::<Vec<_>>().join("")
        };
        assert!(ways(true, true).starts_with("apt-get update && mkdir --parents"));
        assert!(ways(true, false).contains("--download-only"));
        assert_eq!(ways(false, true), "");
    }
}
