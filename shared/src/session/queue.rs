//! Whether a request that is not answered waits in the browser for a free connection.
//!
//! A browser opens six HTTP/1.1 connections to one origin at the most, over all its tabs, and lets
//! what is asked beyond them wait without a word. Sockets are not counted among the six. So where
//! a socket is heard while even a plain request finds no answer, requests queue in the browser;
//! where the plain request is answered, something on the way holds the other one back.

use std::time::Duration;

use super::Moment;

/// What was seen of other ways to the server.
#[derive(Debug, Default)]
pub(super) struct Signs {
    socket: Option<Duration>,
    plain: Option<Duration>,
    asked: Option<Duration>,
}

impl Signs {
    /// How long a plain question stands before it may be repeated.
    const ASK_EVERY: Duration = Duration::from_secs(5);

    /// Notes that a socket was heard.
    pub(super) const fn heard_socket(&mut self, now: &Moment) {
        self.socket = Some(now.mono);
    }

    /// Notes that a plain request was answered.
    pub(super) const fn heard_plain(&mut self, now: &Moment) {
        self.plain = Some(now.mono);
    }

    /// Whether to ask the server something plain: one question does for all who wait.
    fn may_ask(&mut self, now: &Moment) -> bool {
        let may = self.asked.is_none_or(|asked| asked + Self::ASK_EVERY <= now.mono);
        if may {
            self.asked = Some(now.mono);
        }
        may
    }
}

/// A request whose answer's headers have not come.
#[derive(Debug)]
pub(super) struct Unanswered {
    /// Since when it might have been answered.
    since: Duration,
    /// When it is looked at next; nothing once it is known to be on its way.
    look_at: Option<Duration>,
    /// When it was found to queue last, if it was.
    queued: Option<Duration>,
}

/// What to do about a request that is not answered.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Look {
    /// Ask the server something plain, to see whether that gets through.
    AskPlainly,
    /// Have a socket give a sign of life.
    AskSocket,
    /// It queues in the browser.
    Queued,
    /// It is on its way after all.
    OnItsWay,
    /// Nothing.
    Nothing,
}

impl Unanswered {
    /// How long a request may take before its absence is looked into.
    pub(super) const LOOK_AFTER: Duration = Duration::from_secs(2);

    /// How long it takes until it is found to queue, and from then on is found so again.
    pub(super) const QUEUED_AFTER: Duration = Duration::from_secs(3);

    /// How long a sign of life may take.
    const SIGN_WITHIN: Duration = Duration::from_secs(1);

    /// Begins to wait for an answer that may come from `since` on.
    pub(super) fn new(since: Duration) -> Self {
        Self { since, look_at: Some(since + Self::LOOK_AFTER), queued: None }
    }

    /// Returns when to look next.
    pub(super) const fn look_at(&self) -> Option<Duration> {
        self.look_at
    }

    /// Judges by the signs, when it is time.
    pub(super) fn look(&mut self, signs: &mut Signs, now: &Moment) -> Look {
        if self.look_at.is_none_or(|look_at| look_at > now.mono) {
            return Look::Nothing;
        }
        if signs.plain.is_some_and(|plain| plain > self.since) {
            self.look_at = None;
            return Look::OnItsWay;
        }
        let since = self.queued.unwrap_or(self.since);
        if now.mono < since + Self::QUEUED_AFTER {
            self.look_at = Some(since + Self::QUEUED_AFTER);
            return if signs.may_ask(now) { Look::AskPlainly } else { Look::Nothing };
        }
        if signs.socket.is_some_and(|socket| socket > since) {
            self.queued = Some(now.mono);
            self.look_at = Some(now.mono + Self::LOOK_AFTER);
            return Look::Queued;
        }
        self.look_at = Some(now.mono + Self::SIGN_WITHIN);
        Look::AskSocket
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(millis: u64) -> Moment {
        let mut now =
            Moment { mono: Duration::ZERO, wall: crate::time::UnixMillis::new(0), dice: 0 };
        now.mono = Duration::from_millis(millis);
        now
    }

    #[test]
    fn a_request_queues_where_a_socket_is_heard_and_nothing_plain() {
        let mut signs = Signs::default();
        let mut request = Unanswered::new(Duration::from_secs(1));
        assert_eq!(request.look(&mut signs, &at(2_999)), Look::Nothing, "too early");
        assert_eq!(request.look(&mut signs, &at(3_000)), Look::AskPlainly);
        assert_eq!(request.look(&mut signs, &at(4_000)), Look::AskSocket, "no sign of either");
        signs.heard_socket(&at(4_100));
        assert_eq!(request.look(&mut signs, &at(5_000)), Look::Queued);
        assert_eq!(request.look(&mut signs, &at(7_000)), Look::Nothing, "it was just asked");
        assert_eq!(request.look(&mut signs, &at(8_000)), Look::AskSocket, "an old sign is none");
        signs.heard_socket(&at(8_001));
        assert_eq!(request.look(&mut signs, &at(9_000)), Look::Queued);
        assert_eq!(request.look(&mut signs, &at(11_000)), Look::AskPlainly, "it goes on asking");
        signs.heard_plain(&at(11_500));
        assert_eq!(request.look(&mut signs, &at(12_000)), Look::OnItsWay);
        assert_eq!(request.look_at(), None);
    }

    #[test]
    fn a_plain_answer_clears_the_browser_of_suspicion() {
        let mut signs = Signs::default();
        signs.heard_plain(&at(900));
        let mut request = Unanswered::new(Duration::from_secs(1));
        assert_eq!(request.look(&mut signs, &at(3_000)), Look::AskPlainly, "an answer from before");
        signs.heard_plain(&at(3_050));
        signs.heard_socket(&at(3_050));
        assert_eq!(request.look(&mut signs, &at(4_000)), Look::OnItsWay);
    }

    #[test]
    fn one_plain_question_does_for_all() {
        let mut signs = Signs::default();
        let mut asked = 0;
        for _ in 0..5 {
            let mut request = Unanswered::new(Duration::ZERO);
            asked += usize::from(request.look(&mut signs, &at(2_000)) == Look::AskPlainly);
        }
        assert_eq!(asked, 1);
        let mut later = Unanswered::new(Duration::from_secs(5));
        assert_eq!(later.look(&mut signs, &at(7_000)), Look::AskPlainly);
    }
}
