//! Why the program does not start: what is wrong with its settings.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use super::source::Source;

/// What is wrong, or what was asked for in the place of a start, such as help.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The arguments can't be read, or ask for help.
    #[error("{0}")]
    Usage(clap::Error),

    /// A setting can't have this value.
    #[error("{name} = {value}, {from}: {fault}")]
    Value {
        /// The setting.
        name: String,
        /// The value, as it is written in a file.
        value: String,
        /// Where it comes from.
        from: Source,
        /// What is wrong with it, and what is allowed.
        fault: String,
    },

    /// The file names a setting that there is not.
    #[error("{}, line {line}: there is no setting {key:?}; the nearest is {nearest}", path.display())]
    Unknown {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What it names.
        key: String,
        /// The setting whose name is the most like it.
        nearest: String,
    },

    /// The file is no TOML.
    #[error("{}, line {line}: {fault}", path.display())]
    NotToml {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        fault: String,
    },

    /// A setting does not say where its server can be asked.
    #[error("{name} = \"{at}\" says not whom to ask: {why}; try 'echoclock health URL'")]
    Nowhere {
        /// The setting.
        name: &'static str,
        /// Its value.
        at: String,
        /// Why.
        why: &'static str,
    },
}

impl Fault {
    /// Tells it to the user, and returns what the program ends with.
    pub fn tell(&self) -> ExitCode {
        if let Self::Usage(usage) = self {
            // There is nobody else to tell.
            let _ = usage.print();
            return match usage.exit_code() {
                0 => ExitCode::SUCCESS,
                _ => ExitCode::from(WRONG),
            };
        }
        let is_of_serve = !matches!(self, Self::Nowhere { .. });
        let more = if is_of_serve { MORE } else { "" };
        let _ = write!(io::stderr(), "error: {self}\n{more}");
        ExitCode::from(WRONG)
    }
}

/// Where more is said of settings.
const MORE: &str = "\nFor what is allowed, try 'echoclock serve --help'.\n";

/// What programs end with whose arguments are wrong.
const WRONG: u8 = 2;
