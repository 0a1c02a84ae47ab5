//! Whether messages go by plain requests, and the one that is under way.

use std::time::Duration;

use super::{Backoff, Ended, Finding, LinkId, Moment, Probed, Trouble};
use crate::echo::SendKey;
use crate::problem::Problem;

/// The chat's second way: a plain request for each message, while no socket gets through.
#[derive(Debug, Default)]
pub struct Posting {
    state: State,
    /// Sockets in a row that did not last, although plain requests were answered.
    strikes: u32,
    /// Whether they were too many, and none has lasted since.
    proven: bool,
    /// When the last socket was begun.
    begun: Duration,
    /// The last one that ended before it lasted, until a plain request judges it.
    doubt: Option<Doubt>,
    /// When the last plain request went out that has judged.
    judged: Duration,
    failures: u32,
    /// Why the server has refused the last message for the moment, if it has.
    refusal: Option<Problem>,
    backoff: Backoff,
}

/// When a socket was begun, and when it ended.
#[derive(Clone, Copy, Debug)]
struct Doubt {
    begun: Duration,
    ended: Duration,
}

#[derive(Clone, Copy, Debug, Default)]
enum State {
    /// Messages go over the socket.
    #[default]
    Off,
    /// The next message may go.
    Free,
    /// A message is under way.
    UnderWay { link: LinkId, key: SendKey, until: Duration },
    /// The last one got no answer, and goes once more.
    Pause { until: Duration },
}

impl Doubt {
    /// Whether the server itself ended the socket: it drains, or has started since.
    fn is_explained_by(self, finding: &Finding, now: &Moment) -> bool {
        match finding {
            Finding::Info(info) => {
                info.draining || info.now.since(info.started) < now.mono.saturating_sub(self.begun)
            }
            Finding::Problem(_) | Finding::Unreachable | Finding::NotOurs(_) => false,
        }
    }
}

/// What has become clear of the two ways.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Judgement {
    /// Nothing new.
    Same,
    /// Plain requests are answered, and sockets do not last.
    GoOver,
    /// Plain requests are not answered either.
    GiveUp,
}

/// A wait that is over.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Due {
    /// The answer did not come.
    Answer(LinkId),
    /// The pause has ended.
    Next,
}

impl Posting {
    /// How many sockets in a row may end before they have lasted.
    pub const STRIKES: u32 = 3;

    /// How long the answer to one message may take.
    pub const ANSWER_WITHIN: Duration = Duration::from_secs(10);

    /// Whether messages go by plain requests.
    pub const fn is_on(&self) -> bool {
        !matches!(self.state, State::Off)
    }

    /// Returns how many of these requests in a row have got no answer.
    pub const fn failures(&self) -> u32 {
        self.failures
    }

    /// Returns why the server has refused the last message for the moment, if it has.
    pub const fn refusal(&self) -> Option<&Problem> {
        self.refusal.as_ref()
    }

    /// Returns the message that is under way, with its request.
    pub(super) const fn under_way(&self) -> Option<(LinkId, SendKey)> {
        match self.state {
            State::UnderWay { link, key, .. } => Some((link, key)),
            State::Off | State::Free | State::Pause { .. } => None,
        }
    }

    /// Whether the next message may go.
    pub(super) const fn is_free(&self) -> bool {
        matches!(self.state, State::Free)
    }

    /// Learns that a socket is tried.
    pub(super) const fn socket_begun(&mut self, now: &Moment) {
        self.begun = now.mono;
    }

    /// Learns how a socket has ended. While messages go by plain requests, none is trusted that
    /// ends: it may have been silent for long.
    pub(super) fn socket_ended(&mut self, ended: &Ended, now: &Moment) {
        if ended.has_lasted() && !self.is_on() {
            self.trust();
        } else if ended.cause.may_retry() {
            self.doubt = Some(Doubt { begun: self.begun, ended: now.mono });
        }
    }

    /// Learns that sockets get through.
    pub(super) const fn trust(&mut self) {
        self.strikes = 0;
        self.proven = false;
        self.doubt = None;
    }

    /// Learns from a plain request.
    pub(super) fn judge(&mut self, probed: &Probed, now: &Moment) -> Judgement {
        if probed.asked < self.judged {
            return Judgement::Same;
        }
        self.judged = probed.asked;
        let trouble = Trouble::found(&probed.finding);
        if !trouble.leaves_plain_requests() {
            self.strikes = 0;
            self.doubt = None;
            return if self.is_on() { Judgement::GiveUp } else { Judgement::Same };
        }
        let Some(doubt) = self.doubt.take_if(|doubt| doubt.ended <= probed.asked) else {
            return Judgement::Same;
        };
        if doubt.is_explained_by(&probed.finding, now) {
            self.strikes = 0;
            return Judgement::Same;
        }
        self.strikes = self.strikes.saturating_add(1);
        // Where the opening arrives as one that opens nothing, there is nothing more to learn.
        let enough = if self.proven || trouble.is_proof() { 1 } else { Self::STRIKES };
        if self.strikes >= enough && !self.is_on() { Judgement::GoOver } else { Judgement::Same }
    }

    /// Sends by plain requests from here on.
    pub(super) fn start(&mut self) {
        self.proven = true;
        self.answered();
    }

    /// Sends by plain requests no more; returns the one that is under way.
    pub(super) fn stop(&mut self) -> Option<LinkId> {
        let under_way = self.under_way().map(|(link, _)| link);
        self.answered();
        self.state = State::Off;
        under_way
    }

    /// Has a message under way.
    pub(super) fn sent(&mut self, link: LinkId, key: SendKey, now: &Moment) {
        self.state = State::UnderWay { link, key, until: now.mono + Self::ANSWER_WITHIN };
    }

    /// Has the next message go.
    pub(super) fn answered(&mut self) {
        self.state = State::Free;
        self.failures = 0;
        self.refusal = None;
    }

    /// Has the message go once more after a while: it got no answer, or was refused for the moment.
    pub(super) fn failed(&mut self, refusal: Option<Problem>, now: &Moment) {
        self.refusal = refusal;
        self.failures = self.failures.saturating_add(1);
        self.state = State::Pause { until: now.mono + self.backoff.wait(self.failures, now.dice) };
    }

    /// Waits no more before a message goes once more.
    pub(super) const fn hurry(&mut self) {
        if let State::Pause { .. } = self.state {
            self.state = State::Free;
        }
    }

    /// Returns what the passing of time has decided.
    pub(super) fn overdue(&self, now: &Moment) -> Option<Due> {
        match self.state {
            State::UnderWay { link, until, .. } if until <= now.mono => Some(Due::Answer(link)),
            State::Pause { until } if until <= now.mono => Some(Due::Next),
            State::Off | State::Free | State::UnderWay { .. } | State::Pause { .. } => None,
        }
    }

    /// Returns when something is due.
    pub(super) const fn next_deadline(&self) -> Option<Duration> {
        match self.state {
            State::Off | State::Free => None,
            State::UnderWay { until, .. } | State::Pause { until } => Some(until),
        }
    }
}
