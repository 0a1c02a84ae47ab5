//! Requests that are sent more than once.

use super::Fault;

/// How often.
pub(super) struct Repeats(pub(super) usize);

impl Fault for Repeats {
    fn times(&self) -> usize {
        self.0
    }
}
