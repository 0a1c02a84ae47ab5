//! Messages said and not yet echoed.

use std::collections::VecDeque;
use std::error::Error;
use std::fmt;
use std::time::Duration;

use super::LinkId;
use crate::echo::SendKey;
use crate::limits::{OUTBOX_MAX, TEXT_MAX};
use crate::say;

/// Messages said and not yet echoed, oldest first, at most [`OUTBOX_MAX`].
#[derive(Debug, Default)]
pub struct Outbox {
    entries: VecDeque<Entry>,
    last_key: u64,
}

/// A message that waits for its echo.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) key: SendKey,
    pub(super) text: String,
    sent: Option<(LinkId, Duration)>,
}

/// Why a text can't be said.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum CannotSay {
    /// There is nothing in it.
    Empty,
    /// It is over [`TEXT_MAX`].
    TooLong {
        /// How long it is.
        bytes: usize,
    },
    /// [`OUTBOX_MAX`] messages wait for their echo.
    Full,
}

impl fmt::Display for CannotSay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&match self {
            Self::Empty => say!("there is no text yet"),
            Self::TooLong { bytes } => {
                say!("the text has {bytes} bytes, and {most} is the most", bytes, most = TEXT_MAX)
            }
            Self::Full => say!(
                "{most} messages wait for their echo, and no more can be kept",
                most = OUTBOX_MAX
            ),
        })
    }
}

impl Error for CannotSay {}

/// Checks a text, apart from whether there is room for it.
///
/// # Errors
///
/// Where it is empty or too long.
pub fn check_text(text: &str) -> Result<(), CannotSay> {
    match text.len() {
        0 => Err(CannotSay::Empty),
        bytes if bytes > TEXT_MAX => Err(CannotSay::TooLong { bytes }),
        _ => Ok(()),
    }
}

impl Outbox {
    /// Returns how many messages wait for their echo.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether every message was echoed.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Whether the next message has to wait.
    pub fn is_full(&self) -> bool {
        self.entries.len() >= OUTBOX_MAX
    }

    /// Takes a message and labels it.
    pub(super) fn push(&mut self, text: String) -> Result<SendKey, CannotSay> {
        check_text(&text)?;
        if self.is_full() {
            return Err(CannotSay::Full);
        }
        self.last_key += 1;
        let key = SendKey::new(self.last_key).expect("nobody says 2^53 messages");
        self.entries.push_back(Entry { key, text, sent: None });
        Ok(key)
    }

    /// Marks what was not sent on `link` as sent, and returns it, oldest first.
    pub(super) fn send_on(&mut self, link: LinkId, now: Duration) -> impl Iterator<Item = &Entry> {
        self.entries.iter_mut().filter_map(move |entry| {
            if entry.sent.is_some_and(|(on, _)| on == link) {
                return None;
            }
            entry.sent = Some((link, now));
            Some(&*entry)
        })
    }

    /// Marks the oldest as sent on `link`, and returns it.
    pub(super) fn send_oldest(&mut self, link: LinkId, now: Duration) -> Option<&Entry> {
        let entry = self.entries.front_mut()?;
        entry.sent = Some((link, now));
        Some(entry)
    }

    /// Whether a message waits for its echo.
    pub(super) fn holds(&self, key: SendKey) -> bool {
        self.entries.iter().any(|entry| entry.key == key)
    }

    /// Whether something was sent on `link` and is not yet echoed.
    pub(super) fn in_flight_on(&self, link: LinkId) -> bool {
        self.entries.iter().any(|entry| entry.sent.is_some_and(|(on, _)| on == link))
    }

    /// Takes a message out, and returns when it was last sent; an unknown key changes nothing.
    pub(super) fn remove(&mut self, key: SendKey) -> Option<Option<Duration>> {
        let place = self.entries.iter().position(|entry| entry.key == key)?;
        self.entries.remove(place).map(|entry| entry.sent.map(|(_, at)| at))
    }
}
