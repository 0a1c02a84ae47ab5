//! How components say what the user wants.

use echoclock_shared::session::Intent;
use leptos::prelude::{Callable, UnsyncCallback};

use crate::browser::file::NoText;
use crate::language::Language;

/// How the page's components say what the user wants.
#[derive(Clone, Copy, Debug)]
pub struct Dispatch {
    intent: UnsyncCallback<Intent>,
    address: UnsyncCallback<String>,
    check_program: UnsyncCallback<ProgramIntent>,
    language: UnsyncCallback<Language>,
}

/// What the user wants of a program that the page starts when it is wanted.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ProgramIntent {
    /// They may soon want it.
    Fetch,
    /// They want it.
    Start,
}

/// How the Check view's components say what the user wants.
#[derive(Clone, Copy, Debug)]
pub struct CheckDispatch(UnsyncCallback<CheckIntent>);

/// What the user wants of the path check.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum CheckIntent {
    /// Runs it.
    Start {
        /// Whether for minutes.
        is_deep: bool,
    },
    /// Stops it, with what is known.
    Cancel,
    /// Shows the report in a file, or compares it with the one that is shown.
    Open {
        /// The file's name.
        name: String,
        /// What is in it, or why that is not known.
        text: Result<String, NoText>,
        /// Whether it is to be compared.
        compares: bool,
    },
    /// Compares no longer.
    CompareNot,
    /// Puts the report away.
    Close,
}

impl Dispatch {
    /// Makes a dispatch that hands what it is given to `intent`, `address`, `check_program` and
    /// `language`.
    pub fn new(
        intent: impl Fn(Intent) + 'static,
        address: impl Fn(String) + 'static,
        check_program: impl Fn(ProgramIntent) + 'static,
        language: impl Fn(Language) + 'static,
    ) -> Self {
        Self {
            intent: UnsyncCallback::new(intent),
            address: UnsyncCallback::new(address),
            check_program: UnsyncCallback::new(check_program),
            language: UnsyncCallback::new(language),
        }
    }

    /// Has the session do what the user wants.
    pub fn send(self, intent: Intent) {
        self.intent.run(intent);
    }

    /// Looks for the API at another address, and remembers it; an empty one forgets it again.
    pub fn use_address(self, address: String) {
        self.address.run(address);
    }

    /// Has the Check view's program fetched, or started.
    pub fn check_program(self, intent: ProgramIntent) {
        self.check_program.run(intent);
    }

    /// Has the page speak a language from now on, and remembers it.
    pub fn speak(self, language: Language) {
        self.language.run(language);
    }
}

impl CheckDispatch {
    /// Makes a dispatch that hands what it is given to `want`.
    pub fn new(want: impl Fn(CheckIntent) + 'static) -> Self {
        Self(UnsyncCallback::new(want))
    }

    /// Has the path check do what the user wants.
    pub fn send(self, intent: CheckIntent) {
        self.0.run(intent);
    }
}
