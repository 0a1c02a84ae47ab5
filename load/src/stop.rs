//! Whether the run was told to end before it has judged all.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use anyhow::{Result, ensure};
use tokio::runtime::Builder;
use tokio::signal::unix::{SignalKind, signal};

/// Set once the process was sent one of the signals that end programs; what stands is then taken down as
/// it would be at the end.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Heeds the signals from here on.
    pub(crate) fn by_signals() -> Result<Self> {
        let stop = Self::default();
        let runtime = Builder::new_current_thread().enable_io().build()?;
        let guard = runtime.enter();
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        let mut hangup = signal(SignalKind::hangup())?;
        drop(guard);
        let told = stop.clone();
        thread::spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    _ = interrupt.recv() => {}
                    _ = terminate.recv() => {}
                    _ = hangup.recv() => {}
                }
            });
            told.0.store(true, Ordering::Relaxed);
        });
        Ok(stop)
    }

    pub(crate) fn is_told(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Fails once it was told.
    pub(crate) fn goes_on(&self) -> Result<()> {
        ensure!(!self.is_told(), "told to end by a signal");
        Ok(())
    }
}
