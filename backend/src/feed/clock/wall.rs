//! The clock on the wall, and who watches that it goes as it should.

use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use echoclock_shared::time::UnixMillis;
use tokio::time::Instant;

use super::leap::Leaps;

/// The clock on the wall, which can be set forward and back at any moment.
pub trait WallClock: fmt::Debug + Send + Sync + 'static {
    /// Returns the instant that it shows.
    fn now(&self) -> UnixMillis;

    /// Returns when it shows `at`, or sooner: the caller looks at the clock again.
    fn sleep_until(&self, at: UnixMillis) -> Pin<Box<dyn Future<Output = ()> + Send>>;
}

/// The operating system's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl WallClock for SystemClock {
    fn now(&self) -> UnixMillis {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        UnixMillis::new(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
    }

    fn sleep_until(&self, at: UnixMillis) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        // Timers know nothing of a wall clock that is set, so none is trusted for long.
        Box::pin(tokio::time::sleep(at.since(self.now()).min(TRUST_A_TIMER_FOR)))
    }
}

/// A wall clock of whose leaps the log tells, one line each, however many look at it.
#[derive(Debug)]
pub(super) struct Watched {
    wall: Arc<dyn WallClock>,
    start: Instant,
    leaps: Mutex<Leaps>,
}

impl Watched {
    /// Watches a clock.
    pub(super) fn new(wall: Arc<dyn WallClock>) -> Self {
        Self { wall, start: Instant::now(), leaps: Mutex::default() }
    }
}

impl WallClock for Watched {
    fn now(&self) -> UnixMillis {
        let (now, leap) = {
            // Both clocks are read within the lock, so that no look comes after a later one.
            let mut leaps = self.leaps.lock().unwrap_or_else(PoisonError::into_inner);
            let now = self.wall.now();
            (now, leaps.look(now, self.start.elapsed()))
        };
        if let Some(leap) = leap {
            tracing::warn!("{leap}");
        }
        now
    }

    fn sleep_until(&self, at: UnixMillis) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        self.wall.sleep_until(at)
    }
}

/// How long the system clock may be set without the ticks following.
const TRUST_A_TIMER_FOR: Duration = Duration::from_millis(250);
