//! The end of a connection that was told to end.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Sleep, sleep};

use crate::connection::{Ended, Ending};
use crate::hits::Hits;
use crate::progress::Pace;
use crate::waiting::Waiting;

/// How long a connection on which nothing is under way is waited for, until what was written on it
/// has been taken.
///
/// It may be that the client's windows leave no room for the rest, and that it answers pings for ever.
pub(crate) struct Parting {
    waiting: Waiting,
    ending: Ending,
    written: u64,
    at_most: Pin<Box<Sleep>>,
}

impl Parting {
    pub(crate) fn new(pace: Pace, at_most: Duration, ending: Ending, hits: Hits) -> Self {
        let (waiting, written) = (Waiting::new(pace, hits), ending.written());
        Self { waiting, ending, written, at_most: Box::pin(sleep(at_most)) }
    }

    /// Is ready once the client was waited for in vain.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let written = self.ending.written();
        let passed = written - std::mem::replace(&mut self.written, written);
        if passed > 0 {
            self.waiting.passed(usize::try_from(passed).unwrap_or(usize::MAX));
        }
        let is_over = self.waiting.poll(cx).is_ready() || self.at_most.as_mut().poll(cx).is_ready();
        if !is_over {
            return Poll::Pending;
        }
        self.ending.is(Ended::Stalled);
        Poll::Ready(())
    }
}
