//! A plan as it is carried out on one connection.

use std::sync::Arc;
use std::time::Duration;

use echoclock_shared::check::item::Planned;
use echoclock_shared::check::plan::{Plan, Step};
use tokio::time::sleep;

use crate::error::Refusal;
use crate::feed::clock::WallClock;

/// What is left of a plan, and what its items say.
pub(super) struct Course {
    steps: std::vec::IntoIter<Step>,
    wall: Arc<dyn WallClock>,
    nonce: String,
    /// How many items there were.
    items: u32,
}

impl Course {
    /// Begins a plan, with a name of its own for the connection.
    ///
    /// # Errors
    ///
    /// Where the system gives no random bytes.
    pub(super) fn of(plan: &Plan, wall: &Arc<dyn WallClock>) -> Result<Self, Refusal> {
        let nonce = getrandom::u32()
            .map_err(|_| Refusal::NotNow { detail: "the system has no random bytes" })?;
        let steps = plan.steps().collect::<Vec<_>>().into_iter();
        Ok(Self { steps, wall: Arc::clone(wall), nonce: format!("{nonce:08x}"), items: 0 })
    }

    /// Returns the next step; nothing at the end.
    pub(super) fn next(&mut self) -> Option<Step> {
        self.steps.next()
    }

    /// Returns the next item, which is said at this moment.
    pub(super) fn item(&mut self) -> Planned {
        self.items += 1;
        Planned {
            n: self.items,
            nonce: self.nonce.clone(),
            at: self.wall.now().get(),
            filling: String::new(),
        }
    }
}

/// Waits until what was said before a cut has left: what is not written yet of a connection, or of a stream
/// of HTTP/2, is forgotten where it is reset.
pub(super) async fn before_a_cut() {
    sleep(BEFORE_A_CUT).await;
}

const BEFORE_A_CUT: Duration = Duration::from_millis(50);
