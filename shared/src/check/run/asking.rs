//! The question for the server's side of a probe, which is asked until the answer tells the end.

use std::time::Duration;

use crate::check::observed::{ServerSide, Untold};
use crate::check::probe::Ask;
use crate::ledger::{Ledger, What};

/// The questions for one probe's ledger.
#[derive(Debug)]
pub(super) struct Asking {
    /// When no more is asked.
    until: Duration,
    /// When the next question is due.
    next: Duration,
    /// How long after an answer the next one is due; it grows.
    pause: Duration,
    /// When the question that is under way was asked.
    asked: Option<Duration>,
    /// Whether the ledger says when an answer is over.
    tells_end: bool,
    known: ServerSide,
    /// Whether what is known is all there will be.
    is_whole: bool,
}

/// What to do about a ledger.
#[derive(Debug, PartialEq)]
pub(super) enum Step {
    Wait,
    Ask,
    Drop,
    Settled(ServerSide),
}

impl Asking {
    /// Begins to ask; where the client has left, the server may be told late, or never.
    pub(super) fn new(ask: &Ask, has_left: bool, at: Duration) -> Self {
        let patience = if has_left { LEFT_WITHIN } else { ENDED_WITHIN };
        let tells_end = match ask {
            Ask::Stream(_) | Ask::Twins(_) | Ask::Socket(_) | Ask::Connections { .. } => true,
            Ask::Follow { transport, .. } => transport.is_pushed(),
            Ask::Seen { .. }
            | Ask::Wait { .. }
            | Ask::Upload { .. }
            | Ask::Download { .. }
            | Ask::Status { .. } => false,
        };
        Self {
            until: at + patience,
            next: at + PAUSE,
            pause: PAUSE,
            asked: None,
            tells_end,
            known: ServerSide::Unknown(Untold::NoTime),
            is_whole: false,
        }
    }

    /// Takes an answer; where the client has heard the server itself, a server that knows nothing of it
    /// has forgotten.
    pub(super) fn answered(
        &mut self,
        answer: Result<Option<Ledger>, Untold>,
        has_heard_it: bool,
        at: Duration,
    ) {
        if self.asked.take().is_none() {
            return;
        }
        self.pause = (self.pause * 2).min(PAUSE_MAX);
        self.next = at + self.pause;
        let told = match answer {
            Ok(Some(ledger)) => {
                self.is_whole = self.is_over(&ledger);
                ServerSide::Ledger(ledger)
            }
            // What was known before is worth more than that it can't be had any more.
            Ok(None) | Err(_) if matches!(self.known, ServerSide::Ledger(_)) => return,
            Ok(None) if has_heard_it => ServerSide::Unknown(Untold::Forgotten),
            Ok(None) => ServerSide::Nothing,
            Err(error) => ServerSide::Unknown(error),
        };
        self.known = told;
    }

    /// Returns what to do, and has done it.
    pub(super) fn step(&mut self, at: Duration, may_ask: bool) -> Step {
        match self.asked {
            Some(asked) if asked + ANSWER_WITHIN <= at => {
                self.answered(Err(Untold::NotInTime), false, at);
                Step::Drop
            }
            Some(_) => Step::Wait,
            None if self.is_whole || self.until <= at => Step::Settled(self.known()),
            None if self.next <= at && may_ask => {
                self.asked = Some(at);
                Step::Ask
            }
            None => Step::Wait,
        }
    }

    /// Returns when there is something to do.
    pub(super) fn due(&self, may_ask: bool) -> Option<Duration> {
        match self.asked {
            Some(asked) => Some(asked + ANSWER_WITHIN),
            None if may_ask => Some(self.next.min(self.until)),
            None => Some(self.until),
        }
    }

    pub(super) const fn is_under_way(&self) -> bool {
        self.asked.is_some()
    }

    pub(super) fn known(&self) -> ServerSide {
        self.known.clone()
    }

    fn is_over(&self, ledger: &Ledger) -> bool {
        let count = |is: fn(&What) -> bool| {
            ledger.entries.iter().filter(|entry| is(&entry.what)).count() as u64
        };
        let ended = count(|what| matches!(what, What::Ended { .. }));
        let answered = count(|what| matches!(what, What::Response { .. }));
        let over = if self.tells_end { ended } else { answered };
        over >= ledger.totals.requests
    }
}

/// How long the server is asked until it knows that the client has left.
const LEFT_WITHIN: Duration = Duration::from_secs(6);

/// How long it is asked for the end of what was over for the client.
const ENDED_WITHIN: Duration = Duration::from_secs(2);

/// How long one answer may take.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);

/// The first wait, in which the server writes down the end.
const PAUSE: Duration = Duration::from_millis(100);

const PAUSE_MAX: Duration = Duration::from_secs(1);
