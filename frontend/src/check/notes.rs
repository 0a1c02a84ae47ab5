//! Where what a probe notices goes.

use std::rc::Rc;
use std::time::Duration;

use echoclock_shared::check::observed::{Heard, Note};

use crate::browser::clock;

/// Takes the notes of one of a probe's requests.
#[derive(Clone)]
pub(super) struct Notes {
    to: Rc<dyn Fn(Note)>,
    /// When the run began, as `Moment::mono` has it.
    began: Duration,
    request: u32,
}

impl Notes {
    /// Takes the notes of a probe's first request.
    pub(super) fn new(began: Duration, to: impl Fn(Note) + 'static) -> Self {
        Self { to: Rc::new(to), began, request: 1 }
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
        let at = micros(since);
        for what in all {
            (self.to)(Note { at, request: self.request, what });
        }
    }

    /// Notes that something broke, in its own words.
    pub(super) fn broke(&self, error: String) {
        self.take(Heard::Broke { error });
    }
}

/// Returns a time as notes have it.
pub(super) fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}
