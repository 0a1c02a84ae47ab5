//! The path check, run by the page: `echoclock_shared::check::run` decides, the browser's adapters obey.

mod carry;
mod follow;
mod hiding;
mod notes;
mod running;
mod socket;
mod start;

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use echoclock_shared::check::report::{self, Report};
use leptos::prelude::{GetUntracked, Set, Update};

use crate::between::Api;
use crate::browser::file::NoText;
use crate::browser::{Interval, Tabs, Task, Timer};
use crate::language::Language;
use crate::stores::{
    CheckEnd, CheckIntent, CheckPhase, CheckStore, Refusal, Shown, Source, Unreadable,
};
use running::Running;

/// Runs path checks and opens their reports, and is the only writer of their store.
pub struct Checker {
    store: CheckStore,
    api: Rc<RefCell<Option<Api>>>,
    now: Now,
    tabs: Tabs,
}

/// The run, if there is one.
#[derive(Default)]
struct Now {
    /// The questions before it.
    starting: RefCell<Option<Task>>,
    running: RefCell<Option<Rc<Running>>>,
    telling: RefCell<Option<Interval>>,
}

impl Checker {
    /// Makes one that waits for where the API is.
    pub fn new(store: CheckStore) -> Rc<Self> {
        let forgetting = RefCell::new(None::<Timer>);
        let tabs = Tabs::new(A_CHECK_RUNS, move || {
            store.runs_elsewhere.set(true);
            forgetting.replace(Some(Timer::after(TOLD_WITHIN, move || {
                store.runs_elsewhere.set(false);
            })));
        });
        Rc::new(Self { store, api: Rc::default(), now: Now::default(), tabs })
    }

    /// Does what the user wants.
    pub fn want(self: &Rc<Self>, intent: CheckIntent) {
        match intent {
            CheckIntent::Start { is_deep } => self.start(is_deep),
            CheckIntent::Cancel => self.cancel(),
            CheckIntent::Open { name, text, compares } => self.open(name, text, compares),
            CheckIntent::CompareNot => self.store.compared.set(None),
            CheckIntent::Close => {
                self.store.shown.set(None);
                self.store.compared.set(None);
                self.store.unreadable.set(None);
            }
        }
    }

    /// Takes where the API is, or why there is none.
    pub fn take_api(&self, api: Option<Api>) {
        if let Some(Err(why)) = &api {
            // The same in another language.
            self.store.phase.update(|phase| {
                if let CheckPhase::Over(CheckEnd::Refused(Refusal::NoApi(told))) = phase {
                    told.clone_from(why);
                }
            });
        }
        self.api.replace(api);
    }

    /// Tells what is shown in the language that is spoken.
    pub fn take_language(&self, language: Language) {
        if let Some(running) = &*self.now.running.borrow() {
            running.tell_again();
        }
        for shown in [self.store.shown, self.store.compared] {
            if let Some(Shown { report, source }) = shown.get_untracked() {
                shown.set(Some(Shown { report: spoken(report), source }));
            }
        }
        self.store.language.set(language);
    }

    /// Takes that the page is seen, or not, from now on.
    pub fn take_visible(&self, is_visible: bool) {
        if let Some(running) = &*self.now.running.borrow() {
            running.take_visible(is_visible);
        }
    }

    fn cancel(&self) {
        let running = self.now.running.borrow().clone();
        match running {
            Some(running) => running.cancel(CheckEnd::Cancelled),
            None => {
                self.now.starting.replace(None);
                self.over(CheckEnd::CancelledAtOnce, None);
            }
        }
    }

    /// Shows how a run ended, and what it has shown.
    fn over(&self, end: CheckEnd, report: Option<Report>) {
        self.now.telling.replace(None);
        if let Some(report) = report {
            self.store.compared.set(None);
            let report = spoken(Arc::new(report));
            self.store.shown.set(Some(Shown { report, source: Source::Run }));
        }
        self.store.phase.set(CheckPhase::Over(end));
    }

    fn open(&self, name: String, text: Result<String, NoText>, compares: bool) {
        let read = |text: String| report::read(&text).map_err(Unreadable::NotAReport);
        match text.map_err(Unreadable::NoText).and_then(read) {
            Ok(report) => {
                let shown = Shown { report: spoken(Arc::new(report)), source: Source::File(name) };
                self.store.unreadable.set(None);
                if compares && self.store.shown.get_untracked().is_some() {
                    self.store.compared.set(Some(shown));
                } else {
                    self.store.compared.set(None);
                    self.store.shown.set(Some(shown));
                }
            }
            Err(why) => self.store.unreadable.set(Some((name, why))),
        }
    }
}

/// Returns a report in the language that is spoken, or as it is where that can't be had.
fn spoken(report: Arc<Report>) -> Arc<Report> {
    if report.language == report::language() {
        return report;
    }
    report::told_again(&report).map_or(report, Arc::new)
}

impl fmt::Debug for Checker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Checker").finish_non_exhaustive()
    }
}

/// What tabs tell each other.
const A_CHECK_RUNS: &str = "echoclock: a check runs";

/// How often a tab tells that it runs a check.
const TELL_EVERY: Duration = Duration::from_secs(2);

/// How long a tab believes it.
const TOLD_WITHIN: Duration = Duration::from_secs(5);
