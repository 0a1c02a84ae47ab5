//! What can be seen of a connection.

use echoclock_shared::session::{Chat, Link, LinkState, Trouble};

/// What can be seen of a connection.
#[derive(Clone, Debug, PartialEq)]
pub struct LinkView {
    /// How far it has come.
    pub state: LinkState,
    /// How many attempts in a row have failed.
    pub failures: u32,
    /// What is known of why it does not open.
    pub trouble: Option<Trouble>,
    /// Where messages go by plain requests instead, how many of these in a row have got no answer.
    pub posts: Option<u32>,
    /// Why the server has refused the last of these for the moment, if it has.
    pub refusal: Option<String>,
}

impl LinkView {
    /// Copies what can be seen of `link`.
    pub fn of(link: &Link) -> Self {
        Self {
            state: link.state().clone(),
            failures: link.failures(),
            trouble: link.trouble().cloned(),
            posts: None,
            refusal: None,
        }
    }

    /// Copies what can be seen of the chat's connection.
    pub fn of_chat(chat: &Chat) -> Self {
        let posting = chat.posting();
        let posts = posting.is_on().then(|| posting.failures());
        let refusal = posting.refusal().map(|problem| problem.detail.clone());
        Self { posts, refusal, ..Self::of(chat.link()) }
    }

    /// Whether the server's first message has arrived, and the link stands.
    pub const fn is_open(&self) -> bool {
        matches!(self.state, LinkState::Open { .. })
    }

    /// Whether messages go to the server at once.
    pub const fn carries(&self) -> bool {
        self.is_open() || self.posts.is_some()
    }
}

impl Default for LinkView {
    fn default() -> Self {
        Self::of(&Link::default())
    }
}
