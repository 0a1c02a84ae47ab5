//! What the process takes of the machine, by the names that all programs have for it. Only on Linux, which
//! tells it in `/proc`.

use std::{fmt, fs};

use prometheus_client::collector::Collector;
use prometheus_client::encoding::DescriptorEncoder;

use super::sheet::Sheet;

/// What the process takes when it is asked for.
#[derive(Debug)]
pub(super) struct Process;

impl Collector for Process {
    fn encode(&self, encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let mut sheet = Sheet(encoder);
        let read = |file| fs::read_to_string(file).ok();
        if let Some(seconds) = read("/proc/self/stat").as_deref().and_then(cpu_seconds) {
            let help = "Time that the process had of all processors together.";
            sheet.counter("process_cpu_seconds", help, seconds)?;
        }
        if let Some(bytes) = read("/proc/self/status").as_deref().and_then(resident_bytes) {
            let help = "Memory of the process that is in use.";
            sheet.gauge("process_resident_memory_bytes", help, bytes)?;
        }
        if let Ok(files) = fs::read_dir("/proc/self/fd") {
            // One of them is this folder.
            let open = files.count().saturating_sub(1) as u64;
            sheet.gauge("process_open_fds", "Files that the process has open.", open)?;
        }
        #[cfg(unix)]
        if let Ok((files, _)) = rlimit::Resource::NOFILE.get() {
            sheet.gauge("process_max_fds", "How many it may have open.", files)?;
        }
        Ok(())
    }
}

/// Reads the times of a process, of its programs and of the system for it (proc(5), `stat`).
fn cpu_seconds(stat: &str) -> Option<f64> {
    // The program's name may hold anything, also what ends it.
    let (_, after_name) = stat.rsplit_once(") ")?;
    let mut fields = after_name.split(' ').skip(11);
    let mut ticks = || fields.next()?.parse::<u64>().ok();
    Some((ticks()? + ticks()?) as f64 / TICKS_A_SECOND)
}

/// Reads how much memory is in use (proc(5), `status`).
fn resident_bytes(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kibibytes * 1024)
}

/// What Linux tells programs its clock has, whatever it has.
const TICKS_A_SECOND: f64 = 100.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_linux_tells_is_read() {
        let stat = "7 (a) R (b)) S 1 2 3 4 5 6 7 8 9 10 250 50 13 14";
        assert_eq!(cpu_seconds(stat), Some(3.0));
        assert_eq!(cpu_seconds("7 (a) S 1"), None);
        let status = "Name:\techoclock\nVmRSS:\t    2048 kB\nThreads:\t3\n";
        assert_eq!(resident_bytes(status), Some(2 * 1024 * 1024));
        assert_eq!(resident_bytes("VmRSS:\tmuch"), None);
    }
}
