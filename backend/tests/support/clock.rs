//! Clocks that a test sets.

use std::pin::Pin;
use std::time::Duration;

use echoclock_backend::feed::clock::WallClock;
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
            if now.wait_for(|now| *now >= at).await.is_err() {
                std::future::pending().await
            }
        })
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
