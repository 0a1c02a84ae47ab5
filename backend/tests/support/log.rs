//! What a server in this process logs.

use std::io::Write;
use std::sync::{Arc, Mutex, OnceLock};

/// The log of all servers of this process.
#[derive(Clone, Debug, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// Returns it; to be called before what is to be in it.
    pub(crate) fn of_this_process() -> Self {
        static LOG: OnceLock<Log> = OnceLock::new();
        let begin = || {
            let log = Log::default();
            let writer = log.clone();
            let logger = tracing_subscriber::fmt().with_writer(move || writer.clone());
            logger.with_ansi(false).init();
            log
        };
        LOG.get_or_init(begin).clone()
    }

    /// Returns the lines that have all these words.
    pub(crate) fn lines(&self, words: &[&str]) -> Vec<String> {
        let written = self.0.lock().expect("no test panics here");
        let lines = String::from_utf8_lossy(&written);
        let has_all = |line: &&str| words.iter().all(|word| line.contains(word));
        lines.lines().filter(has_all).map(str::to_owned).collect()
    }
}

impl Write for Log {
    fn write(&mut self, line: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("no test panics here").write(line)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
