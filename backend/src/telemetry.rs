//! Logs: to the standard error, as `RUST_LOG` says, by default from `info` up.

use std::env;
use std::io::{IsTerminal, stderr};

use tracing_subscriber::filter::{LevelFilter, ParseError, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{fmt, registry};

/// Starts to log.
pub fn start() {
    let asked = env::var(RUST_LOG).unwrap_or_default();
    let (filter, wrong) = match filter(&asked) {
        Ok(filter) => (filter, None),
        Err(error) => (Targets::new().with_default(DEFAULT), Some(error)),
    };
    let lines = fmt::layer().with_writer(stderr).with_ansi(stderr().is_terminal());
    registry().with(filter).with(lines).init();
    if let Some(error) = wrong {
        tracing::warn!("{RUST_LOG}={asked:?} can't be read, and {DEFAULT} is taken: {error}");
    }
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
