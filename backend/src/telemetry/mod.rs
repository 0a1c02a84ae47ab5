//! Logs: to the standard error, as `--log-level` and `--log` say.
//!
//! Whatever happens there, nobody who logs waits for it; and what clients cause is bounded: how long
//! a line is, and how many of one kind one client may be the reason for.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::io::{self, IsTerminal, stderr};
use std::panic;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tracing::Level;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::format::{Writer, debug_fn};
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{field::MakeExt, fmt, registry};

mod queue;
use queue::Queue;

mod line;

mod json;
use json::Json;

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

/// How lines are written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Form {
    /// For people.
    Text,
    /// An object of JSON each.
    Json,
}

/// Reads how lines are to be written.
pub(crate) fn form(asked: &str) -> Result<Form, &'static str> {
    match asked {
        "text" => Ok(Form::Text),
        "json" => Ok(Form::Json),
        _ => Err("neither text nor json"),
    }
}

/// Starts to log what these let through.
///
/// # Errors
///
/// Where the system gives no thread for it.
pub fn start(levels: Targets, form: Form) -> io::Result<Log> {
    let queue = Queue::new();
    let by_client = ByClient::default();
    let held_back = by_client.clone();
    queue.write_to(
        stderr(),
        move |lines| missing(form, lines),
        move || held_back.tell(TOLD_AFTER),
    )?;
    let lines = fmt::layer()
        .with_ansi(stderr().is_terminal())
        // What is written is escaped by `line` as it is.
        .with_ansi_sanitization(false)
        .fmt_fields(debug_fn(line::field).delimited(" "))
        .with_writer(queue.clone());
    let lines = match form {
        Form::Text => lines.boxed(),
        Form::Json => lines.event_format(Json).boxed(),
    };
    registry().with(levels).with(lines).with(by_client.clone()).init();
    // The default hook writes by itself, and would wait.
    let traces = queue.clone();
    panic::set_hook(Box::new(move |panic| {
        tracing::error!("{panic}");
        // Only where RUST_BACKTRACE asks for it.
        let trace = Backtrace::capture();
        if trace.status() == BacktraceStatus::Captured {
            traces.push(backtrace(form, &trace).as_bytes());
        }
    }));
    Ok(Log { queue, by_client })
}

/// Returns how many lines this process has dropped, because they came faster than they were read.
pub(crate) fn lines_dropped() -> u64 {
    queue::LOST.load(Ordering::Relaxed)
}

/// Returns how many it has held back, because one client was the reason for too many.
pub(crate) fn lines_held_back() -> u64 {
    about::HELD_BACK.load(Ordering::Relaxed)
}

/// Says that lines were dropped; not by way of the log itself, which may be full again by then.
fn missing(form: Form, lines: u64) -> String {
    let message = format!("{lines} lines dropped: they came faster than they were read");
    if form == Form::Json {
        return json::object(Level::WARN, module_path!(), &message, &json::entry("lines", lines));
    }
    let mut told = String::new();
    // A line without its time is better than none.
    let _ = SystemTime.format_time(&mut Writer::new(&mut told));
    let target = module_path!();
    told + &format!("  WARN {target}: {message}\n")
}

/// Writes where the program was; whole, unlike what a line tells.
fn backtrace(form: Form, trace: &Backtrace) -> String {
    match form {
        Form::Text => trace.to_string(),
        Form::Json => {
            let entry = json::entry("backtrace", trace.to_string());
            json::object(Level::ERROR, module_path!(), "where it panicked", &entry)
        }
    }
}

/// Reads a list of levels and of `target=level`, set apart by commas.
pub(crate) fn levels(asked: &str) -> Result<Targets, String> {
    // A word alone would be a target of which everything is logged, such as a misspelt level.
    let mut alone = asked.split(',').filter(|part| !part.contains('='));
    let is_level = |part: &str| !part.is_empty() && part.parse::<LevelFilter>().is_ok();
    let targets = asked.parse::<Targets>().ok().filter(|_| alone.all(is_level));
    let targets = targets.ok_or(
        "not a level (off, error, warn, info, debug, trace), or several such as \
         warn,echoclock_backend=debug",
    )?;
    let default = targets.default_level().unwrap_or(DEFAULT);
    Ok(targets.with_default(default))
}

/// From which level on what is named nowhere is logged.
const DEFAULT: LevelFilter = LevelFilter::INFO;

/// How long the program's end waits for its last lines.
const LAST_LINES_WITHIN: Duration = Duration::from_millis(250);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_named_is_logged_from_info_up() {
        for (asked, ours, others) in [
            ("info", LevelFilter::INFO, LevelFilter::INFO),
            ("debug", LevelFilter::DEBUG, LevelFilter::DEBUG),
            ("echoclock_backend=trace", LevelFilter::TRACE, LevelFilter::INFO),
            ("warn,echoclock_backend=debug", LevelFilter::DEBUG, LevelFilter::WARN),
            ("off", LevelFilter::OFF, LevelFilter::OFF),
        ] {
            let filter = levels(asked).unwrap();
            let up_to = |target| {
                let on = |level: &Level| filter.would_enable(target, level);
                let all = [Level::TRACE, Level::DEBUG, Level::INFO, Level::WARN, Level::ERROR];
                all.iter().find(|level| on(level)).map_or(LevelFilter::OFF, |l| (*l).into())
            };
            assert_eq!((up_to("echoclock_backend"), up_to("hyper")), (ours, others), "{asked:?}");
        }
        for wrong in ["", "echoclock=loud", "loud", "warn,loud", "info,hyper=debug,x"] {
            assert!(levels(wrong).is_err(), "{wrong}");
        }
    }
}
