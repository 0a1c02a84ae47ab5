//! What the program can be asked for, as arguments.

use clap::{Parser, Subcommand};
use clap_complete::Shell;
use echoclock_check::Check;

use super::{Health, Page, Serve};

/// Six ways for a server to talk to a browser, side by side: an echo and a clock.
#[derive(Debug, Parser)]
#[command(name = "echoclock", version)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What the program does.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the page and the API, until a signal asks for the end
    #[command(
        after_help = "Each option is also a variable of the environment, as named, and a key of the \
                            file that --config names; the command line goes before the environment, and \
                            that before the file. SIGTERM, SIGINT and SIGQUIT end the program in order, \
                            within --drain, and a second one ends it at once. SIGHUP ends it in order \
                            too, except under nohup, and except with --tls-cert, which it has read anew."
    )]
    Serve(Box<Serve>),

    /// Check what a network does to live connections: ask an Echoclock through it, in every way
    #[command(
        after_help = "Exit codes: 0 where the check ran and what --expect names holds (without it, whatever \
                      was found); 1 where something of that does not hold, or was not tested; 2 where the \
                      check could not run. Colours are left out where the output is no terminal or \
                      NO_COLOR is set. SIGINT ends a run with what is known by then."
    )]
    Check(Box<Check>),

    /// Ask a server whether it serves, for a container or a script
    #[command(
        after_help = "It waits for 4 s at the most. Exit codes: 0 where the server answers that it does; 1 \
                      where it says otherwise, or does not answer; 2 where there is nobody to ask, or a \
                      setting is wrong. What serve is told by its command line is not known here: name the \
                      URL then, or have the environment or the file say it."
    )]
    Health(Health),

    /// Print what has a shell complete the arguments
    #[command(
        after_help = "For bash: echoclock completions bash > /etc/bash_completion.d/echoclock"
    )]
    Completions {
        /// The shell
        shell: Shell,
    },

    /// Print a manual page, as roff
    #[command(after_help = "To read it: echoclock manual serve | man -l -")]
    Manual {
        /// Which one
        #[arg(value_enum, default_value_t = Page::Echoclock)]
        page: Page,
    },
}
