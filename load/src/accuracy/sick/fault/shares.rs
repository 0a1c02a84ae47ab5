//! Answers that are given to others too.

use super::super::keep::Keeps;
use super::Fault;

/// Which.
pub(super) struct Shares(pub(super) Keeps);

impl Fault for Shares {
    fn keeps(&self) -> Keeps {
        self.0
    }
}
