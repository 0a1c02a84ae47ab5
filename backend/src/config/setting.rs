//! The settings of `echoclock serve`, out of the definition of its arguments and nothing else.

use std::any::TypeId;

use clap::{Arg, ArgAction, Command, CommandFactory};

use super::Cli;
use super::values::{Text, switch};

/// Returns the program's arguments, with the variables of the environment that set them.
pub fn command() -> Command {
    with_variables(Heeded::All)
}

/// Returns the arguments, with the variables that set what is heeded, or say where the file is.
pub(super) fn with_variables(heeded: Heeded) -> Command {
    without_variables().mut_subcommand(SERVE, |serve| {
        serve.mut_args(|argument| {
            let id = argument.get_id();
            if id == PRINT_CONFIG || (id != CONFIG && !heeded.heeds(&argument)) {
                return argument;
            }
            let name = variable(&argument);
            argument.env(name).hide_env_values(true)
        })
    })
}

/// Which settings count.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Heeded {
    /// All, which have to make sense one by one and together.
    All,
    /// Those by which the server is found on its own machine, whatever is wrong with others: it runs
    /// already.
    Whereabouts,
}

impl Heeded {
    /// Whether this setting counts.
    pub(super) fn heeds(self, setting: &Arg) -> bool {
        match self {
            Self::All => true,
            Self::Whereabouts => WHEREABOUTS.contains(&setting.get_id().as_str()),
        }
    }
}

/// Returns the settings among the arguments of `serve`, in their order.
pub fn settings(serve: &Command) -> impl Iterator<Item = &Arg> {
    let is_setting = |argument: &&Arg| !NO_SETTINGS.contains(&argument.get_id().as_str());
    serve.get_arguments().filter(is_setting)
}

/// Returns the arguments alone.
///
/// What is on or off may also be said in full, so that the command line can take back what the
/// environment or the file says.
pub(super) fn without_variables() -> Command {
    Cli::command().mut_subcommand(SERVE, |serve| {
        serve.mut_args(|argument| {
            if argument.get_id() == PRINT_CONFIG || kind(&argument) != Kind::Switch {
                return argument;
            }
            argument
                .action(ArgAction::Set)
                .num_args(0..=1)
                .require_equals(true)
                .value_name("true|false")
                .value_parser(Text(switch))
                .default_missing_value("true")
                .default_value("false")
                .hide_default_value(true)
        })
    })
}

/// Returns the part of the arguments that serves.
pub(super) fn serve(command: &Command) -> &Command {
    command.find_subcommand(SERVE).expect("it is one of the definition")
}

/// Returns a setting's name: the option, and the key of the file.
pub(super) fn name(setting: &Arg) -> &str {
    setting.get_long().expect("all of them are long options")
}

/// Returns the variable of the environment that sets it.
pub(super) fn variable(setting: &Arg) -> String {
    format!("ECHOCLOCK_{}", name(setting).replace('-', "_").to_uppercase())
}

/// What a setting's value is, or each of several.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Kind {
    Switch,
    Number,
    Text,
}

impl Kind {
    /// Says how such a value is written in the file.
    pub(super) fn written(self) -> &'static str {
        match self {
            Self::Switch => "true or false, without quotes",
            Self::Number => "a whole number, without quotes",
            Self::Text => "text in quotes",
        }
    }
}

pub(super) fn kind(setting: &Arg) -> Kind {
    let is = |types: &[TypeId]| types.iter().any(|it| setting.get_value_parser().type_id() == *it);
    if is(&[TypeId::of::<bool>()]) {
        Kind::Switch
    } else if is(&NUMBERS) {
        Kind::Number
    } else {
        Kind::Text
    }
}

/// Whether it may have several values.
pub(super) fn is_list(setting: &Arg) -> bool {
    matches!(setting.get_action(), ArgAction::Append)
}

const NUMBERS: [TypeId; 4] = [
    TypeId::of::<u16>(),
    TypeId::of::<u32>(),
    TypeId::of::<usize>(),
    TypeId::of::<std::time::Duration>(),
];

/// Where the server listens, and whether it speaks TLS there.
const WHEREABOUTS: [&str; 4] = ["listen", "admin_listen", "tls_cert", "tls_self_signed"];

pub(super) const SERVE: &str = "serve";
pub(super) const CONFIG: &str = "config";
pub(super) const PRINT_CONFIG: &str = "print_config";

/// What says where settings are, or what to do with them.
const NO_SETTINGS: [&str; 3] = [CONFIG, PRINT_CONFIG, "help"];
