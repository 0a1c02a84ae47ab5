//! How components say what the user wants.

use echoclock_shared::session::Intent;
use leptos::prelude::{Callable, UnsyncCallback};

/// How components say what the user wants.
#[derive(Clone, Copy, Debug)]
pub struct Dispatch {
    intent: UnsyncCallback<Intent>,
    address: UnsyncCallback<String>,
}

impl Dispatch {
    /// Makes a dispatch that hands what it is given to `intent` and `address`.
    pub fn new(intent: impl Fn(Intent) + 'static, address: impl Fn(String) + 'static) -> Self {
        Self { intent: UnsyncCallback::new(intent), address: UnsyncCallback::new(address) }
    }

    /// Has the session do what the user wants.
    pub fn send(self, intent: Intent) {
        self.intent.run(intent);
    }

    /// Looks for the API at another address, and remembers it; an empty one forgets it again.
    pub fn use_address(self, address: String) {
        self.address.run(address);
    }
}
