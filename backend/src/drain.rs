//! The end of the server's life: it takes nothing new and ends what is open.

use std::fmt;
use std::pin::{Pin, pin};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tokio::task::coop::unconstrained;
use tokio::time::{Instant, Sleep, sleep_until};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

use crate::error::part_of;

/// Whether the server drains; a cheap handle.
#[derive(Clone, Debug, Default)]
pub struct Drain {
    token: CancellationToken,
    course: Arc<Course>,
    manner: Manner,
}

/// How far the server has come.
#[derive(Debug, Default)]
struct Course {
    /// Since when it drains. Set before the token is cancelled, and looked at without its lock.
    began: OnceLock<Instant>,
    /// Has what is still open end at once.
    cut: CancellationToken,
}

/// How what is open ends.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Manner {
    /// Over which time clients are spread, so that they do not come back together.
    pub spread: Duration,
    /// Whether the server starts again, which sockets are told.
    pub restarts: bool,
}

impl Drain {
    /// Will have what is open end in this manner.
    pub fn new(manner: Manner) -> Self {
        Self { manner, ..Self::default() }
    }

    /// Begins to drain: every stream and socket ends by itself.
    pub fn begin(&self) {
        self.course.began.get_or_init(Instant::now);
        self.token.cancel();
    }

    /// Ends what has not ended by itself.
    pub(crate) fn cut(&self) {
        self.course.cut.cancel();
    }

    /// Returns what is cancelled once the server waits for nothing that is open.
    pub(crate) fn until_cut(&self) -> CancellationToken {
        self.course.cut.clone()
    }

    /// Returns whether the server drains.
    pub fn has_begun(&self) -> bool {
        self.course.began.get().is_some()
    }

    /// Returns since when the server drains, if it does.
    pub(crate) fn began(&self) -> Option<Instant> {
        self.course.began.get().copied()
    }

    /// Waits until the server drains.
    pub async fn begun(&self) {
        self.token.cancelled().await;
    }

    /// Waits until the server drains; to be polled again and again costs next to nothing.
    pub(crate) fn drained(&self) -> Drained {
        let wait = Box::pin(self.token.clone().cancelled_owned());
        let (course, manner) = (Arc::clone(&self.course), self.manner);
        Drained { wait, course, manner, turn: Turn::AtOnce, waker: None }
    }

    /// Waits likewise, and then for a turn of its own within the spread: for what ends without being able
    /// to say when its client is to come back.
    pub(crate) fn drained_in_turn(&self) -> Drained {
        // A timer takes a moment also where it is over already.
        let turn = if self.manner.spread.is_zero() { Turn::AtOnce } else { Turn::ToBeDrawn };
        Drained { turn, ..self.drained() }
    }
}

/// Waits until the server drains, whoever polls it besides other things.
///
/// The token's own wait takes two locks that all share each time it is polled.
pub(crate) struct Drained {
    wait: Pin<Box<WaitForCancellationFutureOwned>>,
    course: Arc<Course>,
    manner: Manner,
    turn: Turn,
    /// Who is woken.
    waker: Option<Waker>,
}

/// When something ends once the server drains.
enum Turn {
    AtOnce,
    ToBeDrawn,
    Drawn(Pin<Box<Sleep>>),
}

impl Drained {
    /// Returns how what is open ends.
    pub(crate) fn manner(&self) -> Manner {
        self.manner
    }

    /// Returns what is cancelled once the server waits for nothing that is open.
    pub(crate) fn until_cut(&self) -> CancellationToken {
        self.course.cut.clone()
    }
}

impl Future for Drained {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if let Some(began) = self.course.began.get().copied() {
            if matches!(self.turn, Turn::ToBeDrawn) {
                let at = began + part_of(self.manner.spread);
                self.turn = Turn::Drawn(Box::pin(sleep_until(at)));
            }
            return match &mut self.turn {
                Turn::Drawn(timer) if !timer.is_elapsed() => {
                    pin!(unconstrained(timer.as_mut())).poll(cx)
                }
                Turn::AtOnce | Turn::ToBeDrawn | Turn::Drawn(_) => Poll::Ready(()),
            };
        }
        if self.waker.as_ref().is_some_and(|waker| waker.will_wake(cx.waker())) {
            return Poll::Pending;
        }
        self.waker = Some(cx.waker().clone());
        // Without a share of the task's budget: a wait that did not learn of the waker would be taken
        // for one that did.
        let wait = pin!(unconstrained(self.wait.as_mut())).poll(cx);
        if wait.is_ready() { self.poll(cx) } else { wait }
    }
}

impl fmt::Debug for Drained {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Drained")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_ends_in_turn_is_spread_and_all_else_ends_at_once() {
        let spread = Duration::from_secs(10);
        let drain = Drain::new(Manner { spread, restarts: false });
        let start = Instant::now();
        let ended = move |drained: Drained| async move {
            drained.await;
            start.elapsed()
        };
        let in_turn = (0..100).map(|_| tokio::spawn(ended(drain.drained_in_turn())));
        let (in_turn, at_once) =
            (in_turn.collect::<Vec<_>>(), tokio::spawn(ended(drain.drained())));
        tokio::task::yield_now().await;
        drain.begin();
        assert_eq!(at_once.await.expect("it ends"), Duration::ZERO);
        let mut ends = vec![];
        for end in in_turn {
            ends.push(end.await.expect("it ends"));
        }
        ends.sort_unstable();
        assert!(ends[99] <= spread + Duration::from_millis(1), "{:?}", ends[99]);
        // That one of ten is in none of these parts is rarer than one in ten thousand.
        assert!(ends[0] < spread / 10 && ends[99] > spread * 9 / 10, "{ends:?}");
        assert!(ends[30] > spread / 10 && ends[70] < spread * 9 / 10, "{ends:?}");
        // Once the spread is over there are no more turns.
        tokio::time::advance(spread).await;
        let late = start.elapsed();
        assert_eq!(ended(drain.drained_in_turn()).await, late);
    }
}
