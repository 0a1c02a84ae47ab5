//! Who is measured, how each is started, and how it is spoken to.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, ensure};

use super::Bench;
use super::echo_load::Protocol;
use crate::fleet::Way;

/// One server under measurement.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Contender {
    Echoclock,
    /// Another build of it.
    Before,
    /// Followed in all six ways.
    Mixed,
    MixedBefore,
    /// A peer in Rust, by its name.
    Rust(&'static str),
    /// A peer on Node.js: its name and its file.
    Node(&'static str, &'static str),
}

impl Contender {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Echoclock => "echoclock",
            Self::Before => "echoclock before",
            Self::Mixed => "echoclock six ways",
            Self::MixedBefore => "before six ways",
            Self::Rust(name) | Self::Node(name, _) => name,
        }
    }

    /// How its echo is spoken to.
    pub(super) fn echo(self) -> Protocol {
        match self {
            Self::Echoclock | Self::Before | Self::Mixed | Self::MixedBefore => {
                Protocol::Socket("/api/echo/raw")
            }
            Self::Rust("bare tcp") => Protocol::Bare,
            Self::Rust(_) | Self::Node(..) => Protocol::Socket("/"),
        }
    }

    /// The ways in which it is followed, in turn.
    pub(super) fn followed(self) -> &'static [Way] {
        match self {
            Self::Echoclock | Self::Before => &[Way::Events],
            Self::Mixed | Self::MixedBefore => &Way::CLOCK,
            Self::Rust(_) | Self::Node(..) => &[Way::Other("/")],
        }
    }

    pub(super) fn start(self, bench: &Bench) -> Command {
        let mut command = match self {
            Self::Echoclock | Self::Mixed => serve(&bench.server, LIMITS),
            Self::Before | Self::MixedBefore => {
                serve(bench.before.as_deref().unwrap_or(&bench.server), &[])
            }
            Self::Rust(name) => {
                let mut command = Command::new(&bench.peers);
                command.arg(match name {
                    "bare tcp" => "bare",
                    "bare writer" => "writer",
                    name => name,
                });
                command
            }
            Self::Node(_, file) => {
                let mut command = Command::new("node");
                command.arg(bench.node.join(file));
                command
            }
        };
        command.env("NODE_ENV", "production");
        command
    }
}

/// Those of a list that are to be measured.
pub(super) fn chosen(bench: &Bench, all: &[Contender]) -> Result<Vec<Contender>> {
    let known = |name: &String| all.iter().any(|contender| contender.name() == name);
    for name in &bench.only {
        let names: Vec<_> = all.iter().map(|contender| contender.name()).collect();
        ensure!(known(name), "nobody is called {name:?}; there are: {}", names.join(", "));
    }
    let wanted = |contender: &&Contender| {
        let named = bench.only.is_empty() || bench.only.iter().any(|only| only == contender.name());
        let before = matches!(contender, Contender::Before | Contender::MixedBefore);
        named && (!before || bench.before.is_some())
    };
    Ok(all.iter().filter(wanted).copied().collect())
}

fn serve(program: &Path, limits: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(["serve", "--listen", "127.0.0.1:0"]).args(limits);
    // Nothing of the environment changes the server; what happens to a link is not to be written.
    command.env_clear().env("ECHOCLOCK_LOG_LEVEL", "warn,echoclock=info,echoclock_backend=warn");
    command
}

/// The load is one client, and within no bound of one.
pub(super) const LIMITS: &[&str] = &[
    "--raw-max=16777216",
    "--socket-messages=1000000000",
    "--socket-bytes=4000000000",
    "--connections=100000",
    "--client-connections=100000",
    "--sockets=100000",
    "--client-sockets=100000",
    "--streams=100000",
    "--client-streams=100000",
    "--polls=100000",
    "--client-polls=100000",
    "--requests=1000000",
    "--client-requests=1000000",
];

/// Whoever echoes, ours first.
pub(super) const ECHOES: &[Contender] = &[
    Contender::Echoclock,
    Contender::Before,
    Contender::Rust("bare tcp"),
    Contender::Rust("tokio-websockets"),
    Contender::Rust("fastwebsockets"),
    Contender::Rust("yawc"),
    Contender::Rust("tokio-tungstenite"),
    Contender::Node("node ws", "echo.mjs"),
];

/// Whoever is followed.
pub(super) const FOLLOWED: &[Contender] = &[
    Contender::Echoclock,
    Contender::Before,
    Contender::Rust("bare writer"),
    Contender::Node("node tutorial", "events.mjs"),
    Contender::Mixed,
    Contender::MixedBefore,
];
