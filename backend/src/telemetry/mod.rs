//! Logs: to the standard error, as `RUST_LOG` says, by default from `info` up.
//!
//! Whatever happens there, nobody who logs waits for it; and what clients cause is bounded: how long
//! a line is, and how many of one kind one client may be the reason for.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::env;
use std::io::{self, IsTerminal, stderr};
use std::panic;
use std::time::Duration;

use tracing_subscriber::filter::{LevelFilter, ParseError, Targets};
use tracing_subscriber::fmt::format::{Writer, debug_fn};
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{field::MakeExt, fmt, registry};

mod queue;
use queue::Queue;

mod line;

mod rates;
use rates::TOLD_AFTER;

mod about;
use about::ByClient;

/// What is logged is on its way for as long as this is kept; when it is dropped, the last lines are
/// waited for, though not for long.
#[derive(Debug)]
#[must_use = "the last lines are lost without it"]
pub struct Log {
    queue: Queue,
    by_client: ByClient,
}

impl Drop for Log {
    fn drop(&mut self) {
        self.by_client.tell(Duration::ZERO);
        self.queue.flush(LAST_LINES_WITHIN);
    }
}

/// Starts to log.
///
/// # Errors
///
/// Where the system gives no thread for it.
pub fn start() -> io::Result<Log> {
    let asked = env::var(RUST_LOG).unwrap_or_default();
    let (filter, wrong) = match filter(&asked) {
        Ok(filter) => (filter, None),
        Err(error) => (Targets::new().with_default(DEFAULT), Some(error)),
    };
    let queue = Queue::new();
    let by_client = ByClient::default();
    let held_back = by_client.clone();
    queue.write_to(stderr(), missing, move || held_back.tell(TOLD_AFTER))?;
    let lines = fmt::layer()
        .with_ansi(stderr().is_terminal())
        // What is written is escaped by `line` as it is.
        .with_ansi_sanitization(false)
        .fmt_fields(debug_fn(line::field).delimited(" "))
        .with_writer(queue.clone());
    registry().with(filter).with(lines).with(by_client.clone()).init();
    // The default hook writes by itself, and would wait.
    let traces = queue.clone();
    panic::set_hook(Box::new(move |panic| {
        tracing::error!("{panic}");
        // Only where RUST_BACKTRACE asks for it.
        let trace = Backtrace::capture();
        if trace.status() == BacktraceStatus::Captured {
            traces.push(trace.to_string().as_bytes());
        }
    }));
    if let Some(error) = wrong {
        tracing::warn!("{RUST_LOG}={asked:?} can't be read, and {DEFAULT} is taken: {error}");
    }
    Ok(Log { queue, by_client })
}

/// Says that lines were dropped; not by way of the log itself, which may be full again by then.
fn missing(lines: u64) -> String {
    let mut told = String::new();
    // A line without its time is better than none.
    let _ = SystemTime.format_time(&mut Writer::new(&mut told));
    let target = module_path!();
    told + &format!(
        "  WARN {target}: {lines} lines dropped: they came faster than they were read\n"
    )
}

/// Reads a list of levels and of `target=level`, set apart by commas.
fn filter(asked: &str) -> Result<Targets, ParseError> {
    if asked.is_empty() {
        return Ok(Targets::new().with_default(DEFAULT));
    }
    let targets: Targets = asked.parse()?;
    let default = targets.default_level().unwrap_or(DEFAULT);
    Ok(targets.with_default(default))
}

const RUST_LOG: &str = "RUST_LOG";
const DEFAULT: LevelFilter = LevelFilter::INFO;

/// How long the program's end waits for its last lines.
const LAST_LINES_WITHIN: Duration = Duration::from_millis(250);

#[cfg(test)]
mod tests {
    use tracing::Level;

    use super::*;

    #[test]
    fn what_is_not_named_is_logged_from_info_up() {
        for (asked, ours, others) in [
            ("", LevelFilter::INFO, LevelFilter::INFO),
            ("debug", LevelFilter::DEBUG, LevelFilter::DEBUG),
            ("echoclock_backend=trace", LevelFilter::TRACE, LevelFilter::INFO),
            ("warn,echoclock_backend=debug", LevelFilter::DEBUG, LevelFilter::WARN),
            ("off", LevelFilter::OFF, LevelFilter::OFF),
        ] {
            let filter = filter(asked).unwrap();
            let up_to = |target| {
                let on = |level: &Level| filter.would_enable(target, level);
                let levels = [Level::TRACE, Level::DEBUG, Level::INFO, Level::WARN, Level::ERROR];
                levels.iter().find(|level| on(level)).map_or(LevelFilter::OFF, |l| (*l).into())
            };
            assert_eq!((up_to("echoclock_backend"), up_to("hyper")), (ours, others), "{asked:?}");
        }
        assert!(filter("echoclock=loud").is_err());
    }
}
