//! The Check view's program, as the page has it: fetched when it is wanted, then heard.

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

use leptos::prelude::{GetUntracked, Set};

use crate::between::{self, explanations_of_text};
use crate::browser::{AttributeWatch, Task, program};
use crate::stores::{CheckProgramStore, ProgramIntent, ProgramState};

/// Fetches and starts the program, and is the only writer of its store.
pub struct CheckProgram {
    store: CheckProgramStore,
    starting: RefCell<Option<Task>>,
    heard: RefCell<Option<AttributeWatch>>,
}

impl CheckProgram {
    /// Makes one that does nothing yet.
    pub fn new(store: CheckProgramStore) -> Rc<Self> {
        Rc::new(Self { store, starting: RefCell::default(), heard: RefCell::default() })
    }

    /// Does what the user wants.
    pub fn want(self: &Rc<Self>, intent: ProgramIntent) {
        match (intent, self.store.state.get_untracked()) {
            (_, ProgramState::Starting | ProgramState::Runs) => {}
            (ProgramIntent::Fetch, _) => program::fetch(between::FILES),
            (ProgramIntent::Start, ProgramState::Absent | ProgramState::Failed(_)) => self.start(),
        }
    }

    fn start(self: &Rc<Self>) {
        self.store.state.set(ProgramState::Starting);
        let own = Rc::downgrade(self);
        self.starting.replace(Some(Task::spawn(async move {
            let started = program::start(between::FILES).await;
            let Some(own) = own.upgrade() else { return };
            let explanations = own.store.explanations;
            own.heard.replace(AttributeWatch::new(
                between::ROOT,
                between::EXPLANATIONS,
                move |text| explanations.set(explanations_of_text(&text)),
            ));
            own.store.state.set(match started {
                Ok(()) => ProgramState::Runs,
                Err(why) => ProgramState::Failed(why),
            });
        })));
    }
}

impl fmt::Debug for CheckProgram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CheckProgram").finish_non_exhaustive()
    }
}
