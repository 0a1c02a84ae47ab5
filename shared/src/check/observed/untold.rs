//! Why the server's side of a probe is not known.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::words;

/// Why a server could not be asked.
///
/// A report's JSON has each reason in English, whatever its language, so that it is told from others.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(from = "String", into = "String")]
pub enum Untold {
    /// It keeps no ledgers.
    NoLedgers,
    /// The run was stopped before it was asked.
    NotAsked,
    /// It could not be asked before there was no more time.
    NoTime,
    /// It did not answer.
    NotInTime,
    /// It has answered the probe, and knows nothing of it.
    Forgotten,
    /// What the client's system or browser said.
    Failed(String),
}

impl Untold {
    /// All but what somebody else said.
    const KNOWN: [Self; 5] =
        [Self::NoLedgers, Self::NotAsked, Self::NoTime, Self::NotInTime, Self::Forgotten];

    /// Returns how a report's JSON has it: in English, whatever is spoken, as a test holds it to.
    fn name(&self) -> &str {
        match self {
            Self::NoLedgers => "the server runs with --no-ledgers",
            Self::NotAsked => "not asked yet",
            Self::NoTime => "it could not be asked in time",
            Self::NotInTime => "it did not answer in time",
            Self::Forgotten => {
                "it has no ledger of what it answered: it was restarted, or its ledgers are not reached"
            }
            Self::Failed(why) => why,
        }
    }
}

impl From<String> for Untold {
    fn from(name: String) -> Self {
        let known = Self::KNOWN.into_iter().find(|known| known.name() == name);
        known.unwrap_or(Self::Failed(name))
    }
}

impl From<Untold> for String {
    fn from(untold: Untold) -> Self {
        untold.name().to_owned()
    }
}

/// As people read it, within a sentence.
impl fmt::Display for Untold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoLedgers => words!("the server runs with --no-ledgers"),
            Self::NotAsked => words!("not asked yet"),
            Self::NoTime => words!("it could not be asked in time"),
            Self::NotInTime => words!("it did not answer in time"),
            Self::Forgotten => words!(
                "it has no ledger of what it answered: it was restarted, or its ledgers are not reached"
            ),
            Self::Failed(why) => why,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_have_them_in_english_and_what_else_was_said_stays() {
        for untold in Untold::KNOWN.into_iter().chain([Untold::Failed("it is gone".to_owned())]) {
            let json = serde_json::to_string(&untold).unwrap();
            assert_eq!(json, format!("\"{untold}\""));
            assert_eq!(serde_json::from_str::<Untold>(&json).unwrap(), untold);
        }
    }
}
