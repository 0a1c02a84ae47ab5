//! A hop that begins anew, and breaks all that is open then.

use std::time::Duration;

use tokio::time::Instant;

use super::{Cut, End, Fault};

/// When it does.
pub(super) struct Restarts(pub(super) Instant);

impl Fault for Restarts {
    fn cut(&self, _: bool) -> Option<Cut> {
        let after = self.0.saturating_duration_since(Instant::now());
        (after > Duration::ZERO).then_some(Cut { after, only_idle: false, end: End::Broken })
    }
}
