//! Where the API is: given by the user, by `config.json`, or beside the page.

use std::fmt;

/// Where the API is looked for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Address {
    /// Who gave it.
    pub source: Source,
    /// As it was given; empty for [`Source::Default`].
    pub given: String,
    /// The API's base address, which ends in a slash, or why there is none.
    pub base: Result<String, WrongAddress>,
    /// Why `config.json` could not be used, where it could not.
    pub config_trouble: Option<String>,
}

/// Who gave an address.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Source {
    /// Nobody: the API is beside the page.
    Default,
    /// The file `config.json` beside the page.
    Config,
    /// The user, here or on an earlier visit.
    User,
}

/// Why an address can't be used.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum WrongAddress {
    /// It is not known yet: `config.json` is being read.
    Pending,
}

impl fmt::Display for WrongAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pending => f.write_str("config.json is being read"),
        }
    }
}

impl Default for Address {
    fn default() -> Self {
        Self {
            source: Source::Default,
            given: String::new(),
            base: Err(WrongAddress::Pending),
            config_trouble: None,
        }
    }
}
