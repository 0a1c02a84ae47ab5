//! The end of the server's life: it takes nothing new and ends what is open.

use tokio_util::sync::CancellationToken;

use crate::error::Refusal;

/// Whether the server drains; a cheap handle.
#[derive(Clone, Debug, Default)]
pub struct Drain {
    token: CancellationToken,
}

impl Drain {
    /// Begins to drain: every stream and socket ends by itself.
    pub fn begin(&self) {
        self.token.cancel();
    }

    /// Returns whether the server drains.
    pub fn has_begun(&self) -> bool {
        self.token.is_cancelled()
    }

    /// Waits until the server drains.
    pub async fn begun(&self) {
        self.token.cancelled().await;
    }

    /// Refuses what would stay open.
    ///
    /// # Errors
    ///
    /// Where the server drains.
    pub(crate) fn refuse_new(&self) -> Result<(), Refusal> {
        if self.has_begun() { Err(Refusal::Draining) } else { Ok(()) }
    }
}
