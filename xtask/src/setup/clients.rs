//! What the clients of the field take: Python's packages, a JDK, curl.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Found, Machine, Step, Way};
use crate::project::Project;
use crate::shell::Cmd;
use crate::version::Version;

/// Pinned packages of Python, in an environment of their own.
pub(crate) struct Packages {
    name: &'static str,
    /// The environment, among this program's own files.
    home: &'static str,
    /// The versions, below the checkout.
    pins: &'static str,
}

/// What the clients of the field import.
pub(crate) const PYTHON_CLIENTS: Packages = Packages {
    name: "python packages",
    home: "python",
    pins: "e2e/clients/python/requirements.txt",
};

/// The runner of Autobahn's cases.
pub(crate) const KOSOKU: Packages =
    Packages { name: "kosoku", home: "kosoku", pins: "load/conformance/requirements.txt" };

impl Packages {
    /// A program that the packages brought, or the Python that has them.
    pub(crate) fn program(&self, project: &Project, name: &str) -> PathBuf {
        self.home(project).join("bin").join(name)
    }

    fn home(&self, project: &Project) -> PathBuf {
        project.work().join(self.home)
    }

    /// What is to be installed.
    fn pins(&self, project: &Project) -> PathBuf {
        project.root.join(self.pins)
    }

    /// A copy of what was installed, written last.
    fn installed(&self, project: &Project) -> PathBuf {
        self.home(project).join("installed.txt")
    }

    fn install(&self, project: &Project) -> [Cmd; 3] {
        let home = self.home(project);
        let (pins, installed) = (self.pins(project), self.installed(project));
        [
            Cmd::new("python3 -m venv --clear").path(&home),
            Cmd::at(&home.join("bin/pip"))
                .args(["install", "--quiet", "--disable-pip-version-check", "--requirement"])
                .path(&pins),
            Cmd::new("cp").path(&pins).path(&installed),
        ]
    }
}

impl Step for Packages {
    fn name(&self) -> &'static str {
        self.name
    }

    fn find(&self, machine: &Machine) -> Found {
        if same(&self.pins(machine.project), &self.installed(machine.project)) {
            Found::There("as pinned".to_owned())
        } else {
            Found::Missing("not as pinned".to_owned())
        }
    }

    fn ways(&self, machine: &Machine) -> Vec<Way> {
        // Debian has a part of Python's own library in a package apart.
        let asked = machine.shell.ask(&Cmd::new("python3 -c").arg("import ensurepip, venv"));
        let complete = asked.is_some_and(|answer| answer.ok);
        let python = if complete { Vec::new() } else { from_debian(machine, "python3-venv") };
        vec![Way::Commands(python.into_iter().chain(self.install(machine.project)).collect())]
    }

    fn by_hand(&self, machine: &Machine) -> String {
        let commands = self.install(machine.project).map(|command| command.to_string());
        format!("with Python {PYTHON} or later and its venv: {}", commands.join(" && "))
    }
}

/// A Java that starts programs from their source; the tests can do without.
pub(crate) struct Java;

impl Step for Java {
    fn name(&self) -> &'static str {
        "java"
    }

    fn find(&self, machine: &Machine) -> Found {
        let ask = |line| machine.shell.ask(&Cmd::new(line)).unwrap_or_default().out;
        // Such as `openjdk 17.0.15 2025-04-15`.
        let told = ask("java --version");
        let version = told.split_whitespace().nth(1).unwrap_or_default();
        if Version::of(version).major() < JAVA {
            Found::Missing(format!("lacks a JDK {JAVA} or later"))
        } else if !ask("java --list-modules").contains("jdk.compiler") {
            Found::Missing(format!("{version} has no compiler"))
        } else {
            Found::There(version.to_owned())
        }
    }

    fn ways(&self, machine: &Machine) -> Vec<Way> {
        debians_way(machine, JDK)
    }

    fn by_hand(&self, machine: &Machine) -> String {
        if machine.facts.debian {
            format!("sudo apt-get install {JDK}")
        } else {
            format!("install a JDK {JAVA} or later; without it, Java's clients are skipped")
        }
    }
}

/// The program that fetches; the tests can do without.
pub(crate) struct Curl;

impl Step for Curl {
    fn name(&self) -> &'static str {
        "curl"
    }

    fn find(&self, machine: &Machine) -> Found {
        match machine.shell.which("curl") {
            Some(program) => Found::There(program.display().to_string()),
            None => Found::Missing("lacks curl".to_owned()),
        }
    }

    fn ways(&self, machine: &Machine) -> Vec<Way> {
        debians_way(machine, "curl")
    }

    fn by_hand(&self, _: &Machine) -> String {
        "install curl from your system's packages; without it, it is skipped".to_owned()
    }
}

fn same(one: &Path, other: &Path) -> bool {
    let (one, other) = (fs::read(one).ok(), fs::read(other).ok());
    one.is_some() && one == other
}

fn debians_way(machine: &Machine, package: &str) -> Vec<Way> {
    let commands = from_debian(machine, package);
    if commands.is_empty() { Vec::new() } else { vec![Way::Commands(commands)] }
}

/// The commands that install a package of Debian; none where that can't be done.
fn from_debian(machine: &Machine, package: &str) -> Vec<Cmd> {
    if !(machine.facts.debian && machine.facts.root) {
        return Vec::new();
    }
    let install = Cmd::new("apt-get install --yes --no-install-recommends").arg(package);
    vec![Cmd::new("apt-get update"), install.env("DEBIAN_FRONTEND", "noninteractive")]
}

const PYTHON: &str = "3.11";
const JAVA: u32 = 17;
const JDK: &str = "default-jdk-headless";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::setup::machine::Facts;
    use crate::shell::fake::FakeShell;
    use crate::tests::TempDir;

    fn project(root: &Path) -> Project {
        Project {
            root: root.to_owned(),
            target: root.join("target"),
            cargo_root: "/cargo".into(),
            wasm_bindgen: String::new(),
        }
    }

    #[test]
    fn packages_are_installed_again_once_others_are_pinned() {
        let dir = TempDir::new();
        let (shell, project) = (FakeShell::default(), project(dir.path()));
        let machine = Machine { shell: &shell, project: &project, facts: Facts::default() };
        let there = || matches!(PYTHON_CLIENTS.find(&machine), Found::There(_));
        let write = |file: PathBuf, text: &str| {
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        };
        assert!(!there(), "nothing is there");
        write(PYTHON_CLIENTS.pins(&project), "ws==1\n");
        assert!(!there(), "nothing is installed");
        write(PYTHON_CLIENTS.installed(&project), "ws==1\n");
        assert!(there());
        write(PYTHON_CLIENTS.pins(&project), "ws==2\n");
        assert!(!there(), "another version is pinned");
    }

    #[test]
    fn debians_root_gets_what_python_lacks() {
        let install = "python3 -m venv --clear /p/target/xtask/python && \
            /p/target/xtask/python/bin/pip install --quiet --disable-pip-version-check \
            --requirement /p/e2e/clients/python/requirements.txt && \
            cp /p/e2e/clients/python/requirements.txt /p/target/xtask/python/installed.txt";
        let apt = "apt-get update && DEBIAN_FRONTEND=noninteractive \
            apt-get install --yes --no-install-recommends python3-venv && ";
        let complete = || FakeShell::default().says("python3 -c", "");
        for (shell, debian, root, first) in [
            (complete(), true, true, ""),
            (FakeShell::default(), true, true, apt),
            (FakeShell::default(), true, false, ""),
            (FakeShell::default(), false, true, ""),
        ] {
            let project = project(Path::new("/p"));
            let facts = Facts { debian, root, ..Facts::default() };
            let machine = Machine { shell: &shell, project: &project, facts };
            let ways: Vec<_> = PYTHON_CLIENTS.ways(&machine).iter().map(Way::words).collect();
            assert_eq!(ways, [format!("{first}{install}")]);
        }
    }

    #[test]
    fn a_java_without_a_compiler_will_not_do() {
        let project = project(Path::new("/p"));
        for (version, modules, will_do) in [
            (
                "openjdk 17.0.15 2025-04-15\nOpenJDK Runtime …",
                "java.base@17\njdk.compiler@17",
                true,
            ),
            ("openjdk 25 2025-09-16", "java.base@25\njdk.compiler@25", true),
            ("openjdk 17.0.15 2025-04-15", "java.base@17.0.15", false),
            ("openjdk 11.0.2 2019-01-15", "java.base@11\njdk.compiler@11", false),
            ("", "", false),
        ] {
            let shell = FakeShell::default();
            let shell = shell.says("java --version", version).says("java --list-modules", modules);
            let machine = Machine { shell: &shell, project: &project, facts: Facts::default() };
            let found = Java.find(&machine);
            assert_eq!(matches!(found, Found::There(_)), will_do, "{version}: {found:?}");
        }
    }
}
