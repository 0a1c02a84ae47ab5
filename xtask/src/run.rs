//! `cargo xtask run` and `build`: the server with the page in it.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};

use crate::page;
use crate::say::{self, Task, took};
use crate::setup::Machine;
use crate::shell::{Cmd, RealShell};

/// Builds the page, and the server around it, in release.
pub(crate) fn build(machine: &Machine) -> Result<()> {
    thread::scope(|scope| {
        // The page's build leaves a core idle for long, and the server's last crate carries the page.
        scope.spawn(|| parts(machine));
        page::build(machine, None)
    })?;
    let build =
        Cmd::new("cargo build --release --package echoclock-backend").dir(&machine.project.root);
    let task = Task::start("server", &build.to_string());
    machine.shell.run(&build, &task)?;
    task.done();
    let server = machine.project.server();
    ensure!(server.is_file(), "the build left no {}", server.display());
    Ok(())
}

/// Builds what the server is made of; what fails here fails again, and is told, when the server is built.
fn parts(machine: &Machine) {
    let build =
        Cmd::new("cargo build --release --package echoclock-check").dir(&machine.project.root);
    let task = Task::start("server's parts", &build.to_string());
    if machine.shell.run(&build, &task).is_ok() {
        task.done();
    }
}

/// Builds what is not there, then becomes the server.
pub(crate) fn run(
    shell: &RealShell,
    machine: &Machine,
    listen: SocketAddr,
    open: bool,
) -> Result<()> {
    ensure_free(listen)?;
    ensure!(!open || listen.port() != 0, "--open takes a --listen with a port that is known");
    build(machine)?;
    if open {
        open_later(listen)?;
    }
    let serve = Cmd::at(&machine.project.server()).args(["serve", "--listen"]);
    let serve = serve.arg(listen.to_string());
    // The server takes this process's place, and with it the terminal's Ctrl-C.
    let error = shell.command(&serve).exec();
    bail!("`{serve}` can't be started: {error}")
}

/// Fails where another program listens on the address, before a long build.
pub(crate) fn ensure_free(listen: SocketAddr) -> Result<()> {
    let Err(error) = TcpListener::bind(listen) else { return Ok(()) };
    let other = SocketAddr::new(listen.ip(), listen.port().wrapping_add(1));
    bail!(
        "{listen} can't be listened on: {error}.\n  End the program that listens there, or listen \
         elsewhere: cargo xtask run --listen {other}"
    )
}

/// Starts a process of its own that opens the browser once the server listens.
fn open_later(listen: SocketAddr) -> Result<()> {
    let this = std::env::current_exe().context("this program's own file is not known")?;
    // The shell ends at once, so that nobody has to wait for what it started.
    let started = Command::new("sh")
        .args(["-c", "\"$0\" open-browser \"$1\" &"])
        .arg(this)
        .arg(listen.to_string())
        .stdin(Stdio::null())
        .status()
        .context("`sh` can't be started")?;
    ensure!(started.success(), "`sh` can't start the browser's opener");
    Ok(())
}

/// Waits until the server listens, then opens the browser on it.
pub(crate) fn open_browser(listen: SocketAddr) -> Result<()> {
    let local = from_here(listen);
    let attempts = OPEN_LIMIT.as_millis() / OPEN_POLL.as_millis();
    let listens = || TcpStream::connect_timeout(&local, OPEN_POLL).is_ok();
    let up = (0..attempts).any(|_| {
        listens() || {
            thread::sleep(OPEN_POLL);
            false
        }
    });
    ensure!(up, "the server did not listen within {}", took(OPEN_LIMIT));
    let url = format!("http://{local}/");
    let opener = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let opened = Command::new(opener).arg(&url).stdin(Stdio::null()).status();
    if !opened.is_ok_and(|status| status.success()) {
        say::say(&format!("`{opener}` opens no browser here: go to {url}"));
    }
    Ok(())
}

/// The address by which this machine reaches a listener of its own.
fn from_here(listen: SocketAddr) -> SocketAddr {
    let ip =
        if listen.ip().is_unspecified() { IpAddr::V4(Ipv4Addr::LOCALHOST) } else { listen.ip() };
    SocketAddr::new(ip, listen.port())
}

const OPEN_LIMIT: Duration = Duration::from_secs(30);
const OPEN_POLL: Duration = Duration::from_millis(100);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_in_use_is_named_with_what_mends_it() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let error = ensure_free(taken.local_addr().unwrap()).unwrap_err().to_string();
        assert!(error.contains("in use") && error.contains("--listen 127.0.0.1:"), "{error}");
        let free = SocketAddr::from(([127, 0, 0, 1], 0));
        assert!(ensure_free(free).is_ok());
    }

    #[test]
    fn a_listener_on_all_addresses_is_reached_by_loopback() {
        for (listen, local) in [
            ("0.0.0.0:3000", "127.0.0.1:3000"),
            ("[::]:80", "127.0.0.1:80"),
            ("192.0.2.7:3000", "192.0.2.7:3000"),
            ("[::1]:3000", "[::1]:3000"),
        ] {
            assert_eq!(from_here(listen.parse().unwrap()), local.parse().unwrap());
        }
    }
}
