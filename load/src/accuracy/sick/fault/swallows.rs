//! Requests that are taken, and never answered.

use super::super::head::Head;
use super::Fault;

/// Those whose address contains this.
pub(super) struct Swallows(pub(super) String);

impl Fault for Swallows {
    fn swallows(&self, request: &Head) -> bool {
        request.target().contains(&self.0)
    }
}
