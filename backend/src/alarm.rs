//! A timer whose deadline moves.
//!
//! Most deadlines move on before they are reached. So the timer is set to the first of them and is
//! set again only when it fires too early, or where a deadline comes nearer: what flows meanwhile
//! costs a comparison.

use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use tokio::task::coop::unconstrained;
use tokio::time::{Instant, Sleep, sleep_until};

/// A timer that is set late.
#[derive(Debug)]
pub(crate) struct Alarm {
    sleep: Pin<Box<Sleep>>,
    /// Who is woken when it fires.
    waker: Option<Waker>,
}

impl Alarm {
    /// Sets a timer.
    pub(crate) fn new(at: Instant) -> Self {
        Self { sleep: Box::pin(sleep_until(at)), waker: None }
    }

    /// Waits until the deadline, which may be another one each time.
    pub(crate) fn poll_until(&mut self, cx: &mut Context<'_>, at: Instant) -> Poll<()> {
        if at < self.sleep.deadline() {
            self.set(at);
        }
        loop {
            let is_known = self.waker.as_ref().is_some_and(|waker| waker.will_wake(cx.waker()));
            if is_known && !self.sleep.is_elapsed() {
                return Poll::Pending;
            }
            // Without a share of the task's budget, because a timer that did not learn of the waker
            // would be taken for one that did.
            if pin!(unconstrained(self.sleep.as_mut())).poll(cx).is_pending() {
                self.waker = Some(cx.waker().clone());
                return Poll::Pending;
            }
            if at <= Instant::now() {
                return Poll::Ready(());
            }
            self.set(at);
        }
    }

    fn set(&mut self, at: Instant) {
        self.sleep.as_mut().reset(at);
        self.waker = None;
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_deadline_may_move_either_way() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut alarm = Alarm::new(at(30));
        for (first, then) in [(30, 20), (20, 90), (40, 95), (500, 100), (100, 100)] {
            let asked = poll_fn(|cx| Poll::Ready(alarm.poll_until(cx, at(first))));
            let was_over = at(first) <= Instant::now();
            assert_eq!(asked.await.is_ready(), was_over, "{first}");
            poll_fn(|cx| alarm.poll_until(cx, at(then))).await;
            assert_eq!(Instant::now().duration_since(start).as_secs(), then.max(20), "{then}");
        }
    }
}
