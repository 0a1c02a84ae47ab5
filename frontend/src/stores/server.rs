//! What is known of the server.

use echoclock_shared::info::Info;
use leptos::prelude::RwSignal;

use crate::address::Address;

/// The server's signals.
#[derive(Clone, Copy, Debug, Default)]
pub struct ServerStore {
    /// What the server said of itself last.
    pub info: RwSignal<Option<Info>>,
    /// Where the API is looked for, or why it can't be.
    pub address: RwSignal<Address>,
}
