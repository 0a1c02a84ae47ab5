//! A path that stands: every hop of it runs, before a server of its own.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use super::label::{Hop, Label};
use super::sick::Sick;
use crate::folder::Folder;
use crate::process::{self, Server};
use crate::program::{Place, Programs, Running};
use crate::tied;

/// A path; it is taken down when dropped, from the client's end on.
#[derive(Debug)]
pub(super) struct Built {
    /// What a client connects to.
    pub(super) address: SocketAddr,
    _hops: Vec<Standing>,
    _server: Server,
    folder: Folder,
}

/// A hop that runs.
#[derive(Debug)]
#[expect(dead_code, reason = "it is held until the path is taken down")]
enum Standing {
    Program(Running),
    Sick(Sick),
}

impl Built {
    /// Starts the server, and before it the label's hops, from the last to the first.
    pub(super) fn build(label: &Label, server: &Path, programs: &Programs) -> Result<Self> {
        let folder = Folder::make(&label.name)?;
        let mut command = Command::new(server);
        command.args(["serve", "--listen", "127.0.0.1:0"]).env("ECHOCLOCK_LOG_LEVEL", "info");
        let server = Server::start(tied::tied(&command)?, None)?;
        let mut next = server.address;
        let mut hops = Vec::new();
        for (number, hop) in label.hops.iter().enumerate().rev() {
            let listen = process::free_address()?;
            let context = || format!("{}: hop {}, {}", label.name, number + 1, hop.name());
            let running = match hop {
                Hop::Sick(name) => Sick::start(name, listen, next).map(Standing::Sick),
                Hop::Nginx(configured)
                | Hop::Caddy(configured)
                | Hop::Haproxy(configured)
                | Hop::Apache(configured)
                | Hop::Varnish(configured) => {
                    let own = folder.path().join(number.to_string());
                    fs::create_dir_all(&own)?;
                    let place = Place { listen, next, folder: &own };
                    programs.start(hop.name(), configured, place).map(Standing::Program)
                }
            };
            hops.insert(0, running.with_context(context)?);
            next = listen;
        }
        Ok(Self { address: next, _hops: hops, _server: server, folder })
    }
}

impl Built {
    /// A folder for files of the path, which goes with it.
    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }
}
