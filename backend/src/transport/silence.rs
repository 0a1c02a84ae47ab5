//! When to write something although there is nothing to say.

use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tokio::task::coop::unconstrained;
use tokio::time::{Instant, Sleep, sleep_until};

use crate::connection::Presence;

/// Watches over the silence of a stream, and over a client that has closed its side.
///
/// The answer to what is written to a client that has left is that it has, and the next write
/// fails.
pub(super) struct Silence {
    max: Duration,
    /// Since when nothing was written.
    since: Instant,
    presence: Presence,
    /// How often something was written to find out whether the client is still there.
    probes: u32,
    /// When to do so next, once the client has closed its side.
    probe_at: Option<Instant>,
    /// Perhaps sooner than needed, so that it need not be set at each item.
    alarm: Pin<Box<Sleep>>,
    /// Who is woken by it, and by the client's end, and when at the soonest.
    asleep: Option<(Waker, Instant)>,
}

impl Silence {
    /// Begins where something is written.
    pub(super) fn new(max: Duration, presence: Presence) -> Self {
        let since = Instant::now();
        let alarm = Box::pin(sleep_until(since + max));
        Self { max, since, presence, probes: 0, probe_at: None, alarm, asleep: None }
    }

    /// Something is written.
    pub(super) fn is_broken(&mut self) {
        self.since = Instant::now();
    }

    /// Waits until something is to be written for no other reason.
    pub(super) fn poll_over(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if self.is_asleep(cx) {
            return Poll::Pending;
        }
        let due = self.due(cx);
        if due < self.alarm.deadline() {
            self.alarm.as_mut().reset(due);
        }
        // Without a share of the task's budget: a wait that did not learn of the waker would be taken
        // for one that did.
        while pin!(unconstrained(self.alarm.as_mut())).poll(cx).is_ready() {
            if due <= Instant::now() {
                self.has_probed();
                self.is_broken();
                self.alarm.as_mut().reset(self.since + self.max);
                self.asleep = None;
                return Poll::Ready(());
            }
            self.alarm.as_mut().reset(due);
        }
        self.asleep = Some((cx.waker().clone(), self.alarm.deadline()));
        Poll::Pending
    }

    /// Whether nothing can have come of the waits since they were last looked at: items come far
    /// more often.
    fn is_asleep(&self, cx: &Context<'_>) -> bool {
        let has_closed = self.probes < PROBES && self.presence.has_closed();
        let asleep = self.asleep.as_ref().filter(|(waker, _)| waker.will_wake(cx.waker()));
        // Timers count in milliseconds.
        asleep.is_some_and(|(_, until)| Instant::now() + TIMERS_TICK < *until) && !has_closed
    }

    fn due(&mut self, cx: &Context<'_>) -> Instant {
        let silent = self.since + self.max;
        if self.probes == PROBES || self.presence.poll_closed(cx).is_pending() {
            return silent;
        }
        silent.min(*self.probe_at.get_or_insert_with(Instant::now))
    }

    fn has_probed(&mut self) {
        if let Some(at) = self.probe_at.filter(|at| *at <= Instant::now()) {
            self.probes += 1;
            self.probe_at = Some(at + PROBE_EVERY * self.probes);
        }
    }
}

/// How often something is written to find out whether a client has left.
const PROBES: u32 = 2;

/// How long the answer may take.
const PROBE_EVERY: Duration = Duration::from_secs(1);

const TIMERS_TICK: Duration = Duration::from_millis(2);

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use super::*;

    async fn over(silence: &mut Silence) -> Duration {
        let start = Instant::now();
        poll_fn(|cx| silence.poll_over(cx)).await;
        start.elapsed()
    }

    #[tokio::test(start_paused = true)]
    async fn a_silence_is_over_after_its_time_however_often_it_was_broken() {
        let max = Duration::from_secs(16);
        let mut silence = Silence::new(max, Presence::default());
        for _ in 0..3 {
            assert_eq!(over(&mut silence).await.as_secs(), 16);
        }
        for _ in 0..3 {
            let broken = tokio::time::timeout(Duration::from_secs(10), over(&mut silence)).await;
            assert!(broken.is_err(), "it was broken in time");
            silence.is_broken();
        }
        assert_eq!(over(&mut silence).await.as_secs(), 16);
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_may_have_left_is_asked_twice() {
        let presence = Presence::default();
        let mut silence = Silence::new(Duration::from_secs(16), presence.clone());
        let closes = async {
            tokio::time::sleep(Duration::from_secs(3)).await;
            presence.close();
        };
        let (first, ()) = tokio::join!(over(&mut silence), closes);
        assert_eq!(first.as_secs(), 3);
        // Items that go out meanwhile show nothing of what was asked.
        silence.is_broken();
        assert_eq!(over(&mut silence).await.as_secs(), 1);
        assert_eq!(over(&mut silence).await.as_secs(), 16);
    }
}
