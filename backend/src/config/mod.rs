//! How to serve: the arguments, the environment and a file, read once, typed, into settings.

use std::path::PathBuf;

use clap::builder::{OsStringValueParser, TypedValueParser};
use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;
use echoclock_check::Check;
use http::HeaderName;
use tracing_subscriber::filter::Targets;

use crate::forwarded::{Network, Trusted};
use crate::limits::Limits;
use crate::listen_at::ListenAt;
use crate::origin::Allowed;
use crate::site::Site;
use crate::state::{Offered, Settings};
use crate::telemetry;

mod values;
pub use values::{AllowOrigin, SocketMode, TrustedProxy};
use values::{
    Text, allowed_origin, config_file, header_name, listen_at, path, socket_mode, trusted_proxy,
};

mod encryption;
pub use encryption::Encryption;

mod stopping;
pub use stopping::Stopping;

mod bounds;
pub use bounds::Bounds;

mod waits;
pub use waits::Waits;

mod ledgers;
pub use ledgers::Ledgers;

mod setting;
pub use setting::{command, settings};

mod source;

mod file;

mod fault;
pub use fault::Fault;

mod merged;

mod in_force;

mod printed;
pub use printed::Page;

mod fits;

mod health;
pub use health::Health;

mod layers;
pub use layers::{Asked, read};

mod whom;
pub use whom::whom;

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
                      where it says otherwise, or does not answer; 2 where there is nobody to ask, or one \
                      of the settings is wrong that tell where it is; others do not matter. What serve is \
                      told by its command line is not known here: name the URL then, or have the \
                      environment or the file say it."
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

/// How to serve.
#[derive(Args, Debug)]
pub struct Serve {
    /// The address and port to listen on; `0.0.0.0` for all of the machine's of IPv4, `[::]` for those of
    /// IPv6 as well, port 0 for any that is free. Or unix:/PATH for a Unix socket there, or systemd for one
    /// that was handed over by socket activation, systemd:NAME for the one of that name
    #[arg(long, value_name = "ADDRESS:PORT")]
    #[arg(default_value = "127.0.0.1:3000", value_parser = Text(listen_at))]
    pub listen: ListenAt,

    /// Which rights a Unix socket has that is listened on, such as 660; by default what the process gives
    /// to files
    #[arg(long, value_name = "MODE", value_parser = Text(socket_mode))]
    pub unix_socket_mode: Option<SocketMode>,

    /// A further address and port, where only /healthz, /readyz and /metrics are answered, over
    /// connections that nobody else can take; for who looks after the server. Written as --listen is
    #[arg(long, value_name = "ADDRESS:PORT", value_parser = Text(listen_at))]
    pub admin_listen: Option<ListenAt>,

    /// TLS that ends here.
    #[command(flatten)]
    pub encryption: Encryption,

    /// A further origin whose pages may connect, with credentials, and may embed the page, such
    /// as `https://example.org`; '*' lets everyone in, without credentials. May be repeated (in
    /// the environment: separated by commas). By default only the server's own page may
    #[arg(long, value_name = "ORIGIN", value_delimiter = ',')]
    #[arg(value_parser = Text(allowed_origin))]
    pub allow_origin: Vec<AllowOrigin>,

    /// A network, or an address, whose proxies are believed what they say of a request:
    /// whom they forward for and what was asked of them, by `X-Forwarded-…` or `Forwarded`. May
    /// be repeated (in the environment: separated by commas). 'private' stands for the loopback and
    /// private networks, 'unix' for who comes by a Unix socket, and 'none' believes nobody. Where several proxies stand in a row, name them
    /// all: by default only the nearest says against whom a request counts
    #[arg(long, value_name = "NETWORK", value_delimiter = ',', default_value = values::PRIVATE)]
    #[arg(value_parser = Text(trusted_proxy))]
    pub trusted_proxy: Vec<TrustedProxy>,

    /// A header that ledgers show with its value, besides those that are known to be harmless; of
    /// all others they show the length. May be repeated (in the environment: separated by commas)
    #[arg(long, value_name = "NAME", value_delimiter = ',', value_parser = Text(header_name))]
    pub show_header: Vec<HeaderName>,

    /// Leave out the endpoints of the path check, below /api/check
    #[arg(long)]
    pub no_check: bool,

    /// Leave out the raw echo, /api/echo/raw
    #[arg(long)]
    pub no_raw: bool,

    /// Keep no ledgers of links: /api/links has none, whatever ?link= names
    #[arg(long)]
    pub no_ledgers: bool,

    /// Speak no HTTP/2 without TLS: a client that begins with it is refused
    #[arg(long)]
    pub no_h2c: bool,

    /// A folder to serve the page from, in place of the page within this program
    #[arg(long, value_name = "FOLDER", value_parser = Text(path))]
    pub site: Option<PathBuf>,

    /// What is logged to the standard error: a level, such as debug, or several with what they are for,
    /// such as warn,echoclock_backend=debug
    #[arg(long, value_name = "LEVELS", default_value = "info", value_parser = Text(telemetry::levels))]
    pub log_level: Targets,

    /// How the log is written: text, a line for people, or json, an object a line
    #[arg(long, value_name = "FORM", default_value = "text", value_parser = Text(telemetry::form))]
    pub log: telemetry::Form,

    /// A file of settings in TOML: each key is an option's name, such as idle-timeout = 60
    #[arg(long, value_name = "FILE")]
    #[arg(value_parser = OsStringValueParser::new().try_map(config_file))]
    pub config: Option<PathBuf>,

    /// Print what is in force and where it comes from, as such a file, and end
    #[arg(long)]
    pub print_config: bool,

    /// How the server ends what is open.
    #[command(flatten)]
    pub stopping: Stopping,

    /// How long clients are waited for. The first of those whose heading is that of all that follow.
    #[command(flatten)]
    pub waits: Waits,

    /// What clients may have and do.
    #[command(flatten)]
    pub bounds: Bounds,

    /// What is kept of links.
    #[command(flatten)]
    pub ledgers: Ledgers,
}

impl Serve {
    /// Returns what the server is made of.
    pub fn settings(&self) -> Settings {
        Settings {
            allowed: allowed(&self.allow_origin),
            trusted_proxies: trusted(&self.trusted_proxy),
            site: self.site.clone().map_or(Site::Embedded, Site::Folder),
            limits: self.limits(),
            show_headers: self.show_header.clone(),
            offered: Offered {
                check: !self.no_check,
                raw: !self.no_raw,
                ledgers: !self.no_ledgers,
                h2c: !self.no_h2c,
            },
            restarts: self.stopping.restarting,
            hsts: self.encryption.hsts(),
        }
    }

    fn limits(&self) -> Limits {
        let mut limits = Limits::default();
        self.stopping.set(&mut limits);
        self.waits.set(&mut limits);
        self.bounds.set(&mut limits);
        self.ledgers.set(&mut limits);
        limits
    }
}

fn allowed(origins: &[AllowOrigin]) -> Allowed {
    let mut listed = Vec::new();
    for origin in origins {
        match origin {
            AllowOrigin::Exact(origin) => listed.push(origin.clone()),
            AllowOrigin::Anyone => return Allowed::Anyone,
        }
    }
    Allowed::Listed(listed)
}

fn trusted(proxies: &[TrustedProxy]) -> Trusted {
    if proxies == [TrustedProxy::Private] {
        return Trusted::default();
    }
    let mut networks = Vec::new();
    let mut by_unix_socket = false;
    for proxy in proxies {
        match proxy {
            TrustedProxy::UnixSocket => by_unix_socket = true,
            TrustedProxy::Within(network) => networks.push(*network),
            TrustedProxy::Private => networks.extend(Network::private()),
            TrustedProxy::Nobody => return Trusted::NOBODY,
        }
    }
    let trusted = Trusted::new(networks);
    if by_unix_socket { trusted.with_unix_socket() } else { trusted }
}

#[cfg(test)]
mod tests;
