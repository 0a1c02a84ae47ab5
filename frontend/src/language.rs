//! The languages of the page.

use std::cell::{Cell, RefCell};

use echoclock_shared::text::{self, Catalogue};

use crate::browser::program;

/// A language that the page speaks.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// Chinese, in simplified characters.
    Chinese,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::English, Self::Chinese];

    /// Returns its tag (RFC 5646), by which its files are named.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Chinese => "zh-Hans",
        }
    }

    /// Returns what it calls itself.
    pub const fn own_name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::Chinese => "中文",
        }
    }

    /// Finds the language of a tag.
    pub fn of(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.tag() == tag)
    }

    /// Returns the one that is offered in its place.
    pub const fn other(self) -> Self {
        match self {
            Self::English => Self::Chinese,
            Self::Chinese => Self::English,
        }
    }
}

thread_local! {
    /// What is spoken now.
    static NOW: Cell<Language> = const { Cell::new(Language::English) };

    /// Each language that was spoken: its texts are kept until the program ends.
    static SPOKEN: RefCell<Vec<(Language, &'static Catalogue)>> = const { RefCell::new(Vec::new()) };
}

/// Returns the language that is spoken.
pub fn spoken() -> Language {
    NOW.get()
}

/// Has the program speak by what was fetched of the texts of `programs`, and returns whether it does.
pub fn speak(language: Language, programs: &[&str]) -> bool {
    let known = SPOKEN.with_borrow(|all| all.iter().find(|(its, _)| *its == language).copied());
    if let Some((_, catalogue)) = known {
        text::speak(catalogue);
        NOW.set(language);
        return true;
    }
    let file = |program: &&str| program::texts(program, language.tag());
    let files: Option<Vec<_>> = programs.iter().map(file).collect();
    files.is_some_and(|files| speak_by(language, files.concat()))
}

/// Has the program speak the language that was chosen for the page.
pub fn speak_at_start(programs: &[&str]) {
    speak(Language::of(&program::language()).unwrap_or_default(), programs);
}

/// Has the program speak a language by what its files say, and returns whether it does.
pub fn speak_by(language: Language, files: String) -> bool {
    let Ok(catalogue) = Catalogue::kept(files) else { return false };
    SPOKEN.with_borrow_mut(|all| all.push((language, catalogue)));
    text::speak(catalogue);
    NOW.set(language);
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_found_by_its_tag() {
        for language in Language::ALL {
            assert_eq!(Language::of(language.tag()), Some(language));
            assert_ne!(language.other(), language);
        }
        assert_eq!(Language::of("tlh"), None);
    }
}
