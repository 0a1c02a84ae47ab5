//! All settings, of all sources.

use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command};

use super::file::Entry;
use super::setting;
use super::source::Source;

/// All that was read, and from where.
pub(super) struct Merged<'a> {
    pub(super) command: &'a Command,
    pub(super) matches: &'a ArgMatches,
    pub(super) entries: &'a [Entry],
}

impl Merged<'_> {
    /// Returns where a setting's value comes from; nothing where it has none.
    pub(super) fn source(&self, setting: &Arg) -> Option<Source> {
        let id = setting.get_id().as_str();
        let entry = self.entries.iter().find(|entry| entry.id == id);
        let by_file = entry.map(|entry| entry.source.clone());
        match self.matches.value_source(id) {
            Some(ValueSource::CommandLine) => Some(by_option(setting)),
            Some(ValueSource::EnvVariable) => Some(by_variable(setting)),
            Some(_) => Some(by_file.unwrap_or(Source::Default)),
            // A list that is empty in the file is a value there, and none here.
            None => by_file,
        }
    }
}

/// Says that a setting comes from the command line.
pub(super) fn by_option(setting: &Arg) -> Source {
    Source::CommandLine(setting::name(setting).to_owned())
}

/// Says that a setting comes from the environment.
pub(super) fn by_variable(setting: &Arg) -> Source {
    Source::Variable(setting::variable(setting))
}
