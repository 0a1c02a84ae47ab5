//! A proxy that stands before a server, with its configuration of `deploy/`.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use anyhow::Result;

use super::Proxies;
use crate::deployed::Deployed;
use crate::folder::Folder;
use crate::process::{Server, free_address};
use crate::program::{Place, Programs, Running};
use crate::tied;

/// A proxy and its server; both end when dropped.
#[derive(Debug)]
pub(super) struct Front {
    /// What clients connect to.
    pub(super) address: SocketAddr,
    pub(super) server: Server,
    _proxy: Running,
    folder: Folder,
}

/// Where the server is found behind a proxy.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mount<'a> {
    pub(super) address: SocketAddr,
    /// The path above the server's, without a slash at its end.
    pub(super) below: &'a str,
}

impl Front {
    pub(super) fn stand(deployed: &Deployed, order: &Proxies) -> Result<Self> {
        let folder = Folder::make(deployed.program)?;
        let server = serve(&order.behind.server, free_address()?)?;
        let address = free_address()?;
        let configured = deployed.read(&order.behind.deploy)?;
        let place = Place { listen: address, next: server.address, folder: folder.path() };
        let programs = Programs::from(&order.behind.told);
        let proxy = programs.start(deployed.program, &configured, place)?;
        Ok(Self { address, server, _proxy: proxy, folder })
    }

    /// Has a server of the same address take the place of one that has ended.
    pub(super) fn serve_again(&mut self, order: &Proxies) -> Result<()> {
        self.server = serve(&order.behind.server, self.server.address)?;
        Ok(())
    }

    /// A folder for files of the run, which goes with it.
    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }
}

fn serve(program: &Path, address: SocketAddr) -> Result<Server> {
    let mut command = Command::new(program);
    command.args(["serve", "--listen", &address.to_string()]);
    command.env("ECHOCLOCK_LOG_LEVEL", "info");
    Server::start(tied::tied(&command)?, None)
}
