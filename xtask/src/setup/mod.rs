//! Set-up: every step says what is missing, the ways to mend it in order, and what a person would type.
//!
//! Steps decide on facts and give commands as values; only [`bring`] runs them. What is there is
//! skipped, what fails leaves the others going.

use std::fs;
use std::thread;

use anyhow::Result;

use crate::say::{self, Task};
use crate::shell::Cmd;

mod browser;
mod buildah;
mod cargo_tools;
mod clients;
mod debian;
mod machine;
mod nginx;
mod node;
mod proxies;
mod toolchain;
mod unpacked;
mod wasm_target;

pub(crate) use browser::browser;
pub(crate) use buildah::buildah;
pub(crate) use clients::{KOSOKU, PYTHON_CLIENTS};
pub(crate) use machine::Machine;
pub(crate) use nginx::nginx;
pub(crate) use proxies::{libraries, proxies};
pub(crate) use toolchain::wasm_toolchain;

/// What a program of this project may need.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Need {
    /// Node.js, for wasm-opt and the journeys.
    Node,
    /// Rust's standard library for the browser.
    WasmTarget,
    /// The page's bundler.
    Trunk,
    /// The maker of the page's JavaScript, of the locked version.
    WasmBindgen,
    /// The page's optimiser.
    WasmOpt,
    /// rustfmt and clippy.
    Lints,
    /// The runner of the page's tests.
    WasmPack,
    /// The checker of licences and sources.
    CargoDeny,
    /// Chromium and its driver.
    Browser,
    /// The proxy that journeys, labelled paths and restarts put before the server.
    Nginx,
    /// Caddy, HAProxy, Apache and Varnish, for the labelled paths and the configurations of `deploy/`.
    Proxies,
    /// The packages of npm, for the journeys and the clients.
    Journeys,
    /// Python's packages, for the clients.
    PythonClients,
    /// A JDK, for the clients; a wish.
    Java,
    /// curl, for the clients; a wish.
    Curl,
    /// The packages of npm, for the benchmarks.
    Peers,
    /// The packages of npm, for what Lighthouse measures.
    Lighthouse,
    /// The runner of Autobahn's cases.
    Kosoku,
    /// The maker of Debian packages.
    CargoDeb,
    /// The maker of images of containers.
    Buildah,
}

/// All that building the page takes.
pub(crate) const PAGE: &[Need] =
    &[Need::Node, Need::WasmTarget, Need::Trunk, Need::WasmBindgen, Need::WasmOpt];

/// All that the tests take.
pub(crate) const ALL: &[Need] = &[
    Need::Node,
    Need::WasmTarget,
    Need::Trunk,
    Need::WasmBindgen,
    Need::WasmOpt,
    Need::Lints,
    Need::WasmPack,
    Need::CargoDeny,
    Need::Browser,
    Need::Nginx,
    Need::Journeys,
    Need::PythonClients,
    Need::Java,
    Need::Curl,
];

/// All that the browser's journeys take.
pub(crate) const JOURNEYS: &[Need] = &[
    Need::Node,
    Need::WasmTarget,
    Need::Trunk,
    Need::WasmBindgen,
    Need::WasmOpt,
    Need::Browser,
    Need::Nginx,
    Need::Journeys,
];

/// All that the clients of the field take.
pub(crate) const CLIENTS: &[Need] = &[
    Need::Node,
    Need::WasmTarget,
    Need::Trunk,
    Need::WasmBindgen,
    Need::WasmOpt,
    Need::Journeys,
    Need::PythonClients,
    Need::Java,
    Need::Curl,
];

/// All that Lighthouse takes.
pub(crate) const LIGHTHOUSE: &[Need] = &[
    Need::Node,
    Need::WasmTarget,
    Need::Trunk,
    Need::WasmBindgen,
    Need::WasmOpt,
    Need::Browser,
    Need::Lighthouse,
];

/// All that the labelled paths of a short run take.
pub(crate) const PATHS: &[Need] = &[Need::Nginx];

/// All that the proxies of `deploy/` take, with the page behind them.
pub(crate) const PROXIES: &[Need] = &[
    Need::Node,
    Need::WasmTarget,
    Need::Trunk,
    Need::WasmBindgen,
    Need::WasmOpt,
    Need::Nginx,
    Need::Proxies,
];

/// All that the benchmarks take besides a compiler.
pub(crate) const BENCH: &[Need] = &[Need::Node, Need::Peers];

/// All that the labelled paths take besides a compiler.
pub(crate) const ACCURACY: &[Need] = &[Need::Nginx, Need::Proxies];

/// All that the Debian package takes besides the server.
pub(crate) const DEB: &[Need] = &[Need::CargoDeb];

/// All that the image takes besides the server.
pub(crate) const IMAGE: &[Need] = &[Need::Buildah];

/// All that Autobahn's cases take besides a compiler.
pub(crate) const CONFORMANCE: &[Need] = &[Need::Kosoku];

impl Need {
    fn step(self) -> Box<dyn Step> {
        match self {
            Self::Node => Box::new(node::Node),
            Self::WasmTarget => Box::new(wasm_target::WasmTarget),
            Self::Trunk => Box::new(cargo_tools::TRUNK),
            Self::WasmBindgen => Box::new(cargo_tools::WASM_BINDGEN),
            Self::WasmOpt => Box::new(node::WasmOpt),
            Self::Lints => Box::new(cargo_tools::Lints),
            Self::WasmPack => Box::new(cargo_tools::WASM_PACK),
            Self::CargoDeny => Box::new(cargo_tools::CARGO_DENY),
            Self::Browser => Box::new(browser::BrowserStep),
            Self::Nginx => Box::new(nginx::NginxStep),
            Self::Proxies => Box::new(proxies::ProxiesStep),
            Self::Journeys => Box::new(node::JOURNEYS),
            Self::PythonClients => Box::new(PYTHON_CLIENTS),
            Self::Java => Box::new(clients::Java),
            Self::Curl => Box::new(clients::Curl),
            Self::Peers => Box::new(node::PEERS),
            Self::Lighthouse => Box::new(node::LIGHTHOUSE),
            Self::Kosoku => Box::new(KOSOKU),
            Self::CargoDeb => Box::new(cargo_tools::CARGO_DEB),
            Self::Buildah => Box::new(buildah::BuildahStep),
        }
    }

    /// Whether the tests can do without, and say so.
    pub(crate) fn is_wish(self) -> bool {
        matches!(self, Self::Java | Self::Curl)
    }

    /// Which steps share a queue, so that downloads run beside compilers.
    fn lane(self) -> Lane {
        match self {
            Self::Trunk => Lane::Long,
            Self::WasmTarget
            | Self::WasmBindgen
            | Self::WasmPack
            | Self::CargoDeny
            | Self::CargoDeb => Lane::Short,
            Self::Node
            | Self::WasmOpt
            | Self::Lints
            | Self::Browser
            | Self::Nginx
            | Self::Proxies
            | Self::Journeys
            | Self::PythonClients
            | Self::Java
            | Self::Curl
            | Self::Peers
            | Self::Lighthouse
            | Self::Kosoku
            | Self::Buildah => Lane::Fetch,
        }
    }
}

/// A queue of steps; the lanes run side by side.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Lane {
    /// The one tool whose compilation holds up everything, and for minutes keeps one core only.
    Long,
    /// The tools that compile meanwhile.
    Short,
    /// What is fetched, not compiled.
    Fetch,
}

/// One thing that has to be there.
trait Step: Send + Sync {
    /// What it is called on the terminal.
    fn name(&self) -> &'static str;

    /// Looks whether it is there.
    fn find(&self, machine: &Machine) -> Found;

    /// The ways to get it here, best first; none when a person has to do it.
    fn ways(&self, machine: &Machine) -> Vec<Way>;

    /// What a person can type or read to get it.
    fn by_hand(&self, machine: &Machine) -> String;
}

/// What a look at the machine found.
#[derive(Clone, Debug, Eq, PartialEq)]
enum Found {
    /// It is there; in which form.
    There(String),
    /// It is not; what was found instead.
    Missing(String),
}

/// A way to mend what is missing.
#[derive(Clone, Debug, Eq, PartialEq)]
enum Way {
    /// Commands, one after the other.
    Commands(Vec<Cmd>),
    /// The standard library built from its source, into the active toolchain.
    Std(debian::Source),
    /// A second toolchain out of Debian's own packages.
    DebianToolchain,
}

impl Way {
    fn take(&self, machine: &Machine, task: &Task) -> Result<()> {
        match self {
            Self::Commands(commands) => {
                commands.iter().try_for_each(|command| machine.shell.run(command, task))
            }
            Self::Std(source) => debian::install_std(machine, source, task),
            Self::DebianToolchain => debian::install_toolchain(machine, task),
        }
    }

    /// The way in a few words.
    fn words(&self) -> String {
        match self {
            Self::Commands(commands) => {
                commands.iter().map(Cmd::to_string).collect::<Vec<_>>().join(" && ")
            }
            Self::Std(source) => format!("builds the standard library from {source}"),
            Self::DebianToolchain => "installs Debian's newest compiler beside rustup's".to_owned(),
        }
    }
}

/// Whether a need is met.
pub(crate) fn is_there(machine: &Machine, need: Need) -> bool {
    matches!(need.step().find(machine), Found::There(_))
}

/// Brings everything that is needed, and names the needs that could not be met. Wishes are brought
/// as well; where that fails it is said, and they are not among the needs.
pub(crate) fn set_up(machine: &Machine, needs: &[Need]) -> Vec<Need> {
    thread::scope(|scope| {
        let lanes = [Lane::Long, Lane::Short, Lane::Fetch].map(|lane| {
            let queue = needs.iter().copied().filter(move |need| need.lane() == lane);
            scope.spawn(move || queue.filter(|need| !met(machine, *need)).collect::<Vec<_>>())
        });
        let unmet = lanes
            .map(|lane| lane.join().expect("a step reports its failure, it never panics"))
            .concat();
        let unmet: Vec<_> = unmet.into_iter().filter(|need| !need.is_wish()).collect();
        if unmet.is_empty() {
            // Kept until here, they let a second attempt go on where the first was stopped. That
            // there are none is the usual case.
            let _ = fs::remove_dir_all(cargo_tools::results(machine));
        }
        unmet
    })
}

/// Meets one need, and says what happened.
fn met(machine: &Machine, need: Need) -> bool {
    let step = need.step();
    match bring(machine, step.as_ref()) {
        Ok(()) => true,
        Err(error) => {
            say::step(step.name(), &format!("MISSING\n{error:#}"));
            false
        }
    }
}

/// Takes the ways in order until the step's thing is there.
fn bring(machine: &Machine, step: &dyn Step) -> Result<()> {
    let missing = match step.find(machine) {
        Found::There(what) => {
            say::step(step.name(), &format!("is there: {what}"));
            return Ok(());
        }
        Found::Missing(what) => what,
    };
    let mut failures = String::new();
    for way in step.ways(machine) {
        let task = Task::start(step.name(), &format!("{missing}: {}", way.words()));
        match way.take(machine, &task).map(|()| step.find(machine)) {
            Ok(Found::There(_)) => {
                task.done();
                return Ok(());
            }
            Ok(Found::Missing(still)) => {
                failures += &format!("  After {}: {still}.\n", way.words());
            }
            Err(error) => {
                let error = format!("{error:#}");
                say::step(step.name(), error.lines().next().unwrap_or_default());
                failures += &format!("  {error}\n");
            }
        }
    }
    let hint = if looks_offline(&failures) { "  No network, it seems.\n" } else { "" };
    anyhow::bail!("  {missing}.\n{failures}{hint}  By hand: {}", step.by_hand(machine));
}

/// Whether an error reads like one of a network that is not there.
fn looks_offline(error: &str) -> bool {
    const SIGNS: [&str; 7] = [
        "Could not resolve",
        "Couldn't resolve",
        "Temporary failure",
        "Network is unreachable",
        "failed to lookup address",
        "Couldn't connect",
        "EAI_AGAIN",
    ];
    SIGNS.iter().any(|sign| error.to_lowercase().contains(&sign.to_lowercase()))
}

#[cfg(test)]
mod tests;
