//! When to write something although there is nothing to say.

use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::time::Instant;

use crate::alarm::Alarm;
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
    alarm: Alarm,
}

impl Silence {
    /// Begins where something is written.
    pub(super) fn new(max: Duration, presence: Presence) -> Self {
        let since = Instant::now();
        let alarm = Alarm::new(since + max);
        Self { max, since, presence, probes: 0, probe_at: None, alarm }
    }

    /// Something is written.
    pub(super) fn is_broken(&mut self) {
        self.since = Instant::now();
    }

    /// Waits until something is to be written for no other reason.
    pub(super) fn poll_over(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let due = self.due(cx);
        ready!(self.alarm.poll_until(cx, due));
        self.has_probed();
        self.is_broken();
        Poll::Ready(())
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
