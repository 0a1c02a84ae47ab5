//! What a key means that is pressed in a field: something to the page, or only to the input method
//! by which people write what has more signs than a keyboard (pure).

/// A key, as the `keydown` event tells of it.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Press {
    /// The key's name.
    pub key: String,
    /// The number that key events have had from of old (UI Events, section 7.3).
    pub code: u32,
    /// Whether a text is being composed in an input method.
    pub is_composing: bool,
    /// Whether the key was held down for so long that the event comes once more.
    pub is_held: bool,
    /// Whether Shift, Control, Alt or Meta is down.
    pub is_modified: bool,
}

/// What a key means to the page.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Meaning {
    /// What is written is to be sent.
    Send,
    /// Nothing, and the browser is not to make anything of it either.
    Nothing,
    /// What is open is to be closed.
    Leave,
    /// Whatever the browser makes of it.
    Other,
}

impl Press {
    /// The number of every key that an input method has had for itself.
    pub const PROCESSED: u32 = 229;

    /// Returns what the key means.
    pub fn meaning(&self) -> Meaning {
        if self.is_input_methods() {
            return Meaning::Other;
        }
        match self.key.as_str() {
            "Enter" if self.is_modified => Meaning::Other,
            // The finger still lies on the key that has sent a text, or ended a word.
            "Enter" if self.is_held => Meaning::Nothing,
            "Enter" => Meaning::Send,
            "Escape" => Meaning::Leave,
            _ => Meaning::Other,
        }
    }

    /// Whether an input method has had the key for itself: to end a word, or to give it up.
    ///
    /// Chromium and Firefox tell so before the composition ends. Safari ends it first, and its event
    /// is one of no composition, so that there only the number tells.
    fn is_input_methods(&self) -> bool {
        self.is_composing || self.code == Self::PROCESSED
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_means_something_unless_an_input_method_has_had_it() {
        let plain = |key: &str, code| Press { key: key.to_owned(), code, ..Press::default() };
        let enter = || plain("Enter", 13);
        for (press, meaning, why) in [
            (enter(), Meaning::Send, "plain"),
            (Press { is_modified: true, ..enter() }, Meaning::Other, "it breaks the line"),
            (Press { is_held: true, ..enter() }, Meaning::Nothing, "once is enough"),
            (
                Press { is_held: true, is_modified: true, ..enter() },
                Meaning::Other,
                "it breaks many lines",
            ),
            (Press { is_composing: true, ..plain("Enter", 229) }, Meaning::Other, "Chromium, mac"),
            (Press { is_composing: true, ..plain("Process", 229) }, Meaning::Other, "Firefox"),
            (plain("Enter", 229), Meaning::Other, "Safari"),
            (Press { is_composing: true, ..enter() }, Meaning::Other, "by the letter alone"),
            (plain("Enter", 0), Meaning::Send, "a number that some keyboards do not give"),
            (plain("Unidentified", 229), Meaning::Other, "a keyboard on glass"),
            (plain("Escape", 27), Meaning::Leave, "plain"),
            (Press { is_composing: true, ..plain("Escape", 229) }, Meaning::Other, "Chromium"),
            (plain("Escape", 229), Meaning::Other, "Safari"),
            (plain("a", 65), Meaning::Other, "a letter"),
        ] {
            assert_eq!(press.meaning(), meaning, "{why}: {press:?}");
        }
    }
}
