//! The path check, run by the page: `echoclock_shared::check::run` decides, the browser's adapters obey.

mod carry;
mod follow;
mod notes;
mod running;
mod socket;
mod start;

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use echoclock_shared::check::report::{Report, SCHEMA};
use leptos::prelude::{GetUntracked, Set};

use crate::address::Address;
use crate::browser::{Interval, Tabs, Task, Timer};
use crate::stores::{CheckEnd, CheckIntent, CheckPhase, CheckStore, Shown, Source};
use running::Running;

/// Runs path checks and opens their reports, and is the only writer of their store.
pub struct Checker {
    store: CheckStore,
    address: Rc<RefCell<Address>>,
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
    /// Makes one that checks the way to whatever `address` is at the time.
    pub fn new(store: CheckStore, address: Rc<RefCell<Address>>) -> Rc<Self> {
        let forgetting = RefCell::new(None::<Timer>);
        let tabs = Tabs::new(A_CHECK_RUNS, move || {
            store.runs_elsewhere.set(true);
            forgetting.replace(Some(Timer::after(TOLD_WITHIN, move || {
                store.runs_elsewhere.set(false);
            })));
        });
        Rc::new(Self { store, address, now: Now::default(), tabs })
    }

    /// Does what the user wants.
    pub fn want(self: &Rc<Self>, intent: CheckIntent) {
        match intent {
            CheckIntent::Start { is_deep } => self.start(is_deep),
            CheckIntent::Cancel => self.cancel(),
            CheckIntent::Open { name, text, compares } => self.open(name, &text, compares),
            CheckIntent::CompareNot => self.store.compared.set(None),
            CheckIntent::Close => {
                self.store.shown.set(None);
                self.store.compared.set(None);
            }
        }
    }

    fn cancel(&self) {
        let running = self.now.running.borrow().clone();
        match running {
            Some(running) => running.cancel(CheckEnd::Cancelled),
            None => {
                self.now.starting.replace(None);
                self.over(CheckEnd::Cancelled, None);
            }
        }
    }

    /// Shows how a run ended, and what it has shown.
    fn over(&self, end: CheckEnd, report: Option<Report>) {
        self.now.telling.replace(None);
        if let Some(report) = report {
            self.store.compared.set(None);
            self.store.shown.set(Some(Shown { report: Arc::new(report), source: Source::Run }));
        }
        self.store.phase.set(CheckPhase::Over(end));
    }

    fn open(&self, name: String, text: &str, compares: bool) {
        match read_report(text) {
            Ok(report) => {
                let shown = Shown { report: Arc::new(report), source: Source::File(name) };
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

impl fmt::Debug for Checker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Checker").finish_non_exhaustive()
    }
}

/// Reads a report's JSON.
///
/// # Errors
///
/// Says what is wrong with it, as the end of a sentence.
pub fn read_report(text: &str) -> Result<Report, String> {
    let json: serde_json::Value =
        serde_json::from_str(text).map_err(|_| "it is not JSON".to_owned())?;
    match json.get("schema").and_then(serde_json::Value::as_u64) {
        Some(schema) if schema == u64::from(SCHEMA) => {}
        Some(schema) => {
            return Err(format!("it is of schema {schema}, and this page reads schema {SCHEMA}"));
        }
        None => return Err("it is no report of a path check".to_owned()),
    }
    serde_json::from_value(json).map_err(|error| format!("it is damaged ({error})"))
}

/// What tabs tell each other.
const A_CHECK_RUNS: &str = "echoclock: a check runs";

/// How often a tab tells that it runs a check.
const TELL_EVERY: Duration = Duration::from_secs(2);

/// How long a tab believes it.
const TOLD_WITHIN: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_report_says_why() {
        for (text, why) in [
            ("<html>", "it is not JSON"),
            ("{}", "it is no report of a path check"),
            (r#"{"schema":2}"#, "it is of schema 2, and this page reads schema 1"),
            (r#"{"schema":1}"#, "it is damaged (missing field `program`)"),
        ] {
            assert_eq!(read_report(text).map(drop), Err(why.to_owned()));
        }
    }
}
