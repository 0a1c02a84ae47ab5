//! What a server in this process logs.

use std::io::Write;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};

/// The log of all servers of this process, from a time on: ports come back, and so would the lines of
/// an earlier test's client.
#[derive(Clone, Debug, Default)]
pub(crate) struct Log {
    written: Arc<Mutex<Vec<u8>>>,
    from: usize,
}

impl Log {
    /// Returns it, from now on.
    pub(crate) fn of_this_process() -> Self {
        static LOG: OnceLock<Log> = OnceLock::new();
        let begin = || {
            let log = Log::default();
            let writer = log.clone();
            let logger = tracing_subscriber::fmt().with_writer(move || writer.clone());
            logger.with_ansi(false).init();
            log
        };
        let log = LOG.get_or_init(begin);
        let from = log.written().len();
        Self { from, ..log.clone() }
    }

    /// Returns the lines that have all these words.
    pub(crate) fn lines(&self, words: &[&str]) -> Vec<String> {
        let written = self.written();
        let lines = String::from_utf8_lossy(&written[self.from..]);
        let has_all = |line: &&str| words.iter().all(|word| line.contains(word));
        lines.lines().filter(has_all).map(str::to_owned).collect()
    }

    fn written(&self) -> MutexGuard<'_, Vec<u8>> {
        self.written.lock().expect("no test panics here")
    }
}

impl Write for Log {
    fn write(&mut self, line: &[u8]) -> std::io::Result<usize> {
        self.written().write(line)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
