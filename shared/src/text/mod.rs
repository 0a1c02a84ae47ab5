//! What people read, in the language that they read it in.
//!
//! The sources say everything in English, through the macros [`text!`](crate::text!),
//! [`words!`](crate::words!), [`say!`](crate::say!), [`fill!`](crate::fill!) and [`counted!`](crate::counted!). A [`Text`] is
//! named by a hash of its English: a program for browsers carries the names alone, and loads a
//! [`Catalogue`] of what they say in one language; every other program carries the English.

mod catalogue;
mod name;

#[cfg(test)]
mod tests;

use std::cell::Cell;
use std::fmt::{self, Debug, Display, Formatter, Write as _};

pub use catalogue::{Catalogue, NotACatalogue};
pub use name::Name;

thread_local! {
    static SPOKEN: Cell<Option<&'static Catalogue>> = const { Cell::new(None) };
}

/// Has this thread speak by a catalogue from now on.
pub fn speak(catalogue: &'static Catalogue) {
    SPOKEN.set(Some(catalogue));
}

/// A text of the project's; made by [`text!`](crate::text!).
#[derive(Clone, Copy, Eq, PartialEq)]
pub struct Text {
    name: Name,
    #[cfg(not(target_family = "wasm"))]
    english: &'static str,
}

impl Text {
    /// Names a text by its English.
    #[must_use]
    pub const fn new(english: &'static str) -> Self {
        Self {
            name: Name::of(english),
            #[cfg(not(target_family = "wasm"))]
            english,
        }
    }

    /// Returns it in the language that is spoken: English where nothing else is, and `…` where it is
    /// not known in a program that carries no English.
    #[must_use]
    pub fn words(self) -> &'static str {
        let spoken = SPOKEN.get().and_then(|catalogue| catalogue.words(self.name));
        spoken.unwrap_or_else(|| self.english())
    }

    #[cfg(not(target_family = "wasm"))]
    const fn english(self) -> &'static str {
        self.english
    }

    #[cfg(target_family = "wasm")]
    const fn english(self) -> &'static str {
        "…"
    }

    /// Returns it with its gaps filled: `{name}` by the value whose place that name has in `names`,
    /// each of which a space ends.
    #[must_use]
    pub fn filled(self, names: &str, values: &[&dyn Display]) -> String {
        let mut rest = self.words();
        let mut filled = String::with_capacity(2 * rest.len());
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}').unwrap_or((after, ""));
            filled.push_str(before);
            let value = names.split(' ').zip(values).find(|(its, _)| *its == name);
            if let Some((_, value)) = value {
                // A text takes whatever is written.
                let _ = write!(filled, "{value}");
            }
            rest = after;
        }
        filled.push_str(rest);
        filled
    }
}

impl Debug for Text {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        Debug::fmt(self.words(), out)
    }
}

impl Display for Text {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        out.pad(self.words())
    }
}

/// A [`Text`] that is named when the program is compiled, for constants.
#[macro_export]
macro_rules! text {
    ($english:literal $(,)?) => {
        const { $crate::text::Text::new($english) }
    };
}

/// A text in the language that is spoken, as `&'static str`.
#[macro_export]
macro_rules! words {
    ($english:literal $(,)?) => {
        $crate::text!($english).words()
    };
}

/// A text whose gaps are filled, in the language that is spoken, as `String`: `say!("{held} of {most}
/// wait", held, most = WAITING_MAX)`. A gap without a value does not compile.
#[macro_export]
macro_rules! say {
    ($english:literal $(, $name:ident $(= $value:expr)?)* $(,)?) => {{
        const { $crate::text::assert_filled($english, &[$(stringify!($name)),*]) };
        $crate::fill!($crate::text!($english) $(, $name $(= $value)?)*)
    }};
}

/// A [`Text`] that is given, filled as [`say!`](crate::say!) does; a gap without a value stays empty.
#[macro_export]
macro_rules! fill {
    ($text:expr $(, $name:ident $(= $value:expr)?)* $(,)?) => {
        $text.filled(
            concat!($(stringify!($name), " "),*),
            &[$(&$crate::value_of!($name $(= $value)?)),*],
        )
    };
}

/// One of two texts, by whether there is one of something, filled as [`say!`](crate::say!) does:
/// `counted!(lost, "One is lost", "{lost} are lost", lost)`.
#[macro_export]
macro_rules! counted {
    ($number:expr, $one:literal, $many:literal $(, $name:ident $(= $value:expr)?)* $(,)?) => {
        if $number == 1 {
            $crate::say!($one $(, $name $(= $value)?)*)
        } else {
            $crate::say!($many $(, $name $(= $value)?)*)
        }
    };
}

/// What a gap is filled with: its own expression, or the variable of its name.
#[doc(hidden)]
#[macro_export]
macro_rules! value_of {
    ($name:ident = $value:expr) => {
        $value
    };
    ($name:ident) => {
        $name
    };
}

/// Asserts, when the program is compiled, that every gap of a text is filled.
#[doc(hidden)]
pub const fn assert_filled(english: &str, names: &[&str]) {
    let bytes = english.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] == b'{' {
            let begin = at + 1;
            while at < bytes.len() && bytes[at] != b'}' {
                at += 1;
            }
            assert!(at < bytes.len(), "a gap ends with a brace");
            let mut index = 0;
            let mut is_filled = false;
            while index < names.len() {
                is_filled |= is_same(bytes, begin, at, names[index].as_bytes());
                index += 1;
            }
            assert!(is_filled, "a gap of the text is not filled");
        }
        at += 1;
    }
}

const fn is_same(bytes: &[u8], begin: usize, end: usize, name: &[u8]) -> bool {
    if end - begin != name.len() {
        return false;
    }
    let mut at = 0;
    while at < name.len() {
        if bytes[begin + at] != name[at] {
            return false;
        }
        at += 1;
    }
    true
}
