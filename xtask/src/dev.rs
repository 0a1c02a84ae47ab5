//! `cargo xtask dev`: the page rebuilt and reloaded as it is edited, before a server that restarts.

use std::fs;
use std::net::SocketAddr;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context, Result, bail, ensure};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

use crate::page;
use crate::run::ensure_free;
use crate::say;
use crate::setup::{self, Machine};
use crate::shell::{Cmd, RealShell};

/// Runs both until Ctrl-C, and leaves nothing running.
pub(crate) fn dev(shell: &RealShell, machine: &Machine) -> Result<()> {
    for address in [BACKEND, PAGE] {
        ensure_free(address)?;
    }
    let unmet = setup::set_up(machine, setup::PAGE);
    ensure!(unmet.is_empty(), "there is no developing before what is missing is there");

    let stop = Stop::on_signals()?;
    // A folder of its own keeps the unfinished page out of the next release of the server.
    let dist = machine.project.work().join("dev-page");
    let serve = page::trunk(machine, "serve --dist")?.path(&dist);
    let serve = serve.args(["--address".to_owned(), PAGE.ip().to_string()]);
    let serve = serve.args(["--port".to_owned(), PAGE.port().to_string()]);
    let mut page = Group::start(shell, &serve)?;
    let mut backend = Backend { shell, machine, running: None };
    say::step("dev", &format!("the page will be on http://{PAGE}/; Ctrl-C ends it"));

    let mut built = None;
    while !stop.requested() {
        let newest = newest_change(&machine.project.root);
        if built != Some(newest) {
            built = Some(newest);
            backend.restart(&stop)?;
        }
        if let Some(status) = page.ended()? {
            bail!("`trunk serve` ended ({status})");
        }
        if backend.has_ended()? {
            say::step("backend", "ended; it starts again on the next change");
        }
        thread::sleep(POLL);
    }
    say::step("dev", "stops both");
    Ok(())
}

/// The server, rebuilt and restarted when its sources change.
struct Backend<'a> {
    shell: &'a RealShell,
    machine: &'a Machine<'a>,
    running: Option<Group>,
}

impl Backend<'_> {
    /// Builds the sources as they are; the running server stays when they do not compile.
    fn restart(&mut self, stop: &Stop) -> Result<()> {
        let root = &self.machine.project.root;
        let build = Cmd::new("cargo build --package echoclock-backend").dir(root);
        say::step("backend", &build.to_string());
        let mut building = Group::start(self.shell, &build)?;
        let status = loop {
            if stop.requested() {
                return Ok(());
            }
            match building.ended()? {
                Some(status) => break status,
                None => thread::sleep(POLL),
            }
        };
        if !status.success() {
            say::step("backend", "does not compile; what ran before goes on");
            return Ok(());
        }
        // The old one lets go of the port before the new one asks for it.
        self.running = None;
        let server = self.machine.project.target.join("debug/echoclock");
        let serve = Cmd::at(&server).args(["serve", "--listen"]).arg(BACKEND.to_string()).dir(root);
        self.running = Some(Group::start(self.shell, &serve)?);
        Ok(())
    }

    fn has_ended(&mut self) -> Result<bool> {
        let Some(running) = &mut self.running else { return Ok(false) };
        let ended = running.ended()?.is_some();
        if ended {
            self.running = None;
        }
        Ok(ended)
    }
}

/// A child and everything that it starts; all of it is gone when this is dropped.
struct Group(Child);

impl Group {
    fn start(shell: &RealShell, cmd: &Cmd) -> Result<Self> {
        // In a group of its own, the terminal's Ctrl-C reaches this process alone, which then stops
        // its children in order.
        let child = shell.command(cmd).process_group(0).stdin(Stdio::null()).spawn();
        child.map(Self).with_context(|| format!("`{cmd}` can't be started"))
    }

    fn ended(&mut self) -> Result<Option<std::process::ExitStatus>> {
        Ok(self.0.try_wait()?)
    }

    fn signal(&self, name: &str) {
        // The shell's own `kill`: a slim system has no program of that name.
        let line = format!("kill -s {name} -- -{}", self.0.id());
        let _ = Command::new("sh").arg("-c").arg(line).stderr(Stdio::null()).status();
    }

    /// Whether any process of the group still runs.
    fn lives(&mut self) -> bool {
        // Reaped first: an ended child counts as a member for as long as nobody waited for it.
        let _ = self.0.try_wait();
        let line = format!("kill -s 0 -- -{}", self.0.id());
        let asked = Command::new("sh").arg("-c").arg(line).stderr(Stdio::null()).status();
        asked.is_ok_and(|status| status.success())
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.signal("TERM");
        let asked = Instant::now();
        while self.lives() {
            if asked.elapsed() > STOP_LIMIT {
                self.signal("KILL");
                let _ = self.0.wait();
                return;
            }
            thread::sleep(STOP_POLL);
        }
    }
}

/// Whether somebody wants this to end.
struct Stop(Arc<AtomicBool>);

impl Stop {
    fn on_signals() -> Result<Self> {
        let requested = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM, SIGHUP] {
            signal_hook::flag::register(signal, Arc::clone(&requested))
                .context("signals can't be listened for")?;
        }
        Ok(Self(requested))
    }

    fn requested(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// When the newest of the server's sources was changed; nothing when none can be read.
fn newest_change(root: &Path) -> Option<SystemTime> {
    let sources =
        ["backend/src", "backend/Cargo.toml", "shared/src", "shared/Cargo.toml", "Cargo.lock"];
    sources.iter().filter_map(|source| newest_below(&root.join(source))).max()
}

fn newest_below(path: &Path) -> Option<SystemTime> {
    let metadata = fs::metadata(path).ok()?;
    // A folder changes when a file in it appears or goes.
    let own = metadata.modified().ok();
    let entries = fs::read_dir(path).into_iter().flatten().flatten();
    entries.filter_map(|entry| newest_below(&entry.path())).chain(own).max()
}

/// Where `trunk serve` expects the server, by Trunk.toml.
const BACKEND: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 3000);
const PAGE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 8080);
const POLL: Duration = Duration::from_millis(500);
/// The server drains within 5 s.
const STOP_LIMIT: Duration = Duration::from_secs(6);
const STOP_POLL: Duration = Duration::from_millis(50);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::TempDir;

    #[test]
    fn a_change_below_a_folder_is_seen() {
        let dir = TempDir::new();
        let source = dir.path().join("backend/src/deep");
        fs::create_dir_all(&source).unwrap();
        let file = source.join("a.rs");
        fs::write(&file, "").unwrap();
        let before = newest_change(dir.path()).unwrap();
        let later = before + Duration::from_secs(5);
        fs::File::options().write(true).open(&file).unwrap().set_modified(later).unwrap();
        assert_eq!(newest_change(dir.path()), Some(later));
    }

    #[test]
    fn a_dropped_group_takes_its_grandchildren_along() {
        let shell = RealShell::with_first(Path::new("/nowhere")).unwrap();
        let dir = TempDir::new();
        let note = dir.path().join("pid");
        // The shell stays behind its child, so that the child is a grandchild of this process.
        let line = format!("sleep 600 & echo $! > {}; wait", note.display());
        let group = Group::start(&shell, &Cmd::new("sh -c").arg(line)).unwrap();
        let pid = loop {
            match fs::read_to_string(&note) {
                Ok(text) if text.ends_with('\n') => break text.trim().to_owned(),
                _ => thread::sleep(STOP_POLL),
            }
        };
        drop(group);
        let line = format!("kill -s 0 {pid}");
        let asked = Command::new("sh").arg("-c").arg(line).stderr(Stdio::null()).status().unwrap();
        assert!(!asked.success(), "process {pid} still runs");
    }
}
