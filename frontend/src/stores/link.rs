//! What can be seen of a connection.

use echoclock_shared::session::{Link, LinkState, Trouble};

/// What can be seen of a connection.
#[derive(Clone, Debug, PartialEq)]
pub struct LinkView {
    /// How far it has come.
    pub state: LinkState,
    /// How many attempts in a row have failed.
    pub failures: u32,
    /// What is known of why it does not open.
    pub trouble: Option<Trouble>,
}

impl LinkView {
    /// Copies what can be seen of `link`.
    pub fn of(link: &Link) -> Self {
        Self {
            state: link.state().clone(),
            failures: link.failures(),
            trouble: link.trouble().cloned(),
        }
    }
}

impl LinkView {
    /// Whether the server's first message has arrived, and the link stands.
    pub const fn is_open(&self) -> bool {
        matches!(self.state, LinkState::Open { .. })
    }
}

impl Default for LinkView {
    fn default() -> Self {
        Self::of(&Link::default())
    }
}
