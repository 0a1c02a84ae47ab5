//! One half's connection: attempts, waits and endings, whatever it carries.

use std::time::Duration;

use super::link_id::{LinkId, LinkIds};
use super::{Backoff, CloseReport, Finding, Moment, Trouble};
use crate::close::CloseCode;
use crate::problem::Problem;

/// A connection that is wanted or not, and how far it has come.
#[derive(Debug)]
pub struct Link {
    state: LinkState,
    failures: u32,
    trouble: Option<Trouble>,
    backoff: Backoff,
}

/// How far a connection has come.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum LinkState {
    /// Not wanted.
    Idle {
        /// How the last link ended, if there was one.
        last: Option<Ended>,
    },
    /// Waiting for the server's first message.
    Connecting {
        /// The attempt.
        link: LinkId,
        /// When it is given up.
        until: Duration,
    },
    /// The server's first message has arrived.
    Open {
        /// The attempt.
        link: LinkId,
        /// When that message arrived.
        since: Moment,
    },
    /// The user has closed it, and the server's answer is awaited.
    Closing {
        /// The attempt.
        link: LinkId,
        /// When the answer is given up.
        until: Duration,
    },
    /// The next attempt comes by itself.
    Waiting {
        /// When.
        until: Duration,
        /// How the last link ended.
        last: Ended,
    },
    /// Let go while nobody looks; the next attempt comes when somebody does.
    Resting,
}

/// How a link ended.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Ended {
    /// Why.
    pub cause: Cause,
    /// How long it was open; nothing where it never was.
    pub open_for: Option<Duration>,
}

impl Ended {
    /// Whether it was open for [`Link::LASTED`].
    pub fn has_lasted(&self) -> bool {
        self.open_for.is_some_and(|open_for| open_for >= Link::LASTED)
    }

    fn is_impossible(&self) -> bool {
        matches!(self.cause, Cause::Impossible(_))
    }
}

/// Why a link ended.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Cause {
    /// By a close handshake.
    Closed {
        /// Who began it.
        by: Side,
        /// The code that the server sent.
        code: CloseCode,
        /// The reason that the server sent.
        reason: String,
    },
    /// It was let go by the user, and has no close handshake.
    LetGo,
    /// It broke, or could not be made.
    Lost,
    /// The server's first message did not come in time.
    NoHello,
    /// The server fell silent, though the connection seemed to stand.
    Silent,
    /// The server refused it for a while, and said why.
    Refused(Problem),
    /// The user closed it, and the server did not answer in time.
    CloseUnanswered,
    /// It could not even be tried, with the reason.
    Impossible(String),
}

impl Cause {
    /// Whether another attempt may fare better without anybody's doing.
    pub const fn may_retry(&self) -> bool {
        match self {
            Self::Closed { by: Side::Server, .. }
            | Self::Lost
            | Self::NoHello
            | Self::Silent
            | Self::Refused(_) => true,
            Self::Closed { by: Side::Browser, .. }
            | Self::LetGo
            | Self::CloseUnanswered
            | Self::Impossible(_) => false,
        }
    }
}

/// The two ends of a link.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Side {
    /// The page.
    Browser,
    /// The server, or what stands before it.
    Server,
}

impl Default for Link {
    fn default() -> Self {
        Self {
            state: LinkState::Idle { last: None },
            failures: 0,
            trouble: None,
            backoff: Backoff::default(),
        }
    }
}

impl Link {
    /// How long the server's first message may take.
    pub const HELLO_WITHIN: Duration = Duration::from_secs(10);

    /// How long the server's answer to a close may take.
    pub const CLOSE_WITHIN: Duration = Duration::from_secs(5);

    /// How long a link has to be open for the waits to start over.
    pub const LASTED: Duration = Duration::from_secs(10);

    /// Returns how far the connection has come.
    pub const fn state(&self) -> &LinkState {
        &self.state
    }

    /// Returns how many attempts in a row have failed.
    pub const fn failures(&self) -> u32 {
        self.failures
    }

    /// Returns what is known of why it does not open.
    pub const fn trouble(&self) -> Option<&Trouble> {
        self.trouble.as_ref()
    }

    /// Returns the attempt that has the word.
    pub const fn current(&self) -> Option<LinkId> {
        match self.state {
            LinkState::Connecting { link, .. }
            | LinkState::Open { link, .. }
            | LinkState::Closing { link, .. } => Some(link),
            LinkState::Idle { .. } | LinkState::Waiting { .. } | LinkState::Resting => None,
        }
    }

    /// Whether `link` is the attempt that has the word.
    pub fn is(&self, link: LinkId) -> bool {
        self.current() == Some(link)
    }

    /// Returns the attempt on which messages can be sent.
    pub const fn open(&self) -> Option<LinkId> {
        if let LinkState::Open { link, .. } = self.state { Some(link) } else { None }
    }

    /// Whether a connection is wanted.
    pub const fn wanted(&self) -> bool {
        match self.state {
            LinkState::Connecting { .. }
            | LinkState::Open { .. }
            | LinkState::Waiting { .. }
            | LinkState::Resting => true,
            LinkState::Idle { .. } | LinkState::Closing { .. } => false,
        }
    }

    /// Returns when an open link will have lasted.
    pub(super) fn lasts_at(&self) -> Option<Duration> {
        match &self.state {
            LinkState::Open { since, .. } => Some(since.mono + Self::LASTED),
            LinkState::Idle { .. }
            | LinkState::Connecting { .. }
            | LinkState::Closing { .. }
            | LinkState::Waiting { .. }
            | LinkState::Resting => None,
        }
    }

    /// Whether a connection is wanted and not there.
    pub(super) const fn is_sought(&self) -> bool {
        matches!(self.state, LinkState::Connecting { .. } | LinkState::Waiting { .. })
    }

    pub(super) const fn waits(&self) -> bool {
        matches!(self.state, LinkState::Waiting { .. })
    }

    /// Begins an attempt; the caller lets the one before go.
    pub(super) fn attempt(&mut self, links: &mut LinkIds, now: &Moment) -> LinkId {
        let link = links.next();
        self.state = LinkState::Connecting { link, until: now.mono + Self::HELLO_WITHIN };
        link
    }

    /// Takes the server's first message of an attempt; later ones change nothing.
    pub(super) fn greeted(&mut self, now: &Moment) {
        if let LinkState::Connecting { link, .. } = self.state {
            self.state = LinkState::Open { link, since: *now };
            self.trouble = None;
        }
    }

    /// Awaits the server's answer to a close.
    pub(super) fn closing(&mut self, link: LinkId, now: &Moment) {
        self.state = LinkState::Closing { link, until: now.mono + Self::CLOSE_WITHIN };
    }

    /// Takes the end of the current attempt as its adapter reports it.
    pub(super) fn closed(&mut self, report: CloseReport, now: &Moment) -> Ended {
        let closing = matches!(self.state, LinkState::Closing { .. });
        let by = if closing { Side::Browser } else { Side::Server };
        let cause = match (report.clean, by) {
            (true, by) => Cause::Closed { by, code: report.code, reason: report.reason },
            (false, Side::Browser) => Cause::CloseUnanswered,
            (false, Side::Server) => Cause::Lost,
        };
        self.ended(cause, now)
    }

    /// Ends whatever there is, and waits where another attempt may fare better.
    pub(super) fn ended(&mut self, cause: Cause, now: &Moment) -> Ended {
        let open_for = if let LinkState::Open { since, .. } = &self.state {
            Some(now.mono.saturating_sub(since.mono))
        } else {
            None
        };
        let ended = Ended { cause, open_for };
        if ended.has_lasted() {
            self.failures = 0;
        }
        self.queues_no_more();
        self.state = if ended.cause.may_retry() {
            self.failures = self.failures.saturating_add(1);
            let until = now.mono + self.backoff.wait(self.failures, now.dice);
            LinkState::Waiting { until, last: ended.clone() }
        } else {
            self.trouble = None;
            LinkState::Idle { last: Some(ended.clone()) }
        };
        ended
    }

    /// Waits no more: the user does not want it.
    pub(super) fn give_up(&mut self) {
        let last = match &self.state {
            LinkState::Waiting { last, .. } => Some(last.clone()),
            LinkState::Idle { last } => last.clone(),
            LinkState::Connecting { .. }
            | LinkState::Open { .. }
            | LinkState::Closing { .. }
            | LinkState::Resting => None,
        };
        self.state = LinkState::Idle { last };
        self.failures = 0;
        self.trouble = None;
    }

    /// Lets go until somebody looks.
    pub(super) fn rest(&mut self) {
        self.state = LinkState::Resting;
        self.failures = 0;
        self.trouble = None;
    }

    /// Forgets what was learnt of another target, and returns whether to try the new one.
    pub(super) fn readdress(&mut self) -> bool {
        let untried =
            matches!(&self.state, LinkState::Idle { last: Some(last) } if last.is_impossible());
        let resting = matches!(self.state, LinkState::Resting);
        let wanted = self.wanted() || untried;
        if !resting {
            self.give_up();
        }
        wanted && !resting
    }

    /// Learns why the link does not open; returns whether that is news.
    pub(super) fn explain(&mut self, finding: &Finding) -> bool {
        if !self.waits() && !matches!(self.state, LinkState::Connecting { .. }) {
            return false;
        }
        // The question queued as well.
        if *finding == Finding::Unreachable && self.trouble == Some(Trouble::Queued) {
            return false;
        }
        let trouble = Trouble::found(finding);
        let news = self.trouble.as_ref() != Some(&trouble);
        self.trouble = Some(trouble);
        news
    }

    /// Waits on for an answer: its request queues in the browser.
    pub(super) fn queues(&mut self, now: &Moment) {
        if let LinkState::Connecting { until, .. } = &mut self.state {
            *until = now.mono + Self::HELLO_WITHIN;
        }
        self.trouble = Some(Trouble::Queued);
    }

    /// Learns that the request is on its way; returns whether that is news.
    pub(super) fn queues_no_more(&mut self) -> bool {
        self.trouble.take_if(|trouble| *trouble == Trouble::Queued).is_some()
    }

    /// Returns what the passing of time has decided.
    pub(super) fn overdue(&self, now: &Moment) -> Option<Overdue> {
        if self.next_deadline()? > now.mono {
            return None;
        }
        match self.state {
            LinkState::Connecting { link, .. } => Some(Overdue::Hello(link)),
            LinkState::Closing { link, .. } => Some(Overdue::Close(link)),
            LinkState::Waiting { .. } => Some(Overdue::Retry),
            LinkState::Idle { .. } | LinkState::Open { .. } | LinkState::Resting => None,
        }
    }

    pub(super) const fn next_deadline(&self) -> Option<Duration> {
        match self.state {
            LinkState::Connecting { until, .. }
            | LinkState::Closing { until, .. }
            | LinkState::Waiting { until, .. } => Some(until),
            LinkState::Idle { .. } | LinkState::Open { .. } | LinkState::Resting => None,
        }
    }
}

/// A wait that is over.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Overdue {
    Hello(LinkId),
    Close(LinkId),
    Retry,
}
