//! A server under measurement: started on its core, read in `/proc`, ended when dropped.

use std::collections::VecDeque;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::net::{SocketAddr, TcpListener};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process};

use crate::machine;

/// A running server.
#[derive(Debug)]
pub(crate) struct Server {
    process: Child,
    pub(crate) address: SocketAddr,
    said: Said,
}

impl Server {
    /// Starts it on a core, and waits until it says where it listens.
    pub(crate) fn start(mut command: Command, core: Option<usize>) -> Result<Self> {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // A key of the terminal ends the load, which then ends what it started.
        command.process_group(0).env("TOKIO_WORKER_THREADS", "1");
        // Whatever this thread starts inherits its core.
        let started = match core {
            None => command.env_remove("TOKIO_WORKER_THREADS").spawn(),
            Some(core) => thread::spawn(move || machine::pin(core).map(|()| command.spawn()))
                .join()
                .expect("starting reports its failure, it never panics")?,
        };
        let mut process = started.context("the server can't be started")?;
        let said = Said::default();
        let (sender, receiver) = channel();
        let output = process.stdout.take().context("its output is taken once")?;
        said.clone().listen(output, sender.clone());
        let errors = process.stderr.take().context("its errors are taken once")?;
        said.clone().listen(errors, sender);
        match receiver.recv_timeout(STARTS_WITHIN) {
            Ok(address) => Ok(Self { process, address, said }),
            Err(_) => {
                let _ = process.kill();
                let _ = process.wait();
                bail!("the server does not listen; it said:\n{}", said.text())
            }
        }
    }

    /// Wraps what was started otherwise.
    pub(crate) fn of(process: Child, address: SocketAddr) -> Self {
        Self { process, address, said: Said::default() }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.process.id()
    }

    /// How much processor time all its threads have taken.
    pub(crate) fn cpu(&self) -> Duration {
        cpu(self.pid())
    }

    /// How much memory is resident, in bytes.
    pub(crate) fn resident(&self) -> u64 {
        resident(self.pid())
    }

    pub(crate) fn has_ended(&mut self) -> Option<ExitStatus> {
        self.process.try_wait().ok().flatten()
    }

    pub(crate) fn signal(&self, signal: Signal) {
        // One that has ended needs none.
        let _ = kill_process(self.id(), signal);
    }

    /// Waits for its end, for so long.
    pub(crate) fn ends_within(&mut self, limit: Duration) -> Option<ExitStatus> {
        let asked = Instant::now();
        loop {
            let ended = self.has_ended();
            if ended.is_some() || asked.elapsed() > limit {
                return ended;
            }
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// The last lines that it wrote.
    pub(crate) fn said(&self) -> String {
        self.said.text()
    }

    fn id(&self) -> Pid {
        Pid::from_child(&self.process)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// An address that is free, of those that the system takes for no connection meanwhile.
pub(crate) fn free_address() -> Result<SocketAddr> {
    let mut ports = std::iter::repeat_with(|| fastrand::u16(PORTS)).take(1_000);
    let listener = ports.find_map(|port| TcpListener::bind(("0.0.0.0", port)).ok());
    let port = listener.context("no port is free")?.local_addr()?.port();
    Ok(SocketAddr::from(([127, 0, 0, 1], port)))
}

/// Asks a process to end, so that it ends what it has started itself, and makes it where it does not.
pub(crate) fn end(process: &mut Child) {
    // One that has ended needs neither.
    let _ = kill_process(Pid::from_child(process), Signal::TERM);
    let asked = Instant::now();
    while asked.elapsed() < ENDS_WITHIN {
        if !matches!(process.try_wait(), Ok(None)) {
            return;
        }
        thread::sleep(Duration::from_millis(20));
    }
    let _ = process.kill();
    let _ = process.wait();
}

/// The end of what a server writes; all of it is read, so that it never waits for a reader.
#[derive(Clone, Debug, Default)]
struct Said(Arc<Mutex<VecDeque<String>>>);

impl Said {
    fn listen(self, output: impl Read + Send + 'static, found: Sender<SocketAddr>) {
        thread::spawn(move || {
            for line in BufReader::new(output).split(b'\n').map_while(Result::ok) {
                let line = String::from_utf8_lossy(&line).into_owned();
                if let Some(address) = listens_on(&line) {
                    // Only the first one is waited for.
                    let _ = found.send(address);
                }
                let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
                if lines.len() == LINES {
                    lines.pop_front();
                }
                lines.push_back(line);
            }
        });
    }

    fn text(&self) -> String {
        let lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.iter().map(|line| format!("    {line}\n")).collect()
    }
}

/// The address in the line that says where a server listens.
fn listens_on(line: &str) -> Option<SocketAddr> {
    let (_, rest) = line.split_once("listening on ")?;
    let rest = rest.trim().trim_end_matches('/');
    rest.strip_prefix("http://").unwrap_or(rest).parse().ok()
}

pub(crate) fn resident(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|rest| rest.split_whitespace().next());
    kilobytes.and_then(|number| number.parse::<u64>().ok()).unwrap_or_default() * 1024
}

/// By the scheduler's own account, in nanoseconds, where the kernel keeps it for each thread; threads
/// that have ended are missing there, so whoever starts and ends threads is better read by `stat`.
pub(crate) fn cpu(pid: u32) -> Duration {
    let threads = fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    let each = threads.filter_map(|thread| {
        let text = fs::read_to_string(thread.path().join("schedstat")).ok()?;
        text.split_whitespace().next()?.parse::<u64>().ok()
    });
    let exact = Duration::from_nanos(each.sum());
    exact.max(ticks(pid))
}

/// User and system time, as `stat` has it: in ticks of 10 ms.
fn ticks(pid: u32) -> Duration {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let ticks = stat.rsplit(") ").next().map_or(0, |rest| {
        let fields = rest.split_whitespace().skip(11).take(2);
        fields.filter_map(|field| field.parse::<u64>().ok()).sum()
    });
    Duration::from_millis(ticks * 10)
}

/// Below those that Linux gives to whoever connects.
const PORTS: std::ops::Range<u16> = 20_000..32_000;
const STARTS_WITHIN: Duration = Duration::from_secs(20);
/// How long a process may take that was asked to end.
const ENDS_WITHIN: Duration = Duration::from_secs(3);
const LINES: usize = 60;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_read_as_each_server_says_it() {
        for (line, port) in [
            ("2026-01-01T00:00:00Z  INFO echoclock: listening on http://127.0.0.1:81/", Some(81)),
            ("listening on 127.0.0.1:82", Some(82)),
            ("listening", None),
        ] {
            assert_eq!(listens_on(line).map(|address| address.port()), port);
        }
    }

    #[test]
    fn a_process_is_read() {
        let this = std::process::id();
        assert!(resident(this) > 100_000);
        let before = cpu(this);
        let started = Instant::now();
        while started.elapsed() < Duration::from_millis(30) {}
        assert!(cpu(this) > before);
    }
}
