//! Whether the client is there while it is being answered.

use std::convert::Infallible;
use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::extract::FromRequestParts;
use futures_util::task::AtomicWaker;
use http::request::Parts;
use tokio::time::sleep;

/// Whether a client has closed its side of the connection: a request's extension.
///
/// It may be that it has asked all that it wanted and reads on (`nc -N`, some health checkers), or
/// that it has left. Both look the same until something is written.
#[derive(Clone, Debug, Default)]
pub(crate) struct Presence(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    has_closed: AtomicBool,
    /// Who waits for it: only over HTTP/1 it can be told, and there one request is answered at a
    /// time.
    waker: AtomicWaker,
}

impl Presence {
    /// Whether it has.
    pub(crate) fn has_closed(&self) -> bool {
        self.0.has_closed.load(Ordering::Acquire)
    }

    /// Waits until it has.
    pub(crate) async fn closed(&self) {
        poll_fn(|cx| self.poll_closed(cx)).await;
    }

    /// Waits until it has, and for as long as an answer may be kept back from who may read on: as long
    /// as for a tick of the clock.
    pub(crate) async fn may_have_left(&self) {
        self.closed().await;
        sleep(WAIT_FOR_WHO_MAY_HAVE_LEFT).await;
    }

    /// Tells whether it has, or has the task woken once it has.
    pub(crate) fn poll_closed(&self, cx: &Context<'_>) -> Poll<()> {
        if self.has_closed() {
            return Poll::Ready(());
        }
        self.0.waker.register(cx.waker());
        // It may have closed in between.
        if self.has_closed() { Poll::Ready(()) } else { Poll::Pending }
    }

    /// It has.
    pub(crate) fn close(&self) {
        self.0.has_closed.store(true, Ordering::Release);
        self.0.waker.wake();
    }
}

impl<S: Sync> FromRequestParts<S> for Presence {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get().cloned().unwrap_or_default())
    }
}

/// How long a client waits at the most that has closed its side.
const WAIT_FOR_WHO_MAY_HAVE_LEFT: Duration = Duration::from_secs(2);
