//! The machine: its cores, its limits, what it says of itself.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
use serde_json::{Value, json};

/// Which core is whose.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Cores {
    pub(crate) load: usize,
    pub(crate) server: usize,
}

impl Cores {
    /// Takes the first core for the load and the second for the server, of those that are allowed.
    pub(crate) fn choose() -> Result<Self> {
        let allowed = sched_getaffinity(None).context("the cores can't be told")?;
        let mut all = (0..CpuSet::MAX_CPU).filter(|core| allowed.is_set(*core));
        let load = all.next().context("there is no core")?;
        Ok(Self { load, server: all.next().unwrap_or(load) })
    }

    pub(crate) fn are_apart(self) -> bool {
        self.load != self.server
    }
}

/// Has this thread, and what it starts from here on, run on one core.
pub(crate) fn pin(core: usize) -> Result<()> {
    let mut set = CpuSet::new();
    set.set(core);
    sched_setaffinity(None, &set).with_context(|| format!("core {core} is not allowed"))
}

/// Raises the limit of open files to what `files` take, for this process and what it starts.
pub(crate) fn allow_files(files: u64) -> Result<()> {
    let limit = getrlimit(Resource::Nofile);
    if limit.current.is_none_or(|current| current >= files) {
        return Ok(());
    }
    // Root may raise the hard limit too.
    let hard = limit.maximum.map(|maximum| maximum.max(files));
    let within = limit.maximum.is_none_or(|maximum| maximum >= files);
    let attempts = [Rlimit { current: Some(files), maximum: hard }];
    let raised = attempts.into_iter().any(|limit| setrlimit(Resource::Nofile, limit).is_ok());
    ensure!(
        raised,
        "this takes {files} open files, and {} is the limit here: raise it by `ulimit -Hn {files}` \
         as root{}",
        limit.maximum.unwrap_or_default(),
        if within { "" } else { ", or in /etc/security/limits.conf" }
    );
    Ok(())
}

/// The kernel's memory: what its sockets hold, and what it keeps in slabs, in bytes. Both ends of
/// every connection are on this machine.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Kernel {
    pub(crate) sockets: u64,
    pub(crate) slabs: u64,
}

impl Kernel {
    pub(crate) fn look() -> Self {
        let sockets = fs::read_to_string("/proc/net/sockstat").unwrap_or_default();
        let memory = fs::read_to_string("/proc/meminfo").unwrap_or_default();
        Self::read(&sockets, &memory)
    }

    fn read(sockets: &str, memory: &str) -> Self {
        let tcp = sockets.lines().find(|line| line.starts_with("TCP:")).unwrap_or_default();
        let pages = tcp.split_whitespace().skip_while(|word| *word != "mem").nth(1);
        let slabs = memory.lines().find_map(|line| line.strip_prefix("Slab:"));
        let number = |text: Option<&str>| text.and_then(|text| text.parse::<u64>().ok());
        Self {
            sockets: number(pages).unwrap_or_default() * PAGE,
            slabs: number(slabs.and_then(|rest| rest.split_whitespace().next()))
                .unwrap_or_default()
                * 1024,
        }
    }

    /// What came since.
    pub(crate) fn since(self, before: Self) -> Self {
        Self {
            sockets: self.sockets.saturating_sub(before.sockets),
            slabs: self.slabs.saturating_sub(before.slabs),
        }
    }
}

/// What a reader of the figures has to know of the machine.
pub(crate) fn described(cores: Cores) -> Value {
    let said = |command: &str, arguments: &[&str]| {
        let output = Command::new(command).args(arguments).output();
        let text = output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
        text.unwrap_or_default()
    };
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find(|line| line.starts_with("model name"));
    let model = model.and_then(|line| line.split_once(": ")).map_or("unknown", |(_, name)| name);
    json!({
        "date": said("date", &["-u", "+%Y-%m-%d"]),
        "processor": model,
        "cores": info.lines().filter(|line| line.starts_with("processor")).count(),
        "kernel": said("uname", &["-sr"]),
        "node": said("node", &["--version"]),
        "load_core": cores.load,
        "server_core": cores.server,
    })
}

const PAGE: u64 = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernels_memory_is_told_in_bytes() {
        let sockets = "sockets: used 3\nTCP: inuse 5 orphan 0 tw 0 alloc 7 mem 12\nUDP: mem 9\n";
        let before = Kernel::read(sockets, "MemTotal: 9 kB\nSlab:             100 kB\n");
        assert_eq!((before.sockets, before.slabs), (12 * 4096, 100 * 1024));
        let none = Kernel::read("", "");
        assert_eq!((none.sockets, none.since(before).slabs), (0, 0));
    }
}
