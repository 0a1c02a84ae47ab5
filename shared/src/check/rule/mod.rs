//! Why a sign is there, and what mends it.

#[cfg(test)]
mod sure;

use std::fmt::{self, Display, Formatter};

use serde::{Deserialize, Serialize};

#[cfg(test)]
pub(super) use sure::sure;

use super::evidence::Evidence;
use super::hops::Hop;
use super::signs::Sign;
use crate::text::Text;

/// A cause that is known, with all that there is to say of it; each is a value in a file of its own,
/// below [`super::rules`].
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Its stable name: lower-case letters, digits and `-`.
    pub id: &'static str,
    /// What is wrong, in a few words: "Answers by HTTP/1.0 are collected".
    pub title: Text,
    /// The names of the symptoms that it may explain, as a report writes them.
    pub symptoms: &'static [&'static str],
    /// How the symptom is recognised.
    pub symptom: Text,
    /// What causes it.
    pub cause: Text,
    /// What looks like it, and what tells them apart.
    pub look_alikes: Text,
    /// Addresses of what it rests on; what was measured is marked in `cause`.
    pub rests_on: &'static [&'static str],
    /// What mends it, one for each hop at most.
    pub remedies: &'static [Remedy],
    /// Whether a sign of a run is explained by it.
    pub explains: fn(&Sign, &Evidence) -> Option<Explained>,
}

impl Rule {
    /// Returns where the rule is told in full, from the project's root.
    pub fn place(&self) -> String {
        format!("docs/PATHS.md#{}", self.id)
    }
}

/// That a rule explains a sign.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Explained {
    /// How sure that is.
    pub confidence: Confidence,
    /// What in the run speaks for it, in a sentence.
    pub because: String,
}

impl Explained {
    /// Says that a probe has told it from its look-alikes, and what it was.
    pub fn high(because: impl Into<String>) -> Option<Self> {
        Some(Self { confidence: Confidence::High, because: because.into() })
    }

    /// Says why it fits better than all else that is known.
    pub fn medium(because: impl Into<String>) -> Option<Self> {
        Some(Self { confidence: Confidence::Medium, because: because.into() })
    }

    /// Says why it fits, as something else does too.
    pub fn low(because: impl Into<String>) -> Option<Self> {
        Some(Self { confidence: Confidence::Low, because: because.into() })
    }
}

/// How sure it is that a cause is the one.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// It fits, and so does something else.
    Low,
    /// It fits better than all else that is known.
    Medium,
    /// A probe that tells it from its look-alikes has told.
    High,
}

/// A change that mends it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Remedy {
    /// For whom.
    pub hop: Hop,
    /// What stands there, or is missing: lines that show the fault.
    pub before: Lines,
    /// What is to be pasted.
    pub after: Lines,
    /// Where it goes, and what to heed, in a sentence.
    pub note: Text,
    /// The labelled path on which it was run; nothing where it can't be run here.
    pub tried_on: Option<&'static str>,
}

/// What stands in a remedy.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Lines {
    /// Lines of a configuration, or a command: the same in every language.
    Configuration(&'static str),
    /// What no line says, in a sentence.
    Prose(Text),
}

impl Lines {
    /// Returns them, prose in the language that is spoken.
    pub fn words(self) -> &'static str {
        match self {
            Self::Configuration(lines) => lines,
            Self::Prose(text) => text.words(),
        }
    }

    /// Whether they are prose.
    pub const fn is_prose(self) -> bool {
        matches!(self, Self::Prose(_))
    }
}

impl Display for Lines {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        out.pad(self.words())
    }
}
