//! What is known of the server.

use echoclock_shared::info::Info;
use leptos::prelude::{Memo, RwSignal, With, WithUntracked};

use crate::address::Address;

/// The server's signals.
#[derive(Clone, Copy, Debug, Default)]
pub struct ServerStore {
    /// What the server said of itself last.
    pub info: RwSignal<Option<Info>>,
    /// Where the API is looked for, or why it can't be.
    pub address: RwSignal<Address>,
}

impl ServerStore {
    /// Tells whether the server has a part, which it has unless it says that it has not.
    pub fn has(self, part: fn(&Info) -> bool) -> Memo<bool> {
        Memo::new(move |_| self.info.with(|info| info.as_ref().is_none_or(part)))
    }

    /// Tells at this moment whether it has.
    pub fn has_now(self, part: fn(&Info) -> bool) -> bool {
        self.info.with_untracked(|info| info.as_ref().is_none_or(part))
    }
}
