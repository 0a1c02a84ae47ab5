//! A probe's notes, within bounds.

use crate::check::observed::{Heard, Note};
use crate::check::probe::Ask;
use crate::ledger::cut;

/// What a client noted: whatever a path does to it, it stays small.
#[derive(Debug, Default)]
pub(super) struct Notes {
    all: Vec<Note>,
    /// How many of them can come without end.
    passing: usize,
}

impl Notes {
    pub(super) fn take(&mut self, mut note: Note) {
        let passes = matches!(note.what, Heard::Piece { .. } | Heard::Item { .. } | Heard::Beat);
        let room = if passes {
            PASSING_MAX - self.passing
        } else {
            OTHERS_MAX + self.passing - self.all.len()
        };
        if room == 0 {
            return;
        }
        self.passing += usize::from(passes);
        shorten(&mut note.what);
        self.all.push(note);
    }

    pub(super) fn all(&self) -> Vec<Note> {
        self.all.clone()
    }

    /// Whether something arrived that nobody but the server can have said, where that was asked for.
    pub(super) fn has_heard_the_server(&self, ask: &Ask) -> bool {
        // Nobody judges the bodies of those: their items tell.
        let is_judged = !matches!(ask, Ask::Follow { .. });
        self.all.iter().any(|note| match &note.what {
            Heard::Item { n, .. } => *n > 0,
            Heard::Echoed { is_same, .. } => *is_same,
            Heard::Answered { is_same, .. } => *is_same && is_judged,
            Heard::Asked
            | Heard::Head { .. }
            | Heard::Opened { .. }
            | Heard::Piece { .. }
            | Heard::Beat
            | Heard::Said { .. }
            | Heard::Ended
            | Heard::Closed { .. }
            | Heard::Broke { .. }
            | Heard::Left => false,
        })
    }

    /// Whether the client left on purpose.
    pub(super) fn has_left(&self) -> bool {
        self.all.iter().any(|note| note.what == Heard::Left)
    }
}

fn shorten(heard: &mut Heard) {
    let short = |text: &mut String| *text = cut(text, TEXT_MAX).0.to_owned();
    match heard {
        Heard::Head { headers, .. } => {
            headers.truncate(HEADERS_MAX);
            for (name, value) in headers {
                short(name);
                short(value);
            }
        }
        Heard::Opened { extensions: text }
        | Heard::Closed { reason: text, .. }
        | Heard::Broke { error: text }
        | Heard::Item { nonce: text, .. } => short(text),
        Heard::Asked
        | Heard::Piece { .. }
        | Heard::Beat
        | Heard::Said { .. }
        | Heard::Echoed { .. }
        | Heard::Answered { .. }
        | Heard::Ended
        | Heard::Left => {}
    }
}

/// How many pieces, items and beats are kept of a probe.
const PASSING_MAX: usize = 2_000;

/// How many of all else.
const OTHERS_MAX: usize = 200;

/// How many headers of a response.
const HEADERS_MAX: usize = 64;

/// The longest text, in bytes.
const TEXT_MAX: usize = 512;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_have_bounds_and_the_end_is_kept() {
        let mut notes = Notes::default();
        let mut take = |what| notes.take(Note { at: 1, request: 1, what });
        for _ in 0..PASSING_MAX + 9 {
            take(Heard::Piece { bytes: 1 });
        }
        for _ in 0..OTHERS_MAX - 1 {
            take(Heard::Asked);
        }
        take(Heard::Broke { error: "é".repeat(999) });
        take(Heard::Ended);
        let all = notes.all();
        assert_eq!(all.len(), PASSING_MAX + OTHERS_MAX);
        assert_eq!(
            all.last().map(|note| &note.what),
            Some(&Heard::Broke { error: "é".repeat(256) })
        );
        assert!(!notes.has_left());
    }
}
