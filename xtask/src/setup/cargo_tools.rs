//! Programs that cargo installs, where `trunk serve` and `wasm-pack test` by hand find them too.

use std::path::PathBuf;

use super::machine::Facts;
use super::{Found, Machine, Step, Way};
use crate::shell::Cmd;
use crate::version::Version;

/// A program from the crates registry.
pub(crate) struct CargoTool {
    package: &'static str,
    program: &'static str,
    /// The version to install, or `None` for the one that the lock file names.
    version: Option<&'static str>,
    accepts: Accepts,
    /// Which compiled results it shares with other tools.
    folder: &'static str,
    /// Whether it leaves the processors to the one tool that takes longest.
    waits: bool,
    /// Those of its packages that the compiler optimises. These programs compile for minutes and
    /// run for seconds, so the rest is left as it is.
    optimised: &'static [&'static str],
}

/// Which versions will do.
enum Accepts {
    /// No other.
    Exactly,
    /// This one or a later one with the same first two numbers.
    Compatible,
    /// This one or any later one.
    Since(&'static str),
}

pub(crate) const TRUNK: CargoTool = CargoTool {
    package: "trunk",
    program: "trunk",
    version: Some("0.21.14"),
    accepts: Accepts::Compatible,
    folder: "long",
    waits: false,
    optimised: &[],
};

pub(crate) const WASM_BINDGEN: CargoTool = CargoTool {
    package: "wasm-bindgen-cli",
    program: "wasm-bindgen",
    version: None,
    accepts: Accepts::Exactly,
    folder: "short",
    waits: true,
    optimised: &["gimli", "walrus", "wasm-bindgen-cli-support", "wasm-encoder", "wasmparser"],
};

pub(crate) const WASM_PACK: CargoTool = CargoTool {
    package: "wasm-pack",
    program: "wasm-pack",
    version: Some("0.15.1"),
    accepts: Accepts::Since("0.13.0"),
    folder: "short",
    waits: true,
    optimised: &[],
};

pub(crate) const CARGO_DENY: CargoTool = CargoTool {
    package: "cargo-deny",
    program: "cargo-deny",
    version: Some("0.20.2"),
    accepts: Accepts::Since("0.18.0"),
    folder: "short",
    waits: true,
    optimised: &[],
};

pub(crate) const CARGO_DEB: CargoTool = CargoTool {
    package: "cargo-deb",
    program: "cargo-deb",
    version: Some("3.8.0"),
    accepts: Accepts::Since("3.0.0"),
    folder: "short",
    waits: true,
    optimised: &[],
};

impl CargoTool {
    fn wanted<'a>(&self, machine: &'a Machine) -> &'a str {
        self.version.unwrap_or(&machine.project.wasm_bindgen)
    }

    fn will_do(&self, found: &str, wanted: &str) -> bool {
        let (found, wanted) = (Version::of(found), Version::of(wanted));
        match self.accepts {
            Accepts::Exactly => found == wanted,
            Accepts::Compatible => found >= wanted && found.same_minor(wanted),
            Accepts::Since(first) => found >= Version::of(first),
        }
    }

    /// The version that answers on the path, such as `0.21.14`.
    fn version_here(&self, machine: &Machine) -> Option<String> {
        let answer = machine.shell.ask(&Cmd::new(self.program).arg("--version"))?;
        let words = answer.out.split_whitespace().nth(1)?.to_owned();
        answer.ok.then_some(words)
    }

    fn install(&self, cargo: &str, wanted: &str) -> Cmd {
        Cmd::new(cargo).args(["install", "--locked"]).arg(format!("{}@{wanted}", self.package))
    }

    fn ways(&self, facts: &Facts, machine: &Machine) -> Vec<Way> {
        let wanted = self.wanted(machine);
        // Whatever is in the way, known to cargo or not, is of a version that will not do.
        let cargo = if self.waits { "nice cargo" } else { "cargo" };
        let compile = self.install(cargo, wanted).arg("--force");
        let target = results(machine).join(self.folder);
        let optimised = self.optimised.iter().flat_map(|package| {
            ["--config".to_owned(), format!("profile.release.package.{package}.opt-level=1")]
        });
        let compile =
            compile.args(optimised).env("CARGO_TARGET_DIR", target.display().to_string()).envs(&[
                ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0"),
                ("CARGO_PROFILE_RELEASE_LTO", "off"),
                ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16"),
            ]);
        let fetch = Cmd::new("cargo binstall --no-confirm --force --disable-strategies compile")
            .arg(format!("{}@{wanted}", self.package));
        let fetched = facts.binstall.then(|| Way::Commands(vec![fetch]));
        fetched.into_iter().chain([Way::Commands(vec![compile])]).collect()
    }
}

impl Step for CargoTool {
    fn name(&self) -> &'static str {
        self.program
    }

    fn find(&self, machine: &Machine) -> Found {
        let wanted = self.wanted(machine);
        match self.version_here(machine) {
            Some(version) if self.will_do(&version, wanted) => Found::There(version),
            Some(version) => {
                Found::Missing(format!("replaces {version}, which does not fit, by {wanted}"))
            }
            None => Found::Missing(format!("lacks {wanted}")),
        }
    }

    fn ways(&self, machine: &Machine) -> Vec<Way> {
        self.ways(&machine.facts, machine)
    }

    fn by_hand(&self, machine: &Machine) -> String {
        self.install("cargo", self.wanted(machine)).to_string()
    }
}

/// Where the tools' compiled parts lie while they are installed.
pub(super) fn results(machine: &Machine) -> PathBuf {
    machine.project.work().join("tools")
}

/// rustfmt and clippy, which rustup's minimal profile leaves out.
pub(crate) struct Lints;

impl Lints {
    fn add() -> Cmd {
        Cmd::new("rustup component add rustfmt clippy")
    }
}

impl Step for Lints {
    fn name(&self) -> &'static str {
        "lints"
    }

    fn find(&self, machine: &Machine) -> Found {
        let answers = |line| machine.shell.ask(&Cmd::new(line)).is_some_and(|answer| answer.ok);
        if answers("cargo fmt --version") && answers("cargo clippy --version") {
            Found::There("rustfmt and clippy".to_owned())
        } else {
            Found::Missing("lacks rustfmt or clippy".to_owned())
        }
    }

    fn ways(&self, machine: &Machine) -> Vec<Way> {
        if machine.facts.rustup { vec![Way::Commands(vec![Self::add()])] } else { Vec::new() }
    }

    fn by_hand(&self, _: &Machine) -> String {
        Self::add().to_string()
    }
}
