//! The command line and the environment, parsed once.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::FalseyValueParser;
use clap::{Args, Parser, Subcommand};
use echoclock_check::Check;
use http::HeaderName;

use crate::forwarded::{Network, NotANetwork, Trusted};
use crate::limits::Limits;
use crate::origin::{Allowed, BadOrigin, Origin};
use crate::site::Site;
use crate::state::Settings;

mod stopping;
pub use stopping::Stopping;

mod bounds;
pub use bounds::Bounds;

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
    #[command(after_help = "RUST_LOG says what is logged to the standard error, such as \
                            RUST_LOG=debug; it is info by default. SIGTERM, SIGINT and SIGQUIT end \
                            the program in order, within --drain, and a second one ends it at once. \
                            SIGHUP ends it in order too, except under nohup.")]
    Serve(Box<Serve>),

    /// Check what a network does to live connections: ask an Echoclock through it, in every way
    #[command(
        after_help = "Exit codes: 0 where the check ran and what --expect names holds (without it, whatever \
                      was found); 1 where something of that does not hold, or was not tested; 2 where the \
                      check could not run. Colours are left out where the output is no terminal or \
                      NO_COLOR is set. SIGINT ends a run with what is known by then."
    )]
    Check(Box<Check>),
}

/// How to serve.
#[derive(Args, Debug)]
pub struct Serve {
    /// The address and port to listen on; `0.0.0.0` or `[::]` for all of the machine's, port 0
    /// for any that is free
    #[arg(long, env = "ECHOCLOCK_LISTEN", value_name = "ADDRESS:PORT")]
    #[arg(default_value = "127.0.0.1:3000", value_parser = listen_address)]
    pub listen: SocketAddr,

    /// A further address and port, where only /healthz and /readyz are answered, over connections
    /// that nobody else can take; for who looks after the server
    #[arg(long, env = "ECHOCLOCK_ADMIN_LISTEN", value_name = "ADDRESS:PORT")]
    #[arg(value_parser = listen_address)]
    pub admin_listen: Option<SocketAddr>,

    /// A further origin whose pages may connect, with credentials, and may embed the page, such
    /// as `https://example.org`; '*' lets everyone in, without credentials. May be repeated (in
    /// the environment: separated by commas). By default only the server's own page may
    #[arg(long, env = "ECHOCLOCK_ALLOW_ORIGIN", value_name = "ORIGIN", value_delimiter = ',')]
    #[arg(value_parser = allowed_origin)]
    pub allow_origin: Vec<AllowOrigin>,

    /// A network, or an address, whose proxies are believed what they say of a request:
    /// whom they forward for and what was asked of them, by `X-Forwarded-…` or `Forwarded`. May
    /// be repeated (in the environment: separated by commas), and takes the place of the default,
    /// the loopback and private networks; 'none' believes nobody. Where several proxies stand in a
    /// row, name them all: of the default ones only the nearest says against whom a request counts
    #[arg(long, env = "ECHOCLOCK_TRUSTED_PROXY", value_name = "NETWORK", value_delimiter = ',')]
    #[arg(value_parser = trusted_proxy)]
    pub trusted_proxy: Vec<TrustedProxy>,

    /// How long a connection is kept for the next request, in seconds; longer than a proxy in front
    /// keeps it, so that it is the proxy that ends it
    #[arg(long, env = "ECHOCLOCK_IDLE_TIMEOUT", value_name = "SECONDS", default_value_t = 90)]
    #[arg(value_parser = idle_timeout)]
    pub idle_timeout: u64,

    /// A header that ledgers show with its value, besides those that are known to be harmless; of
    /// all others they show the length. May be repeated (in the environment: separated by commas)
    #[arg(long, env = "ECHOCLOCK_SHOW_HEADER", value_name = "NAME", value_delimiter = ',')]
    pub show_header: Vec<HeaderName>,

    /// Leave out the endpoints of the path check, below /api/check
    #[arg(long, env = "ECHOCLOCK_NO_CHECK", value_parser = FalseyValueParser::new())]
    pub no_check: bool,

    /// A folder to serve the page from, in place of the page within this program
    #[arg(long, env = "ECHOCLOCK_SITE", value_name = "FOLDER", value_parser = site_folder)]
    pub site: Option<PathBuf>,

    /// How the server ends what is open.
    #[command(flatten)]
    pub stopping: Stopping,

    /// What clients may have and do. The last, since its heading is that of all that follow.
    #[command(flatten)]
    pub bounds: Bounds,
}

/// One `--allow-origin`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum AllowOrigin {
    /// An origin.
    Exact(Origin),
    /// `*`.
    Anyone,
}

/// One `--trusted-proxy`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum TrustedProxy {
    /// A network.
    Within(Network),
    /// `none`.
    Nobody,
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
            has_check: !self.no_check,
            restarts: self.stopping.restarting,
        }
    }

    fn limits(&self) -> Limits {
        let mut limits =
            Limits { idle_timeout: Duration::from_secs(self.idle_timeout), ..self.bounds.limits() };
        self.stopping.set(&mut limits);
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
    if proxies.is_empty() {
        return Trusted::default();
    }
    let mut networks = Vec::new();
    for proxy in proxies {
        match proxy {
            TrustedProxy::Within(network) => networks.push(*network),
            TrustedProxy::Nobody => return Trusted::NOBODY,
        }
    }
    Trusted::new(networks)
}

fn listen_address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| {
        "not an IP address and a port, such as 127.0.0.1:3000, 0.0.0.0:8080 or [::1]:3000"
            .to_owned()
    })
}

fn allowed_origin(text: &str) -> Result<AllowOrigin, BadOrigin> {
    if text == "*" { Ok(AllowOrigin::Anyone) } else { text.parse().map(AllowOrigin::Exact) }
}

fn trusted_proxy(text: &str) -> Result<TrustedProxy, NotANetwork> {
    if text == "none" { Ok(TrustedProxy::Nobody) } else { text.parse().map(TrustedProxy::Within) }
}

fn idle_timeout(text: &str) -> Result<u64, String> {
    match text.parse() {
        Ok(seconds @ 1..=IDLE_TIMEOUT_MAX) => Ok(seconds),
        Ok(_) | Err(_) => Err(format!("not a number of seconds from 1 to {IDLE_TIMEOUT_MAX}")),
    }
}

fn site_folder(text: &str) -> Result<PathBuf, String> {
    let folder = PathBuf::from(text);
    if folder.is_dir() { Ok(folder) } else { Err("there is no such folder".to_owned()) }
}

/// A day: nobody keeps a connection for longer.
const IDLE_TIMEOUT_MAX: u64 = 24 * 60 * 60;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Places;

    fn serve(arguments: &[&str]) -> Result<Serve, String> {
        let arguments = ["echoclock", "serve"].iter().chain(arguments);
        match Cli::try_parse_from(arguments).map_err(|error| error.to_string())?.command {
            Command::Serve(serve) => Ok(*serve),
            Command::Check(_) => panic!("serve was asked for"),
        }
    }

    #[test]
    fn arguments_become_settings() {
        let settings = serve(&[]).expect("there are defaults").settings();
        assert_eq!(settings.allowed, Allowed::Listed(vec![]));
        assert_eq!(settings.limits.raw_message, 1024 * 1024);
        assert_eq!(settings.limits.per_client, Places::PER_CLIENT);
        assert_eq!(settings.site, Site::Embedded);
        assert!(settings.has_check);
        assert!(!serve(&["--no-check"]).expect("a switch").settings().has_check);

        let two = ["--allow-origin", "https://a.example", "--allow-origin=http://b:8080"];
        let listed = ["https://a.example", "http://b:8080"].map(|o| o.parse().expect(o));
        let settings = serve(&two).expect("two origins").settings();
        assert_eq!(settings.allowed, Allowed::Listed(listed.to_vec()));

        let anyone = serve(&["--allow-origin", "https://a.example", "--allow-origin", "*"]);
        assert_eq!(anyone.expect("everyone").settings().allowed, Allowed::Anyone);
    }

    #[test]
    fn only_bounds_stand_below_their_heading() {
        let mut command = <Cli as clap::CommandFactory>::command();
        let serve = command.find_subcommand_mut("serve").expect("it is one");
        let bounds = <Bounds as Args>::augment_args(clap::Command::new("bounds"));
        let is_bound = |name| bounds.get_arguments().any(|bound| bound.get_id() == name);
        for argument in serve.get_arguments() {
            let name = argument.get_id();
            let is_below = argument.get_help_heading() == Some("Bounds");
            assert_eq!(is_below, is_bound(name), "{name}");
        }
    }

    #[test]
    fn bounds_are_set_one_by_one() {
        let arguments =
            ["--client-streams", "7", "--requests=9", "--min-rate", "0", "--site-files=3"];
        let limits = serve(&arguments).expect("these are bounds").settings().limits;
        assert_eq!(limits.per_client, Places { streams: 7, ..Places::PER_CLIENT });
        assert_eq!(limits.in_all, Places { requests: 9, files: 3, ..Places::IN_ALL });
        assert_eq!(limits.min_rate, 0);
    }

    #[test]
    fn the_time_to_end_is_divided() {
        let ends = |limits: Limits| {
            let Limits { drain_at_least, drain_at_most, drain_spread, stop_after, .. } = limits;
            [drain_at_least, drain_at_most, drain_spread, stop_after].map(|time| time.as_millis())
        };
        for (arguments, expected) in [
            (&[][..], ends(Limits::default())),
            (&["--drain", "2", "--drain-spread", "0"], [400, 1_200, 0, 1_800]),
            (&["--drain=60", "--drain-spread=9"], [1_000, 36_000, 9_000, 54_000]),
        ] {
            let settings = serve(arguments).expect("these are times").settings();
            assert_eq!(ends(settings.limits), expected, "{arguments:?}");
            assert!(!settings.restarts, "{arguments:?}");
        }
        assert!(serve(&["--restarting"]).expect("a switch").settings().restarts);
    }

    #[test]
    fn trusted_proxies_take_the_place_of_the_default() {
        let trusted = |arguments: &[&str]| {
            serve(arguments).expect("these are networks").settings().trusted_proxies
        };
        let networks = ["192.0.2.0/24", "2001:db8::7"].map(|it| it.parse().expect(it));
        assert_eq!(trusted(&[]), Trusted::default());
        for arguments in [
            &["--trusted-proxy", "192.0.2.9/24", "--trusted-proxy=2001:db8::7"][..],
            &["--trusted-proxy", "192.0.2.0/24,2001:db8::7"],
        ] {
            assert_eq!(trusted(arguments), Trusted::new(networks.to_vec()), "{arguments:?}");
        }
        for arguments in [&["--trusted-proxy", "none"][..], &["--trusted-proxy", "10.0.0.1,none"]] {
            assert_eq!(trusted(arguments), Trusted::NOBODY, "{arguments:?}");
        }
    }

    #[test]
    fn what_makes_no_sense_is_named() {
        for (arguments, said) in [
            (["--listen", "3000"], "such as 127.0.0.1:3000"),
            (["--listen", "localhost:http"], "such as 127.0.0.1:3000"),
            (["--allow-origin", "example.org"], "such as https://example.org"),
            (["--allow-origin", "https://example.org/"], "without a path"),
            (["--allow-origin", "https://*.example.org"], "not an origin"),
            (["--allow-origin", "null"], "not an origin"),
            (["--trusted-proxy", "localhost"], "such as 192.0.2.0/24"),
            (["--trusted-proxy", "10.0.0.0/33"], "such as 192.0.2.0/24"),
            (["--trusted-proxy", ""], "such as 192.0.2.0/24"),
            (["--raw-max", "0"], "is not in 1.."),
            (["--raw-max", "16M"], "invalid"),
            (["--memory-budget", "1"], "1 is not in 1048576"),
            (["--client-sockets", "0"], "is not in 1.."),
            (["--socket-messages", "1k"], "invalid"),
            (["--site", "/nowhere/at/all"], "there is no such folder"),
            (["--idle-timeout", "0"], "from 1 to 86400"),
            (["--idle-timeout", "1m"], "from 1 to 86400"),
            (["--drain", "0"], "is not in 1..=3600"),
            (["--show-header", "x y"], "invalid HTTP header name"),
            (["--frob", "1"], "--frob"),
        ] {
            let error = serve(&arguments).expect_err(said);
            assert!(error.contains(said), "{arguments:?}: {error}");
        }
    }
}
