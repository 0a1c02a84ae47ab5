//! Whether a packed server starts, answers, and ends.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr as UnixAddress, UnixDatagram};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use super::rooted::Rooted;

/// What is started, and what tells its health.
pub(super) struct Trial {
    pub(super) rooted: Rooted,
    pub(super) serve: Vec<String>,
    pub(super) health: Vec<String>,
    /// Whether it tells by itself when it is ready, that it lives, and that it stops (sd_notify(3)).
    pub(super) notifies: bool,
    /// Where its log goes.
    pub(super) log: PathBuf,
}

impl Trial {
    /// Has it serve on an address of this process's own.
    ///
    /// # Errors
    ///
    /// Where it does not do what a server of its kind has to; its log is told along.
    pub(super) fn run(mut self) -> Result<()> {
        let at = free_address()?;
        let admin = free_address()?;
        let mut set = |name: &str, value: String| {
            self.rooted.variables.retain(|(known, _)| known != name);
            self.rooted.variables.push((name.to_owned(), value));
        };
        set("ECHOCLOCK_LISTEN", at.to_string());
        set("ECHOCLOCK_ADMIN_LISTEN", admin.to_string());
        let told = self.notifies.then(Told::new).transpose()?;
        if let Some(told) = &told {
            set("NOTIFY_SOCKET", format!("@{}", told.name));
            set("WATCHDOG_USEC", "1000000".to_owned());
        }
        self.served(at, told.as_ref()).with_context(|| {
            let log = fs::read_to_string(&self.log).unwrap_or_default();
            format!("the packed server does not serve; its log:\n{log}")
        })
    }

    fn served(&self, at: SocketAddr, told: Option<&Told>) -> Result<()> {
        ensure!(self.health()?.is_err(), "what is not started is said to be healthy");
        let mut server = self.rooted.command(&self.serve);
        let log = File::create(&self.log).context("no file for its log")?;
        server.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        let mut server = Started(server.spawn().context("unshare can't be started")?);
        match told {
            Some(told) => {
                told.wait_for("READY=1")?;
                told.wait_for("WATCHDOG=1")?;
                self.health()??;
            }
            None => within(STARTS_WITHIN, || self.health().map(Result::ok))
                .context("it does not become healthy")?,
        }
        is_nobody(server.0.id(), &self.rooted.user)?;
        let page = get(at, "/")?;
        ensure!(page.starts_with("HTTP/1.1 200"), "there is no page: {page}");
        ensure!(page.contains(".wasm"), "the page is not in it: {page}");
        ensure!(get(at, "/healthz")?.ends_with("\r\n\r\nok\n"), "/healthz is not answered");

        let pid = server.0.id().to_string();
        let asked = Command::new("kill").args(["-TERM", &pid]).status();
        ensure!(asked.is_ok_and(|status| status.success()), "it can't be asked to stop");
        if let Some(told) = told {
            told.wait_for("STOPPING=1")?;
        }
        let status = within(STOPS_WITHIN, || Ok(server.0.try_wait()?))
            .context("it still runs, though it was asked to stop")?;
        ensure!(status.success(), "it ended with {status}");
        Ok(())
    }

    /// Asks for its health by its own means; what is wrong is the inner result.
    fn health(&self) -> Result<Result<()>> {
        let output = self.rooted.command(&self.health).stdin(Stdio::null()).output();
        let output = output.context("unshare can't be started")?;
        let said = String::from_utf8_lossy(&output.stderr);
        Ok(match output.status.code() {
            Some(0) => Ok(()),
            Some(1) => Err(anyhow::anyhow!("it says that it is not healthy: {said}")),
            code => bail!("its health can't be told ({code:?}): {said}"),
        })
    }
}

/// A process that ends with its owner.
struct Started(Child);

impl Drop for Started {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Where a service tells how it is, by a name that is no file's: its root is another folder.
struct Told {
    socket: UnixDatagram,
    name: String,
}

impl Told {
    fn new() -> Result<Self> {
        let name = format!("echoclock-xtask-{}", std::process::id());
        let socket = UnixDatagram::bind_addr(&UnixAddress::from_abstract_name(&name)?)
            .context("no socket to be told at")?;
        socket.set_read_timeout(Some(STARTS_WITHIN))?;
        Ok(Self { socket, name })
    }

    fn wait_for(&self, state: &str) -> Result<()> {
        let mut buffer = [0; 4_096];
        loop {
            let length = self.socket.recv(&mut buffer);
            let length = length.with_context(|| format!("it does not tell {state}"))?;
            let said = String::from_utf8_lossy(&buffer[..length]);
            if said.lines().any(|line| line == state) {
                return Ok(());
            }
        }
    }
}

/// Fails where a process has more rights than a user that is nobody in particular.
fn is_nobody(pid: u32, user: &str) -> Result<()> {
    let status = Path::new("/proc").join(pid.to_string()).join("status");
    let status = fs::read_to_string(&status).context("it has gone")?;
    let line = |name: &str| status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or("");
    let uid = user.split(':').next().unwrap_or_default();
    let is_its = line("Uid:").split_whitespace().all(|id| id == uid);
    ensure!(is_its && uid != "0", "it runs as {}, not as {uid}", line("Uid:").trim());
    let rights = line("CapEff:").trim();
    ensure!(rights.chars().all(|digit| digit == '0'), "it has rights: {rights}");
    Ok(())
}

/// Returns an address that is free, on a loopback address that is this process's own.
fn free_address() -> Result<SocketAddr> {
    let [.., high, low] = std::process::id().to_be_bytes();
    let own = Ipv4Addr::new(127, 1, high, low.clamp(1, 254));
    let listener = TcpListener::bind((own, 0)).context("no free port")?;
    Ok(listener.local_addr()?)
}

/// Asks for something, and returns the whole answer.
fn get(at: SocketAddr, path: &str) -> Result<String> {
    let mut stream = TcpStream::connect(at).with_context(|| format!("nothing listens at {at}"))?;
    stream.set_read_timeout(Some(STARTS_WITHIN))?;
    write!(stream, "GET {path} HTTP/1.1\r\nhost: {at}\r\nconnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).with_context(|| format!("no answer for {path}"))?;
    Ok(answer)
}

/// Asks again and again until there is an answer.
fn within<T>(limit: Duration, mut asked: impl FnMut() -> Result<Option<T>>) -> Result<T> {
    let began = Instant::now();
    loop {
        if let Some(answer) = asked()? {
            return Ok(answer);
        }
        ensure!(began.elapsed() < limit, "not within {} s", limit.as_secs());
        thread::sleep(POLL);
    }
}

const STARTS_WITHIN: Duration = Duration::from_secs(20);
/// The server drains within 5 s.
const STOPS_WITHIN: Duration = Duration::from_secs(10);
const POLL: Duration = Duration::from_millis(100);
