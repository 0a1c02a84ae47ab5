//! Where what a probe notices goes.

use std::time::{Duration, Instant};

use echoclock_shared::check::observed::{Heard, Note};
use echoclock_shared::check::run::Event;
use tokio::sync::mpsc::Sender;

/// The time since the run began.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    pub(crate) fn time(self) -> Duration {
        self.0.elapsed()
    }

    /// Returns when it was, on the clock that timers go by.
    pub(crate) fn instant(self, time: Duration) -> Instant {
        self.0 + time
    }

    fn micros(self) -> u64 {
        u64::try_from(self.time().as_micros()).unwrap_or(u64::MAX)
    }
}

/// Takes the notes of one of a probe's requests.
#[derive(Clone, Debug)]
pub(crate) struct Notes {
    pub(crate) stopwatch: Stopwatch,
    pub(crate) to: Sender<Event>,
    /// The probe's place in the run.
    pub(crate) probe: usize,
    /// The request's number, from 1.
    pub(crate) request: u32,
}

impl Notes {
    /// Writes something down, as of this moment.
    pub(crate) async fn take(&self, what: Heard) {
        self.take_all(vec![what]).await;
    }

    /// Writes down what was noticed in one moment.
    pub(crate) async fn take_all(&self, all: Vec<Heard>) {
        let at = self.stopwatch.micros();
        for what in all {
            let note = Note { at, request: self.request, what };
            // Whoever listens no more has stopped the run.
            let _ = self.to.send(Event::Noted(self.probe, note)).await;
        }
    }

    /// Returns the notes of another of the probe's requests.
    pub(crate) fn of_request(&self, request: u32) -> Self {
        Self { request, ..self.clone() }
    }
}
