//! A path that stands: every hop of it runs, before a server of its own.

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context, Result};

use super::label::{Hop, Label};
use super::program::{Place, Programs, Running};
use super::sick::Sick;
use crate::process::Server;
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
            let listen = free_address()?;
            let context = || format!("{}: hop {}, {}", label.name, number + 1, hop.name());
            let running = match hop {
                Hop::Sick(name) => Sick::start(name, listen, next).map(Standing::Sick),
                Hop::Nginx(configured)
                | Hop::Caddy(configured)
                | Hop::Haproxy(configured)
                | Hop::Apache(configured)
                | Hop::Varnish(configured) => {
                    let own = folder.0.join(number.to_string());
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
        &self.folder.0
    }
}

/// An address that is free.
fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

/// How many folders there have been: the same path may stand twice.
static MADE: AtomicU32 = AtomicU32::new(0);

/// A folder for temporary files, that goes with the path.
#[derive(Debug)]
struct Folder(PathBuf);

impl Folder {
    fn make(name: &str) -> Result<Self> {
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let id = format!("{FOLDERS}{}-{number}-{name}", std::process::id());
        let folder = std::env::temp_dir().join(id);
        fs::create_dir_all(&folder).context("the folder can't be made")?;
        Ok(Self(folder))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left behind lies in the folder for temporary files.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Removes the folders of runs that were killed.
pub(super) fn sweep() {
    let entries = fs::read_dir(std::env::temp_dir()).into_iter().flatten().flatten();
    for entry in entries {
        let owner = entry.file_name().to_str().and_then(owner);
        if owner.is_some_and(|owner| !Path::new(&format!("/proc/{owner}")).exists()) {
            // It may be another user's.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// The process that has made a folder of this name.
fn owner(folder: &str) -> Option<u32> {
    folder.strip_prefix(FOLDERS)?.split('-').next()?.parse().ok()
}

/// How the names of the folders begin; the process follows that has made it.
const FOLDERS: &str = "echoclock-path-";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_tells_whose_it_is() {
        assert_eq!(owner("echoclock-path-81-3-caddy-plain"), Some(81));
        for other in ["echoclock-path-x-3", "echoclock-path-", "paths-81-3"] {
            assert_eq!(owner(other), None, "{other}");
        }
    }
}
