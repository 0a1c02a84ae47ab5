//! The other tabs of this origin (HTML standard, section 9.5).

use web_sys::{BroadcastChannel, MessageEvent};

use super::listener::Listener;

/// Tells the other tabs of one thing, and hears it from them; dropping it, it hears no more.
///
/// Where the browser has no such channel, nothing is told and nothing heard.
#[derive(Debug)]
#[must_use = "nothing is heard once it is dropped"]
pub struct Tabs(Option<(BroadcastChannel, Listener)>);

impl Tabs {
    /// Calls `on_told` whenever another tab tells of the thing of this name.
    pub fn new(name: &str, on_told: impl Fn() + 'static) -> Self {
        let channel = BroadcastChannel::new(name).ok();
        Self(channel.map(|channel| {
            let listener = Listener::new(&channel, "message", move |_: MessageEvent| on_told());
            (channel, listener)
        }))
    }

    /// Tells the other tabs.
    pub fn tell(&self) {
        if let Self(Some((channel, _))) = self {
            // It fails only for a channel that is closed, and one is closed where it is dropped.
            let _ = channel.post_message(&true.into());
        }
    }
}

impl Drop for Tabs {
    fn drop(&mut self) {
        if let Self(Some((channel, _))) = self {
            channel.close();
        }
    }
}
