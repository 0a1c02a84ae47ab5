//! Has what the page has to be let in for wait until it is known whether that takes a pass.
//!
//! A page that is of the API's own origin, as the browser sees it, may seem to be of another to the
//! server, where a proxy rewrites `Host`. The first socket would be refused there, so the server is
//! asked before it is opened. Where no pass is wanted that is remembered, and nothing waits again, nor
//! on later visits; should it be wanted after all, the question about what was refused brings it. A page
//! of another origin is known by that, and never waits; nor does a GET, which says no origin to its
//! own. Where the server that gave the page its pass is found to be gone, nothing is opened: the next
//! one would refuse it.

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;
use std::time::Duration;

use echoclock_shared::session::Finding;

use super::probe::Question;
use crate::address::{Address, is_of_origin};
use crate::browser::{Task, clock, document_base, storage};
use crate::pass::{Entry, Passes};

/// How long anything waits for a pass; it may well do without.
const PASS_WITHIN: Duration = Duration::from_secs(1);

/// The name under which the browser remembers the API that wants no pass.
const REMEMBERED: &str = "echoclock.no-pass";

/// Whether what has waited for a pass may be opened, or else has ended.
pub(super) type MayOpen = bool;

/// Goes on with what has waited.
type Go = Box<dyn FnOnce(MayOpen)>;

/// Has links wait for passes.
pub(super) struct Admission {
    passes: RefCell<Passes>,
    /// What waits: at most a link for each part, and one message that is posted.
    waiting: RefCell<Vec<Go>>,
    /// The API that is asked, and the question.
    asking: RefCell<Option<(String, Task)>>,
}

impl Admission {
    /// Begins with what is remembered.
    pub(super) fn new() -> Rc<Self> {
        let passes = storage::read(REMEMBERED).as_deref().map(Passes::none_wanted);
        Rc::new(Self {
            passes: RefCell::new(passes.unwrap_or_default()),
            waiting: RefCell::default(),
            asking: RefCell::default(),
        })
    }

    /// Goes on once it is known whether the API at `address` wants a pass: at once where it is.
    pub(super) fn when_known(
        self: &Rc<Self>,
        address: &Address,
        go: impl FnOnce(MayOpen) + 'static,
    ) {
        let Ok(base) = &address.base else { return go(true) };
        let is_known = !self.passes.borrow().want_asking(base, clock::mono());
        if is_known || !is_of_origin(base, &document_base()) {
            return go(true);
        }
        self.waiting.borrow_mut().push(Box::new(go));
        let is_asked = self.asking.borrow().as_ref().is_some_and(|(asked, _)| asked == base);
        if !is_asked && let Ok(question) = Question::about_pass(address) {
            let task = self.ask(question, base.clone());
            self.asking.replace(Some((base.clone(), task)));
        }
    }

    /// Takes the pass out of what the API at `base` was found to answer: it goes no further.
    pub(super) fn learn(&self, base: &str, finding: &mut Finding, asked: Duration) {
        let Finding::Info(info) = finding else { return };
        let pass = info.pass.take();
        let is_remembered = storage::read(REMEMBERED).as_deref() == Some(base);
        if pass.is_some() == is_remembered {
            storage::write(REMEMBERED, Some(base).filter(|_| pass.is_none()));
        }
        self.passes.borrow_mut().learn(base, pass, asked, info.draining);
    }

    /// Adds the pass to an address of the API, if there is one.
    pub(super) fn show(&self, base: &str, address: &str) -> String {
        self.passes.borrow().show(base, address, clock::mono())
    }

    /// Takes the pass out of a text that is to be shown.
    pub(super) fn hide(&self, text: &str) -> String {
        self.passes.borrow().hide(text)
    }

    /// Doubts the pass: a link has ended.
    pub(super) fn doubt(&self) {
        self.passes.borrow_mut().doubt(clock::mono());
    }

    fn ask(self: &Rc<Self>, question: Question, base: String) -> Task {
        let admission = Rc::downgrade(self);
        Task::spawn(async move {
            loop {
                let asked = clock::mono();
                let mut finding = question.clone().ask(PASS_WITHIN).await;
                let Some(admission) = admission.upgrade() else { return };
                admission.learn(&base, &mut finding, asked);
                let is_late = clock::mono() - asked >= PASS_WITHIN;
                let entry = admission.passes.borrow().judge(&base, &finding, is_late);
                let may_open = match entry {
                    // Each doubt is that of a link that has ended, so that there are not many.
                    Entry::AskAgain => continue,
                    Entry::Open => true,
                    Entry::Shut => false,
                };
                admission.asking.take();
                // Whatever came of it, nothing waits any longer: the session explains what fails.
                for go in admission.waiting.take() {
                    go(may_open);
                }
                return;
            }
        })
    }
}

impl fmt::Debug for Admission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Admission").field("passes", &self.passes).finish_non_exhaustive()
    }
}
