//! Node.js and what npm brings: wasm-opt for the page, the packages of the journeys.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use super::{Found, Machine, Step, Way};
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

/// The packages of the browser's journeys.
pub(crate) struct Journeys;

impl Journeys {
    fn install(machine: &Machine) -> Cmd {
        Cmd::new("npm ci --no-fund --no-audit --prefix").path(&machine.project.e2e())
    }
}

impl Step for Journeys {
    fn name(&self) -> &'static str {
        "e2e packages"
    }

    fn find(&self, machine: &Machine) -> Found {
        let e2e = machine.project.e2e();
        let Some(wanted) = fingerprint(&e2e) else {
            return Found::Missing("e2e/package-lock.json can't be read".to_owned());
        };
        match fs::read_to_string(stamp(&e2e)) {
            Ok(installed) if installed == wanted => Found::There("as locked".to_owned()),
            _ => Found::Missing("not as locked".to_owned()),
        }
    }

    fn ways(&self, machine: &Machine) -> Vec<Way> {
        let e2e = machine.project.e2e();
        let Some(wanted) = fingerprint(&e2e) else { return Vec::new() };
        // The journeys take the system's browser.
        let install = Self::install(machine).env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
        let mark = Cmd::new("sh -c").arg(format!("printf %s {wanted} > \"$0\"")).path(&stamp(&e2e));
        vec![Way::Commands(vec![install, mark])]
    }

    fn by_hand(&self, machine: &Machine) -> String {
        Self::install(machine).to_string()
    }
}

/// What was installed, kept inside so that it goes with the packages.
fn stamp(e2e: &Path) -> PathBuf {
    e2e.join("node_modules/.installed")
}

fn fingerprint(e2e: &Path) -> Option<String> {
    let lock = fs::read(e2e.join("package-lock.json")).ok()?;
    let mut hasher = DefaultHasher::new();
    lock.hash(&mut hasher);
    Some(format!("{:016x}", hasher.finish()))
}

const NODE: u32 = 20;
const BINARYEN: &str = "132.0.0";
/// Earlier ones refuse instructions that the compiler emits by default.
const BINARYEN_OLDEST: &str = "123";
