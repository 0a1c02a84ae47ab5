//! Reads the arguments over the environment over a file over the defaults.
//!
//! All values are read by the parsers of the arguments: those of the file stand in the place of the
//! defaults, so that it has no types of its own.

use std::error::Error as _;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command, FromArgMatches};
use echoclock_check::Check;

use super::fault::Fault;
use super::file::{self, Entry};
use super::fits::fits;
use super::in_force;
use super::merged::{self, Merged};
use super::printed;
use super::setting::{self, CONFIG, Heeded, PRINT_CONFIG, SERVE};
use super::source::Source;
use super::{Cli, Health, Serve};

/// What the program was asked for.
#[derive(Debug)]
pub enum Asked {
    /// To serve.
    Serve(Box<Serve>),
    /// To check a path.
    Check(Box<Check>),
    /// To ask a server for its health.
    Health(Health),
    /// To print this.
    Print(String),
}

/// Reads what the program was asked for; `open` reads the file of settings.
///
/// # Errors
///
/// Where a setting is wrong, whatever it comes from, also one of the file that another source
/// overrides.
pub fn read(
    arguments: impl IntoIterator<Item = impl Into<OsString>>,
    open: impl FnOnce(&Path) -> io::Result<String>,
) -> Result<Asked, Fault> {
    read_heeding(Heeded::All, arguments, open)
}

/// Reads no more than this of the environment and the file, and looks whether settings fit together only
/// where it is all of them.
pub(super) fn read_heeding(
    heeded: Heeded,
    arguments: impl IntoIterator<Item = impl Into<OsString>>,
    open: impl FnOnce(&Path) -> io::Result<String>,
) -> Result<Asked, Fault> {
    let arguments: Vec<OsString> = arguments.into_iter().map(Into::into).collect();
    let parse = |command: &Command| command.clone().try_get_matches_from(&arguments);
    let (alone, named) = (setting::without_variables(), setting::with_variables(heeded));
    let serves = arguments.get(1).is_some_and(|name| name == SERVE);
    if let Err(error) = parse(&alone) {
        if serves && error.kind() == ErrorKind::ValueValidation {
            return Err(wrong(error, &alone, merged::by_option));
        }
        // Help names the variables.
        return Err(Fault::Usage(parse(&named).err().unwrap_or(error)));
    }
    let matches = parse(&named).map_err(|error| wrong(error, &named, merged::by_variable))?;
    let Some((SERVE, serve)) = matches.subcommand() else {
        return asked(&matches);
    };
    let entries = match serve.get_one::<PathBuf>(CONFIG) {
        Some(path) => from_file(path, serve, &alone, heeded, open)?,
        None => vec![],
    };
    let all = over(named, &entries);
    let matches = parse(&all).map_err(Fault::Usage)?;
    let serve = matches.subcommand_matches(SERVE).expect("the same arguments serve");
    let all = Merged { command: setting::serve(&all), matches: serve, entries: &entries };
    if heeded == Heeded::All {
        fits(&all)?;
    }
    if serve.get_flag(PRINT_CONFIG) {
        return Ok(Asked::Print(in_force::written(&all)));
    }
    asked(&matches)
}

fn asked(matches: &ArgMatches) -> Result<Asked, Fault> {
    let Cli { command } = Cli::from_arg_matches(matches).map_err(Fault::Usage)?;
    Ok(match command {
        super::Command::Serve(serve) => Asked::Serve(serve),
        super::Command::Check(check) => Asked::Check(check),
        super::Command::Health(health) => Asked::Health(health),
        super::Command::Completions { shell } => Asked::Print(printed::completions(shell)),
        super::Command::Manual { page } => Asked::Print(printed::manual(page)),
    })
}

/// Reads what is heeded of the file, and each of its values by itself.
fn from_file(
    path: &Path,
    serve: &ArgMatches,
    alone: &Command,
    heeded: Heeded,
    open: impl FnOnce(&Path) -> io::Result<String>,
) -> Result<Vec<Entry>, Fault> {
    let text = open(path).map_err(|error| Fault::Value {
        name: CONFIG.to_owned(),
        value: format!("{path:?}"),
        from: match serve.value_source(CONFIG) {
            Some(ValueSource::EnvVariable) => Source::Variable("ECHOCLOCK_CONFIG".to_owned()),
            Some(_) | None => Source::CommandLine(CONFIG.to_owned()),
        },
        fault: format!("the file can't be read: {error}"),
    })?;
    let entries = file::entries(path, &text, setting::serve(alone), heeded)?;
    for entry in &entries {
        let command = over(alone.clone(), std::slice::from_ref(entry));
        let read = command.clone().try_get_matches_from(["echoclock", SERVE]);
        read.map_err(|error| {
            let mut fault = wrong(error, &command, |_| entry.source.clone());
            if let Fault::Value { value, .. } = &mut fault {
                value.clone_from(&entry.written);
            }
            fault
        })?;
    }
    Ok(entries)
}

/// Has a file's values take the place of the defaults.
fn over(command: Command, entries: &[Entry]) -> Command {
    command.mut_subcommand(SERVE, |serve| {
        serve.mut_args(|argument| {
            match entries.iter().find(|entry| argument.get_id() == entry.id.as_str()) {
                Some(entry) => argument.default_values(entry.values.clone()),
                None => argument,
            }
        })
    })
}

/// Says which setting has a wrong value.
fn wrong(error: clap::Error, command: &Command, source: impl Fn(&Arg) -> Source) -> Fault {
    let said = |kind| match error.get(kind) {
        Some(ContextValue::String(said)) => Some(said.as_str()),
        Some(_) | None => None,
    };
    // An argument is told as its users write it, such as `--listen <ADDRESS:PORT>`.
    let option = said(ContextKind::InvalidArg).and_then(|told| told.strip_prefix("--"));
    let name = option.and_then(|option| option.split([' ', '=', '[']).next());
    let mut arguments = setting::serve(command).get_arguments();
    let argument = arguments.find(|argument| name.is_some() && name == argument.get_long());
    let (Some(argument), Some(value), Some(fault)) =
        (argument, said(ContextKind::InvalidValue), error.source())
    else {
        return Fault::Usage(error);
    };
    Fault::Value {
        name: setting::name(argument).to_owned(),
        value: format!("{value:?}"),
        from: source(argument),
        fault: fault.to_string(),
    }
}
