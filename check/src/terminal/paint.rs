//! Colours, where there is somebody to see them.

use std::ffi::OsStr;

/// Paints words, or leaves them as they are.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Paint {
    is_on: bool,
}

impl Paint {
    /// Decides by where the words go and by the environment's `NO_COLOR` (<https://no-color.org>) and
    /// `TERM`.
    pub(crate) fn of(is_terminal: bool, no_color: Option<&OsStr>, term: Option<&OsStr>) -> Self {
        let is_unwanted = no_color.is_some_and(|value| !value.is_empty());
        let is_dumb = term.is_some_and(|term| term == "dumb");
        Self { is_on: is_terminal && !is_unwanted && !is_dumb }
    }

    pub(crate) fn good(self, text: &str) -> String {
        self.with("32", text)
    }

    pub(crate) fn limited(self, text: &str) -> String {
        self.with("33", text)
    }

    pub(crate) fn bad(self, text: &str) -> String {
        self.with("31", text)
    }

    pub(crate) fn faint(self, text: &str) -> String {
        self.with("2", text)
    }

    pub(crate) fn strong(self, text: &str) -> String {
        self.with("1", text)
    }

    fn with(self, code: &str, text: &str) -> String {
        if self.is_on { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_who_sees_colours_and_wants_them_gets_them() {
        for (is_terminal, no_color, term, is_on) in [
            (true, None, Some("xterm-256color"), true),
            (true, Some(""), None, true),
            (true, Some("1"), Some("xterm"), false),
            (true, None, Some("dumb"), false),
            (false, None, Some("xterm"), false),
        ] {
            let paint = Paint::of(is_terminal, no_color.map(OsStr::new), term.map(OsStr::new));
            assert_eq!(paint, Paint { is_on }, "{is_terminal} {no_color:?} {term:?}");
        }
        assert_eq!(Paint { is_on: false }.bad("x"), "x");
        assert_eq!(Paint { is_on: true }.bad("x"), "\x1b[31mx\x1b[0m");
    }
}
