//! Questions, and answers that may wait.

use std::time::Duration;

use echoclock_shared::session::{CloseReport, FromClock, LinkEvent, LinkId, Target};

use super::{Coming, World};

impl World {
    /// Makes sure that questions are not asked without end.
    pub(super) fn asked(&mut self) {
        self.questions.push_back(self.now);
        if self.questions.len() > QUESTIONS_MAX {
            let first = self.questions.pop_front().unwrap_or_default();
            let passed = self.now - first;
            assert!(passed > Duration::from_secs(1), "questions without end: {passed:?}");
        }
    }

    /// Answers a question, or has it wait for what is to come.
    pub(super) fn question(&mut self, link: LinkId, instance: u32, target: Target) {
        let Target::Clock { every, after, wait, .. } = target else { return };
        if self.refuses(target) {
            return self.deliver(link, LinkEvent::Closed(CloseReport::lost()));
        }
        let (items, _) = self.server.after(every, after, self.now);
        let wait = wait.filter(|_| items.is_empty()).unwrap_or_default();
        let next = self.server.until_next(every, self.now);
        self.plan(self.now + wait.min(next), Coming::Reply(link, instance, target));
    }

    /// Answers with what there is, be it nothing.
    pub(super) fn reply(&mut self, link: LinkId, instance: u32, target: Target) {
        let Target::Clock { every, after, .. } = target else { return };
        if self.served_by(link) != Some(instance) {
            return;
        }
        for item in self.server.after(every, after, self.now).0 {
            self.deliver(link, LinkEvent::Clock(FromClock::Item(item)));
        }
        self.deliver(link, LinkEvent::Answered);
    }
}

/// How many questions both polls together may ask within a second: ten ticks are answered one by
/// one, twice as fast in a hurry.
pub(super) const QUESTIONS_MAX: usize = 60;
