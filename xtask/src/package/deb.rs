//! The Debian package: made by cargo-deb, installed into a folder, started from there, and removed.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use super::built::Built;
use super::documents;
use super::results::{can_be_tried, fresh_folder, results, tell};
use super::rooted::Rooted;
use super::trial::Trial;
use super::unit::{self, Unit};
use crate::say::{self, Task};
use crate::setup::Machine;
use crate::shell::Cmd;

/// Makes the package around a server, and tries it.
pub(super) fn package(machine: &Machine, built: &Built) -> Result<()> {
    // cargo-deb finds there what the manifest says to be below target/release.
    let release = built.program.parent().context("a program is in a folder")?;
    let folder = release.join("package");
    fs::create_dir_all(&folder).with_context(|| format!("{folder:?} can't be made"))?;
    documents::write(machine.shell, &built.program, &folder)?;
    let file = fresh_folder(machine, "deb")?.join("echoclock.deb");
    let make = Cmd::new("cargo deb --package echoclock-backend --no-build --no-strip --target")
        .args([&built.target, "--output"])
        .path(&file)
        .dir(&machine.project.root);
    let task = Task::start(NAME, &make.to_string());
    machine.shell.run(&make, &task)?;
    task.done();
    tell(NAME, &file)?;
    if can_be_tried(machine, NAME) { tried(machine, &file) } else { Ok(()) }
}

fn tried(machine: &Machine, file: &Path) -> Result<()> {
    let root = Root(fresh_folder(machine, "installed")?);
    root.begin()?;
    let task = Task::start(NAME, "installs it into a folder, starts it, and removes it");
    machine.shell.run(&root.dpkg("--install").path(file), &task)?;
    let lacking: Vec<_> = INSTALLED.iter().filter(|path| !root.has(path)).collect();
    ensure!(lacking.is_empty(), "the package installs no {lacking:?}");
    let unit = root.0.join(UNIT);
    match unit::judge(machine.shell, &unit)? {
        Some(sum) => say::step(NAME, &sum),
        None => say::step(NAME, "how exposed the unit is: skipped, there is no systemd-analyze"),
    }
    let unit = fs::read_to_string(&unit)?;
    let unit = Unit(&unit);
    let serve = unit.serve();
    let program = serve.first().context("the unit starts nothing")?.clone();
    let trial = Trial {
        rooted: Rooted::new(machine, &root.0, DYNAMIC_USER, unit.variables())?,
        serve,
        health: vec![program, "health".to_owned()],
        notifies: true,
        log: results(machine).join("deb.log"),
    };
    trial.run()?;
    machine.shell.run(&root.dpkg("--purge").arg("echoclock"), &task)?;
    let left: Vec<_> = INSTALLED.iter().filter(|path| root.has(path)).collect();
    ensure!(left.is_empty(), "the package leaves {left:?} behind");
    task.done();
    Ok(())
}

/// A folder that packages are installed into.
struct Root(PathBuf);

impl Root {
    /// Makes it one where nothing is installed yet.
    fn begin(&self) -> Result<()> {
        let database = self.0.join("var/lib/dpkg");
        for folder in ["info", "updates", "triggers"] {
            fs::create_dir_all(database.join(folder))?;
        }
        fs::write(database.join("status"), "").context("no database of packages")
    }

    /// Whether something is there; a link need lead nowhere, since it is read from another root.
    fn has(&self, path: &str) -> bool {
        self.0.join(path).symlink_metadata().is_ok()
    }

    /// Begins a command of dpkg on it.
    ///
    /// The package's scripts run on this machine, which they must neither take for one that systemd has
    /// started, nor change.
    fn dpkg(&self, action: &str) -> Cmd {
        Cmd::new("unshare --mount sh -c")
            .arg("mount -t tmpfs tmpfs /run && exec dpkg \"$@\"")
            .arg("sh")
            .arg(format!("--root={}", self.0.display()))
            .args(["--force-script-chrootless", "--force-depends", action])
    }
}

const NAME: &str = "deb";

/// A user as `DynamicUser` makes them up.
const DYNAMIC_USER: &str = "61184:61184";

const UNIT: &str = "usr/lib/systemd/system/echoclock.service";

/// Some of what has to be there once it is installed, of each kind one.
const INSTALLED: [&str; 8] = [
    "usr/bin/echoclock",
    UNIT,
    "etc/systemd/system/multi-user.target.wants/echoclock.service",
    "etc/echoclock/echoclock.toml",
    "usr/share/man/man1/echoclock-serve.1.gz",
    "usr/share/bash-completion/completions/echoclock",
    "usr/share/doc/echoclock/copyright",
    "usr/share/doc/echoclock/OPERATIONS.md",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::Project;
    use crate::shell::RealShell;
    use crate::shell::Shell as _;

    #[test]
    fn what_the_package_lists_is_there() {
        let project = Project::find().unwrap();
        let shell = RealShell::with_first(Path::new("/nowhere")).unwrap();
        let ask =
            Cmd::new("cargo metadata --no-deps --offline --format-version 1").dir(&project.root);
        let metadata: serde_json::Value =
            serde_json::from_str(&shell.ask(&ask).unwrap().out).unwrap();
        let packages = metadata["packages"].as_array().unwrap();
        let server =
            packages.iter().find(|package| package["name"] == "echoclock-backend").unwrap();
        let deb = &server["metadata"]["deb"];
        let listed = deb["assets"].as_array().unwrap().iter().map(|it| it[0].as_str().unwrap());
        let license = deb["license-file"][0].as_str().unwrap();
        let units = deb["systemd-units"]["unit-scripts"].as_str().unwrap();
        let named: Vec<_> = listed.chain([license, units]).collect();
        let of_the_build = named.iter().filter(|path| path.starts_with("target/release/")).count();
        assert!(of_the_build >= 5 && named.len() - of_the_build >= 5, "{named:?}");
        for path in named.iter().filter(|path| !path.starts_with("target/release/")) {
            assert!(project.root.join("backend").join(path).exists(), "{path}");
        }
    }
}
