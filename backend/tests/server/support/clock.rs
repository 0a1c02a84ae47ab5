//! Clocks that a test sets.

use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use echoclock_backend::feed::clock::{SystemClock, WallClock};
use echoclock_shared::time::UnixMillis;
use tokio::sync::watch;
use tokio::time::Instant;

/// A clock that stands still until it is set.
#[derive(Debug)]
pub(crate) struct ManualClock(watch::Sender<UnixMillis>);

impl ManualClock {
    pub(crate) fn new(millis: u64) -> Self {
        Self(watch::Sender::new(UnixMillis::new(millis)))
    }

    pub(crate) fn set(&self, millis: u64) {
        self.0.send_replace(UnixMillis::new(millis));
    }
}

impl WallClock for ManualClock {
    fn now(&self) -> UnixMillis {
        *self.0.borrow()
    }

    fn sleep_until(&self, at: UnixMillis) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let mut now = self.0.subscribe();
        Box::pin(async move {
            // It may have been set back before this call, and nothing more to come.
            let _ = tokio::time::timeout(LOOK_AGAIN_AFTER, now.wait_for(|now| *now >= at)).await;
        })
    }
}

/// How long a clock may have been set back without a look at it.
const LOOK_AGAIN_AFTER: Duration = Duration::from_millis(20);

/// The system's clock, set ahead by so many milliseconds.
#[derive(Debug, Default)]
pub(crate) struct SetAhead(AtomicU64);

impl SetAhead {
    pub(crate) fn by(&self, ahead: Duration) {
        let millis = u64::try_from(ahead.as_millis()).expect("not as far as that");
        self.0.store(millis, Ordering::Relaxed);
    }
}

impl WallClock for SetAhead {
    fn now(&self) -> UnixMillis {
        SystemClock.now().plus(Duration::from_millis(self.0.load(Ordering::Relaxed)))
    }

    fn sleep_until(&self, at: UnixMillis) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(tokio::time::sleep(at.since(self.now()).min(LOOK_AGAIN_AFTER)))
    }
}

/// A clock that goes with Tokio's time, which a test can pause.
#[derive(Debug)]
pub(crate) struct PausedClock {
    at_start: UnixMillis,
    start: Instant,
}

impl PausedClock {
    pub(crate) fn new(millis: u64) -> Self {
        Self { at_start: UnixMillis::new(millis), start: Instant::now() }
    }
}

impl WallClock for PausedClock {
    fn now(&self) -> UnixMillis {
        self.at_start.plus(self.start.elapsed())
    }

    fn sleep_until(&self, at: UnixMillis) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let wait: Duration = at.since(self.now());
        Box::pin(tokio::time::sleep(wait))
    }
}
