//! Node.js and what npm brings: wasm-opt for the page, the packages of the journeys.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Found, Machine, Step, Way};
use crate::project::Project;
use crate::shell::Cmd;
use crate::version::Version;

/// Node.js itself, which a person installs.
pub(crate) struct Node;

impl Step for Node {
    fn name(&self) -> &'static str {
        "node"
    }

    fn find(&self, machine: &Machine) -> Found {
        match machine.shell.ask(&Cmd::new("node --version")) {
            Some(answer) if Version::of(&answer.out).major() >= NODE => Found::There(answer.out),
            Some(answer) => Found::Missing(format!("{} is older than {NODE}", answer.out)),
            None => Found::Missing(format!("lacks Node.js {NODE} or later")),
        }
    }

    fn ways(&self, _: &Machine) -> Vec<Way> {
        Vec::new()
    }

    fn by_hand(&self, _: &Machine) -> String {
        format!(
            "install Node.js {NODE} or later with npm, from nodejs.org or your system's packages"
        )
    }
}

/// The optimiser of WebAssembly, which Trunk takes from the path.
pub(crate) struct WasmOpt;

impl WasmOpt {
    fn install(machine: &Machine) -> Cmd {
        Cmd::new("npm install --global --no-fund --no-audit --prefix")
            .path(&machine.project.cargo_root)
            .arg(format!("binaryen@{BINARYEN}"))
    }
}

impl Step for WasmOpt {
    fn name(&self) -> &'static str {
        "wasm-opt"
    }

    fn find(&self, machine: &Machine) -> Found {
        // Such as `wasm-opt version 132 (version_132)`.
        let answer = machine.shell.ask(&Cmd::new("wasm-opt --version")).unwrap_or_default();
        match answer.out.split_whitespace().nth(2) {
            Some(version) if Version::of(version) >= Version::of(BINARYEN_OLDEST) => {
                Found::There(version.to_owned())
            }
            Some(version) => Found::Missing(format!("goes before {version}, which is too old")),
            None => Found::Missing("lacks binaryen's wasm-opt".to_owned()),
        }
    }

    fn ways(&self, machine: &Machine) -> Vec<Way> {
        vec![Way::Commands(vec![Self::install(machine)])]
    }

    fn by_hand(&self, machine: &Machine) -> String {
        Self::install(machine).to_string()
    }
}

/// The packages of one folder, as locked there.
pub(crate) struct Packages {
    name: &'static str,
    folder: fn(&Project) -> PathBuf,
}

/// The packages of the browser's journeys.
pub(crate) const JOURNEYS: Packages = Packages { name: "e2e packages", folder: Project::e2e };

/// The packages of the peers on Node.js that benchmarks measure.
pub(crate) const PEERS: Packages = Packages { name: "peers on node", folder: Project::node_peers };

/// Lighthouse.
pub(crate) const LIGHTHOUSE: Packages =
    Packages { name: "lighthouse", folder: Project::lighthouse };

impl Packages {
    fn install(&self, machine: &Machine) -> Cmd {
        Cmd::new("npm ci --no-fund --no-audit --prefix").path(&(self.folder)(machine.project))
    }
}

impl Step for Packages {
    fn name(&self) -> &'static str {
        self.name
    }

    fn find(&self, machine: &Machine) -> Found {
        if up_to_date(&(self.folder)(machine.project)) {
            Found::There("as locked".to_owned())
        } else {
            Found::Missing("not as locked".to_owned())
        }
    }

    fn ways(&self, machine: &Machine) -> Vec<Way> {
        // What drives a browser takes the system's.
        let install = self.install(machine).env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
        vec![Way::Commands(vec![install.env("PUPPETEER_SKIP_DOWNLOAD", "1")])]
    }

    fn by_hand(&self, machine: &Machine) -> String {
        self.install(machine).to_string()
    }
}

/// Whether npm's last installation is younger than what is locked.
fn up_to_date(folder: &Path) -> bool {
    let changed =
        |file: &str| fs::metadata(folder.join(file)).and_then(|file| file.modified()).ok();
    // npm writes this file last.
    let installed = changed("node_modules/.package-lock.json");
    installed
        .zip(changed("package-lock.json"))
        .is_some_and(|(installed, locked)| installed >= locked)
}

const NODE: u32 = 20;
const BINARYEN: &str = "132.0.0";
/// Earlier ones refuse instructions that the compiler emits by default.
const BINARYEN_OLDEST: &str = "123";

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::*;
    use crate::tests::TempDir;

    #[test]
    fn packages_are_installed_again_once_others_are_locked() {
        let dir = TempDir::new();
        fs::create_dir(dir.path().join("node_modules")).unwrap();
        let write = |name: &str, age: u64| {
            let file = fs::File::create(dir.path().join(name)).unwrap();
            file.set_modified(SystemTime::now() - Duration::from_secs(age)).unwrap();
        };
        write("package-lock.json", 20);
        assert!(!up_to_date(dir.path()), "nothing is installed");
        write("node_modules/.package-lock.json", 10);
        assert!(up_to_date(dir.path()));
        write("package-lock.json", 5);
        assert!(!up_to_date(dir.path()), "the lock file changed since");
    }
}
