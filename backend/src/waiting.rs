//! Waiting for a client that is to take what is written to it.
//!
//! [`Progress`] judges; here are its clock and its alarm, which cost nothing while the client takes
//! all that there is: no clock is read then, and no timer is set.

use std::task::{Context, Poll};

use tokio::time::Instant;

use crate::alarm::Alarm;
use crate::hits::{Hits, Limit};
use crate::progress::{HIDDEN, Pace, Progress};

/// What is waited for in one direction of one client.
#[derive(Debug)]
pub(crate) struct Waiting {
    progress: Progress,
    is_waiting: bool,
    /// How much has passed that was not judged yet.
    passed: usize,
    /// Here only where the client was waited for.
    alarm: Option<Alarm>,
    hits: Hits,
    is_in_vain: bool,
}

impl Waiting {
    /// Begins with all patience, waiting for nothing.
    pub(crate) fn new(pace: Pace, hits: Hits) -> Self {
        let progress = Progress::new(pace, Instant::now()).hiding(HIDDEN);
        Self { progress, is_waiting: false, passed: 0, alarm: None, hits, is_in_vain: false }
    }

    /// Says that bytes have passed, and that the client is not waited for, unless it is said again.
    pub(crate) fn passed(&mut self, bytes: usize) {
        self.passed = self.passed.saturating_add(bytes);
        if std::mem::take(&mut self.is_waiting) {
            self.progress.rests(Instant::now());
        }
    }

    /// Says that the client is waited for; is ready once that is in vain, and wakes the task then.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if !std::mem::replace(&mut self.is_waiting, true) {
            let now = Instant::now();
            self.progress.passed(std::mem::take(&mut self.passed), now);
            self.progress.waits(now);
        }
        let deadline = self.progress.deadline().expect("the client is waited for");
        let alarm = self.alarm.get_or_insert_with(|| Alarm::new(deadline));
        let over = alarm.poll_until(cx, deadline);
        if over.is_ready() && !std::mem::replace(&mut self.is_in_vain, true) {
            self.hits.hit(Limit::of_wait(Limit::WriteTimeout, self.progress.spent()));
        }
        over
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::time::Duration;

    use tokio::time::sleep;

    use super::*;

    const PACE: Pace = Pace { grace: Duration::from_secs(30), rate: 1_000 };

    /// Waits for a client that takes so many bytes every so many seconds, in two steps, and tells
    /// when it is given up, if within ten minutes.
    async fn given_up(bytes: usize, every: u64) -> Option<u64> {
        let since = Instant::now();
        let mut waiting = Waiting::new(PACE, Hits::default());
        while since.elapsed() < Duration::from_secs(600) {
            tokio::select! {
                biased;
                () = poll_fn(|cx| waiting.poll(cx)) => return Some(since.elapsed().as_secs()),
                () = sleep(Duration::from_secs(every)) => {
                    waiting.passed(bytes / 2);
                    waiting.passed(bytes - bytes / 2);
                }
            }
        }
        None
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_is_given_up_once_it_is_too_slow_and_no_sooner() {
        for (bytes, every, end) in [
            (0, 1, Some(30)),
            (1, 1, Some(30)),
            (500, 1, Some(59)),
            (40_000, 29, None),
            (2_000, 2, None),
        ] {
            assert_eq!(given_up(bytes, every).await, end, "{bytes} bytes every {every} s");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_is_set_while_nobody_waits() {
        let mut waiting = Waiting::new(PACE, Hits::default());
        for _ in 0..10 {
            waiting.passed(1_000_000);
        }
        assert!(waiting.alarm.is_none());
        assert!(poll_fn(|cx| Poll::Ready(waiting.poll(cx))).await.is_pending());
        assert!(waiting.alarm.is_some());
    }
}
