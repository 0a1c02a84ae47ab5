//! Arguments become settings, and what makes no sense is named.

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

    assert_eq!(settings.hsts, None, "without TLS");
    assert_eq!(serve(&["--tls-self-signed"]).expect("a switch").settings().hsts, None);

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
    let arguments = ["--client-streams", "7", "--requests=9", "--min-rate", "0", "--site-files=3"];
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
        (["--tls-cert", "/nowhere/at/all"], "not without tls-key, its key"),
        (["--tls-key", "/nowhere/at/all"], "not without tls-cert"),
        (["--redirect-listen", "[::]:80"], "not without tls-cert or tls-self-signed"),
        (["--redirect-port", "443"], "not without redirect-listen"),
        (["--redirect-port", "0"], "not a whole number from 1 to 65535"),
        (
            ["--raw-max", "0"],
            "raw-max = \"0\", from --raw-max: not a whole number from 1 to 1073741824",
        ),
        (["--raw-max", "16M"], "not a whole number from 1 to 1073741824"),
        (["--memory-budget", "1"], "not a whole number from 1048576 to 9223372036854775807"),
        (
            ["--client-sockets", "9223372036854775808"],
            "not a whole number from 1 to 9223372036854775807",
        ),
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
