//! Has parts of the page come one after the other, each in a task of its own: made all at once they would
//! keep a slow device from answering for half a second.

use std::time::Duration;

use leptos::prelude::*;

use crate::browser::Timer;

/// Whose turn it is.
#[derive(Clone, Copy, Debug)]
struct Turns {
    /// The last that has come.
    now: RwSignal<usize>,
    /// The last that is given out.
    given: StoredValue<usize>,
    /// What brings the next, while there is one.
    timer: StoredValue<Option<Timer>, LocalStorage>,
}

/// Has what is below wait for turns.
pub(super) fn provide_turns() {
    provide_context(Turns {
        now: RwSignal::new(0),
        given: StoredValue::new(0),
        timer: StoredValue::new_local(None),
    });
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
        let turn = self.given.get_value() + 1;
        self.given.set_value(turn);
        if self.timer.with_value(Option::is_none) {
            self.wait();
        }
        turn
    }

    fn wait(self) {
        self.timer.set_value(Some(Timer::after(Duration::ZERO, move || self.come())));
    }

    fn come(self) {
        // Where the page has gone in the meantime, nothing comes.
        let Some(now) = self.now.try_get_untracked() else { return };
        if now + 1 < self.given.get_value() {
            self.wait();
        } else {
            self.timer.set_value(None);
        }
        self.now.set(now + 1);
    }
}
