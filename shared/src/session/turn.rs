//! Whose turn it is on an open link.

use std::time::Duration;

use super::Moment;
use crate::feed::Period;
use crate::limits::{PING_EVERY, WAIT};
use crate::transport::Transport;

/// Whose turn it is on an open link.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Turn {
    /// The server's, always: it goes on by itself.
    Servers,
    /// The server's: it was asked for what is new.
    Asked {
        at: Duration,
        /// How long it may wait for something new.
        wait: Duration,
        /// Whether this link has been answered before, so that what is new has not waited since
        /// before the link.
        caught_up: bool,
        /// Whether something new has come.
        brought: bool,
    },
    /// Ours: the next question goes out then.
    Pause { until: Duration },
}

impl Turn {
    /// How long an answer may take that has nothing to wait for.
    pub(super) const ANSWER_WITHIN: Duration = Duration::from_secs(10);

    /// How long after a question the next one comes where the answer was empty and should have
    /// waited: something in between does not let questions wait.
    pub(super) const HASTE_PAUSE: Duration = Duration::from_secs(1);

    /// How much longer than it should be a silence may last.
    pub(super) const SILENCE_GRACE: Duration = Duration::from_secs(5);

    /// The turn on a new link. The first question is not to wait: it shows at once whether it
    /// gets through.
    pub(super) const fn first(transport: Transport, now: &Moment) -> Self {
        if transport.is_pushed() {
            Self::Servers
        } else {
            let wait = Duration::ZERO;
            Self::Asked { at: now.mono, wait, caught_up: false, brought: false }
        }
    }

    /// The turn after a further question.
    pub(super) fn asked(transport: Transport, now: &Moment) -> Self {
        let wait = if transport == Transport::LongPoll { WAIT } else { Duration::ZERO };
        Self::Asked { at: now.mono, wait, caught_up: true, brought: false }
    }

    /// The turn after an answer; nothing where there was no question.
    pub(super) fn answered(
        self,
        transport: Transport,
        ask_every: Duration,
        now: &Moment,
    ) -> Option<Self> {
        let Self::Asked { at, wait, brought, .. } = self else { return None };
        let pause = match transport {
            Transport::LongPoll if brought || at + wait <= now.mono => Duration::ZERO,
            Transport::LongPoll => Self::HASTE_PAUSE,
            Transport::Poll
            | Transport::Stream
            | Transport::Frame
            | Transport::Events
            | Transport::Socket => ask_every,
        };
        Some(Self::Pause { until: at + pause })
    }

    /// Gives a question that is out as much time again.
    pub(super) fn waits_on(&mut self, now: &Moment) {
        if let Self::Asked { at, wait, .. } = self {
            *at = now.mono.saturating_sub(*wait);
        }
    }

    /// Notes that something new has come.
    pub(super) const fn brings(&mut self) {
        if let Self::Asked { brought, .. } = self {
            *brought = true;
        }
    }

    /// Whether what comes was new when it was asked for.
    pub(super) const fn has_caught_up(self) -> bool {
        matches!(self, Self::Asked { caught_up: true, .. })
    }

    /// When something is due: a sign of life since `heard`, an answer, or the next question.
    pub(super) fn deadline(self, heard: Duration, period: Period) -> Duration {
        match self {
            Self::Servers => heard + period.duration().min(PING_EVERY) + Self::SILENCE_GRACE,
            Self::Asked { at, wait, .. } => at + wait + Self::ANSWER_WITHIN,
            Self::Pause { until } => until,
        }
    }
}
