//! What is known of the Check view's program.

use leptos::prelude::RwSignal;

use crate::between::Explanation;

/// The signals of the Check view's program.
#[derive(Clone, Copy, Debug, Default)]
pub struct CheckProgramStore {
    /// How far it is.
    pub state: RwSignal<ProgramState>,
    /// What its own run found that explains lanes.
    pub explanations: RwSignal<Vec<Explanation>>,
}

/// How far a program is that the page starts when it is wanted.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum ProgramState {
    /// Nobody has wanted it yet.
    #[default]
    Absent,
    /// It is fetched, and then started.
    Starting,
    /// It runs.
    Runs,
    /// It could not be started, and why, in the browser's words.
    Failed(String),
}
