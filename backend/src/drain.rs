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
    /// The same, where nobody has to be asked for a lock.
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

    /// Returns a wait that is kept, for who waits for other things as well, and often.
    pub(crate) fn watch(&self) -> Watch {
        let begun = Box::pin(self.token.clone().cancelled_owned());
        Watch { drain: self.clone(), begun, waker: None }
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

/// A wait for the drain; while its task stays the same, to ask again costs nothing.
pub(crate) struct Watch {
    drain: Drain,
    begun: Pin<Box<WaitForCancellationFutureOwned>>,
    /// Who is woken.
    waker: Option<Waker>,
}

impl Watch {
    /// Whether the server drains.
    pub(crate) fn has_begun(&self) -> bool {
        self.drain.has_begun()
    }

    /// Waits until it does.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if self.has_begun() {
            return Poll::Ready(());
        }
        if self.waker.as_ref().is_some_and(|waker| waker.will_wake(cx.waker())) {
            return Poll::Pending;
        }
        // Without a share of the task's budget: a wait that did not learn of the waker would be
        // taken for one that did.
        let begun = pin!(unconstrained(self.begun.as_mut())).poll(cx);
        self.waker = begun.is_pending().then(|| cx.waker().clone());
        begun
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.drain.fmt(f)
    }
}
