//! Connections that are cut: after a time, or after a time of silence.

use std::time::Duration;

use serde::Deserialize;

use super::{Cut, End, Fault};

/// A cut, as a label tells it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub(crate) struct Cuts {
    /// After how many milliseconds.
    millis: u64,
    /// Whether what passes puts it off.
    #[serde(default)]
    only_idle: bool,
    /// What is cut.
    what: What,
    /// How it ends.
    end: End,
}

/// What is cut.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "kebab-case")]
enum What {
    Streams,
    Sockets,
    Both,
}

impl Fault for Cuts {
    fn cut(&self, is_socket: bool) -> Option<Cut> {
        let is_meant = match self.what {
            What::Streams => !is_socket,
            What::Sockets => is_socket,
            What::Both => true,
        };
        let after = Duration::from_millis(self.millis);
        is_meant.then_some(Cut { after, only_idle: self.only_idle, end: self.end })
    }
}
