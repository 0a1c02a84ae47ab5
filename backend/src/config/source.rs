//! Where a setting's value comes from.

use std::fmt;
use std::path::PathBuf;

/// Where a value comes from, the weakest first.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Source {
    /// Nobody has set it.
    Default,
    /// A line of the file.
    File {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
    },
    /// A variable of the environment, of this name.
    Variable(String),
    /// An option of this name, without its dashes.
    CommandLine(String),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("by default"),
            Self::File { path, line } => write!(f, "from {}, line {line}", path.display()),
            Self::Variable(name) => write!(f, "from {name}"),
            Self::CommandLine(name) => write!(f, "from --{name}"),
        }
    }
}
