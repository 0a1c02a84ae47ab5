//! Where a run leads.

use echoclock_shared::pass::Pass;

/// Where a run leads.
#[derive(Clone, Debug)]
pub(super) struct Way {
    /// The API's base address.
    pub(super) base: String,
    /// What the server lets a socket in by, where it wants that.
    pub(super) pass: Option<Pass>,
}
