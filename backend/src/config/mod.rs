//! How to serve: the arguments, the environment and a file, read once, typed, into settings.

use std::path::PathBuf;

use clap::Args;
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
use values::{allowed_origin, header_name, listen_at, site_folder, socket_mode, trusted_proxy};

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

mod layers;
pub use layers::{Asked, read};

mod whom;
pub use whom::whom;

mod health;
pub use health::Health;

mod program;
pub use program::{Cli, Command};

/// How to serve.
#[derive(Args, Debug)]
pub struct Serve {
    /// The address and port to listen on; `0.0.0.0` or `[::]` for all of the machine's, port 0
    /// for any that is free. Or unix:/PATH for a Unix socket there, or systemd for one that was handed
    /// over by socket activation, systemd:NAME for the one of that name
    #[arg(long, value_name = "ADDRESS:PORT")]
    #[arg(default_value = "127.0.0.1:3000", value_parser = listen_at)]
    pub listen: ListenAt,

    /// Which rights a Unix socket has that is listened on, such as 660; by default what the process gives
    /// to files
    #[arg(long, value_name = "MODE", value_parser = socket_mode)]
    pub unix_socket_mode: Option<SocketMode>,

    /// A further address and port, where only /healthz, /readyz and /metrics are answered, over
    /// connections that nobody else can take; for who looks after the server. Written as --listen is
    #[arg(long, value_name = "ADDRESS:PORT", value_parser = listen_at)]
    pub admin_listen: Option<ListenAt>,

    /// TLS that ends here.
    #[command(flatten)]
    pub encryption: Encryption,

    /// A further origin whose pages may connect, with credentials, and may embed the page, such
    /// as `https://example.org`; '*' lets everyone in, without credentials. May be repeated (in
    /// the environment: separated by commas). By default only the server's own page may
    #[arg(long, value_name = "ORIGIN", value_delimiter = ',')]
    #[arg(value_parser = allowed_origin)]
    pub allow_origin: Vec<AllowOrigin>,

    /// A network, or an address, whose proxies are believed what they say of a request:
    /// whom they forward for and what was asked of them, by `X-Forwarded-…` or `Forwarded`. May
    /// be repeated (in the environment: separated by commas). 'private' stands for the loopback and
    /// private networks, 'unix' for who comes by a Unix socket, and 'none' believes nobody. Where several proxies stand in a row, name them
    /// all: by default only the nearest says against whom a request counts
    #[arg(long, value_name = "NETWORK", value_delimiter = ',', default_value = values::PRIVATE)]
    #[arg(value_parser = trusted_proxy)]
    pub trusted_proxy: Vec<TrustedProxy>,

    /// A header that ledgers show with its value, besides those that are known to be harmless; of
    /// all others they show the length. May be repeated (in the environment: separated by commas)
    #[arg(long, value_name = "NAME", value_delimiter = ',', value_parser = header_name)]
    pub show_header: Vec<HeaderName>,

    /// Leave out the endpoints of the path check, below /api/check
    #[arg(long)]
    pub no_check: bool,

    /// Leave out the raw echo, /api/echo/raw
    #[arg(long)]
    pub no_raw: bool,

    /// Keep no ledgers of links: /api/links has none, and ?link= means nothing
    #[arg(long)]
    pub no_ledgers: bool,

    /// Speak no HTTP/2 without TLS: a client that begins with it is refused
    #[arg(long)]
    pub no_h2c: bool,

    /// A folder to serve the page from, in place of the page within this program
    #[arg(long, value_name = "FOLDER", value_parser = site_folder)]
    pub site: Option<PathBuf>,

    /// What is logged to the standard error: a level, such as debug, or several with what they are for,
    /// such as warn,echoclock_backend=debug
    #[arg(long, value_name = "LEVELS", default_value = "info", value_parser = telemetry::levels)]
    pub log_level: Targets,

    /// How the log is written: text, a line for people, or json, an object a line
    #[arg(long, value_name = "FORM", default_value = "text", value_parser = telemetry::form)]
    pub log: telemetry::Form,

    /// A file of settings in TOML: each key is an option's name, such as idle-timeout = 60
    #[arg(long, value_name = "FILE")]
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
mod tests {
    use std::path::Path;

    use super::*;
    use crate::limits::Places;

    fn serve(arguments: &[&str]) -> Result<Serve, String> {
        let arguments = ["echoclock", "serve"].iter().chain(arguments);
        let no_file = |_: &Path| panic!("no file was named");
        match read(arguments, no_file).map_err(|fault| fault.to_string())? {
            Asked::Serve(serve) => Ok(*serve),
            other @ (Asked::Check(_) | Asked::Health(_) | Asked::Print(_)) => {
                panic!("serve was asked for, not {other:?}")
            }
        }
    }

    #[test]
    fn arguments_become_settings() {
        let settings = serve(&[]).expect("there are defaults").settings();
        assert_eq!(settings.allowed, Allowed::Listed(vec![]));
        assert_eq!(settings.limits.raw_message, 1024 * 1024);
        assert_eq!(settings.limits.per_client, Places::PER_CLIENT);
        assert_eq!(settings.site, Site::Embedded);
        let all = Offered::default();
        assert_eq!(settings.offered, all);
        for (switch, offered) in [
            ("--no-check", Offered { check: false, ..all }),
            ("--no-check=false", all),
            ("--no-raw", Offered { raw: false, ..all }),
            ("--no-ledgers", Offered { ledgers: false, ..all }),
            ("--no-h2c", Offered { h2c: false, ..all }),
        ] {
            assert_eq!(serve(&[switch]).expect("a switch").settings().offered, offered, "{switch}");
        }

        let two = ["--allow-origin", "https://a.example", "--allow-origin=http://b:8080"];
        let listed = ["https://a.example", "http://b:8080"].map(|o| o.parse().expect(o));
        let settings = serve(&two).expect("two origins").settings();
        assert_eq!(settings.allowed, Allowed::Listed(listed.to_vec()));

        let anyone = serve(&["--allow-origin", "https://a.example", "--allow-origin", "*"]);
        assert_eq!(anyone.expect("everyone").settings().allowed, Allowed::Anyone);
    }

    #[test]
    fn only_limits_stand_below_their_heading() {
        let command = command();
        let limits = clap::Command::new("limits");
        let limits = <Waits as Args>::augment_args(limits);
        let limits = <Ledgers as Args>::augment_args(<Bounds as Args>::augment_args(limits));
        let is_limit = |name| limits.get_arguments().any(|limit| limit.get_id() == name);
        for argument in setting::serve(&command).get_arguments() {
            let name = argument.get_id();
            let is_below = argument.get_help_heading() == Some("Limits");
            assert_eq!(is_below, is_limit(name), "{name}");
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
        assert_eq!(trusted(&["--trusted-proxy", "private"]), Trusted::default());
        let more: Vec<_> = Network::private().into_iter().chain(networks).collect();
        let named = trusted(&["--trusted-proxy", "private,192.0.2.0/24,2001:db8::7"]);
        assert_eq!(named, Trusted::new(more));
        let named = trusted(&["--trusted-proxy", "unix,192.0.2.0/24,2001:db8::7"]);
        assert_eq!(named, Trusted::new(networks.to_vec()).with_unix_socket());
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
            (["--unix-socket-mode", "688"], "not rights in octal, such as 660 or 0666"),
            (["--tls-cert", "/nowhere/at/all"], "there is no such file"),
            (["--tls-key", "/nowhere/at/all"], "there is no such file"),
            (["--redirect-listen", "[::]:80"], "not without tls-cert or tls-self-signed"),
            (["--redirect-port", "443"], "not without redirect-listen"),
            (["--redirect-port", "0"], "not a whole number from 1 to 65535"),
            (
                ["--raw-max", "0"],
                "raw-max = \"0\", from --raw-max: not a whole number from 1 to 1073741824",
            ),
            (["--raw-max", "16M"], "not a whole number from 1 to 1073741824"),
            (["--memory-budget", "1"], "not a whole number, 1048576 at the least"),
            (["--client-sockets", "0"], "not a whole number, 1 at the least"),
            (["--socket-messages", "1k"], "not a whole number from 1 to 4294967295"),
            (["--no-check=perhaps", "--no-check"], "neither true nor false"),
            (["--log-level", "loud"], "not a level (off, error,"),
            (["--log", "JSON"], "neither text nor json"),
            (["--socket-silence", "30"], "not longer than socket-ping-every = 30, by default"),
            (["--socket-ping-every", "75"], "socket-silence = 75, by default: not longer than"),
            (["--site", "/nowhere/at/all"], "there is no such folder"),
            (["--idle-timeout", "0"], "from 1 to 86400"),
            (["--idle-timeout", "1m"], "from 1 to 86400"),
            (["--show-header", "x y"], "such as x-request-id"),
            (["--drain", "0"], "not a whole number of seconds from 1 to 3600"),
            (["--frob", "1"], "--frob"),
        ] {
            let error = serve(&arguments).expect_err(said);
            assert!(error.contains(said), "{arguments:?}: {error}");
        }
    }
}
