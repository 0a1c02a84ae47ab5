//! Has parts of the page come one after the other, each in a task of its own: made all at once they would
//! keep a slow device from answering for half a second.

use leptos::prelude::*;

use crate::browser::later;

/// Whose turn it is: another one is to come where more are given out than have come.
#[derive(Clone, Copy, Debug)]
struct Turns {
    /// The last that has come.
    now: RwSignal<usize>,
    /// The last that is given out.
    given: StoredValue<usize>,
}

/// Has what is below wait for turns.
pub(super) fn provide_turns() {
    provide_context(Turns { now: RwSignal::new(0), given: StoredValue::new(0) });
}

/// A part that comes once those have come that stand before it, in a task of its own, and stays.
#[component]
pub(super) fn InTurn(children: ChildrenFn) -> impl IntoView {
    let turns = expect_context::<Turns>();
    // Parts are put into the page in their order, whichever of them were made first.
    move || {
        let (turn, children) = (turns.give(), children.clone());
        let is_due = move || turns.now.get() >= turn;
        view! { <Show when=is_due>{children()}</Show> }
    }
}

impl Turns {
    fn give(self) -> usize {
        let given = self.given.get_value();
        if self.now.get_untracked() == given {
            later(move || self.come());
        }
        self.given.set_value(given + 1);
        given + 1
    }

    fn come(self) {
        // Where the page has gone in the meantime, nothing comes.
        let Some(now) = self.now.try_get_untracked() else { return };
        if now + 1 < self.given.get_value() {
            later(move || self.come());
        }
        self.now.set(now + 1);
    }
}
