//! The end of the server's life: it takes nothing new and ends what is open.

use std::fmt;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Waker};

use tokio::task::coop::unconstrained;
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

use crate::error::Refusal;

/// Whether the server drains; a cheap handle.
#[derive(Clone, Debug, Default)]
pub struct Drain {
    token: CancellationToken,
    /// Set before the token is cancelled, and looked at without its lock.
    has_begun: Arc<AtomicBool>,
}

impl Drain {
    /// Begins to drain: every stream and socket ends by itself.
    pub fn begin(&self) {
        self.has_begun.store(true, Ordering::Release);
        self.token.cancel();
    }

    /// Returns whether the server drains.
    pub fn has_begun(&self) -> bool {
        self.has_begun.load(Ordering::Acquire)
    }

    /// Waits until the server drains.
    pub async fn begun(&self) {
        self.token.cancelled().await;
    }

    /// Waits until the server drains; to be polled again and again costs next to nothing.
    pub(crate) fn drained(&self) -> Drained {
        let wait = Box::pin(self.token.clone().cancelled_owned());
        Drained { wait, has_begun: Arc::clone(&self.has_begun), waker: None }
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

/// Waits until the server drains, whoever polls it besides other things.
///
/// The token's own wait takes two locks that all share each time it is polled.
pub(crate) struct Drained {
    wait: Pin<Box<WaitForCancellationFutureOwned>>,
    has_begun: Arc<AtomicBool>,
    /// Who is woken.
    waker: Option<Waker>,
}

impl Future for Drained {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.has_begun.load(Ordering::Acquire) {
            return Poll::Ready(());
        }
        if self.waker.as_ref().is_some_and(|waker| waker.will_wake(cx.waker())) {
            return Poll::Pending;
        }
        self.waker = Some(cx.waker().clone());
        // Without a share of the task's budget: a wait that did not learn of the waker would be taken
        // for one that did.
        pin!(unconstrained(self.wait.as_mut())).poll(cx)
    }
}

impl fmt::Debug for Drained {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Drained")
    }
}
