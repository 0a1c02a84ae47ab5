//! Where what a probe notices goes.

use std::rc::Weak;
use std::time::Duration;

use echoclock_shared::check::observed::{Heard, Note};
use echoclock_shared::check::run::Event;

use crate::browser::clock;

/// Whoever is told what happens to a run's probes.
pub(super) trait Posts {
    /// Takes news; what it causes may happen later.
    fn post(&self, event: Event);
}

/// Takes the notes of one of a probe's requests.
#[derive(Clone)]
pub(super) struct Notes {
    to: Weak<dyn Posts>,
    /// When the run began, as `Moment::mono` has it.
    began: Duration,
    /// The probe's place in the run.
    which: usize,
    request: u32,
}

impl Notes {
    /// Takes the notes of a probe's first request.
    pub(super) const fn of(to: Weak<dyn Posts>, began: Duration, which: usize) -> Self {
        Self { to, began, which, request: 1 }
    }

    /// Returns the notes of another of the probe's requests.
    pub(super) fn of_request(&self, request: u32) -> Self {
        Self { request, ..self.clone() }
    }

    /// Writes something down, as of this moment.
    pub(super) fn take(&self, what: Heard) {
        self.take_all([what]);
    }

    /// Writes down what was noticed in one moment.
    pub(super) fn take_all(&self, all: impl IntoIterator<Item = Heard>) {
        let since = clock::mono().saturating_sub(self.began);
        let at = u64::try_from(since.as_micros()).unwrap_or(u64::MAX);
        let Some(to) = self.to.upgrade() else { return };
        for what in all {
            to.post(Event::Noted(self.which, Note { at, request: self.request, what }));
        }
    }

    /// Notes that something broke, in its own words.
    pub(super) fn broke(&self, error: String) {
        self.take(Heard::Broke { error });
    }
}
