//! Whom `echoclock health` asks.

use std::ffi::OsString;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;

use echoclock_check::AskedServer;

use super::fault::Fault;
use super::layers::{Asked, read_heeding};
use super::setting::{Heeded, SERVE};
use super::{Health, Serve};
use crate::listen_at::ListenAt;

/// Returns the server at the address that was given, or else the one that the environment and the file of
/// settings would have this program serve; `open` reads that file.
///
/// # Errors
///
/// Where the file can't be read, or a setting by which the server is found is wrong or does not say where
/// it is. Of others nothing is needed, nor of files that they name: one that was spoiled after the start
/// makes no server ill.
pub fn whom(
    health: &Health,
    open: impl FnOnce(&Path) -> io::Result<String>,
) -> Result<AskedServer, Fault> {
    if let Some(server) = health.url.clone() {
        return Ok(server.believed(health.insecure));
    }
    let config = health.config.iter().flat_map(|file| ["--config".into(), file.into()]);
    let arguments = ["echoclock", SERVE].map(OsString::from).into_iter().chain(config);
    match read_heeding(Heeded::Whereabouts, arguments, open)? {
        Asked::Serve(serve) => own(&serve),
        Asked::Check(_) | Asked::Health(_) | Asked::Print(_) => {
            unreachable!("the arguments ask to serve, and to print nothing")
        }
    }
}

/// Returns how a server with these settings is reached on its own machine.
///
/// Its certificate is believed whatever it says: it names the hosts that clients know, and who listens at
/// this machine's own address is this machine's.
///
/// # Errors
///
/// Where the settings do not say.
fn own(serve: &Serve) -> Result<AskedServer, Fault> {
    let (name, at, has_tls) = match &serve.admin_listen {
        Some(at) => ("admin-listen", at, false),
        None => ("listen", &serve.listen, serve.encryption.has_tls()),
    };
    let unknown = |why| Fault::Nowhere { name, at: at.to_string(), why };
    let (host, unix) = match at {
        ListenAt::Address(at) if at.port() == 0 => {
            return Err(unknown("any port that is free is known to the server alone"));
        }
        ListenAt::Address(at) => (from_here(*at).to_string(), None),
        ListenAt::Unix(path) => ("localhost".to_owned(), Some(path.clone())),
        ListenAt::Handed(_) => {
            return Err(unknown("what was handed over is known to the server alone"));
        }
    };
    let scheme = if has_tls { "https" } else { "http" };
    let server: Result<AskedServer, _> = format!("{scheme}://{host}/").parse();
    let server = server.map_err(|_| unknown("no URL has a zone in it"))?.believed(true);
    Ok(match unix {
        Some(path) => server.by_unix_socket(path),
        None => server,
    })
}

/// Returns the address by which this machine reaches a listener of its own.
///
/// A listener at `[::]` takes IPv4 as well, and in a container there is often nothing else.
fn from_here(at: SocketAddr) -> SocketAddr {
    if at.ip().is_unspecified() { (Ipv4Addr::LOCALHOST, at.port()).into() } else { at }
}

#[cfg(test)]
mod tests {
    use super::super::read;
    use super::*;

    fn asked(listen: &[&str]) -> Result<AskedServer, String> {
        let arguments = ["echoclock", "serve"].iter().chain(listen);
        let no_file = |_: &Path| panic!("no file was named");
        match read(arguments, no_file).expect("settings") {
            Asked::Serve(serve) => own(&serve).map_err(|fault| fault.to_string()),
            other @ (Asked::Check(_) | Asked::Health(_) | Asked::Print(_)) => {
                panic!("serve was asked for, not {other:?}")
            }
        }
    }

    fn server(url: &str) -> AskedServer {
        url.parse().expect(url)
    }

    #[test]
    fn whoever_looks_after_the_server_is_asked_first() {
        for (listen, url) in [
            (&[][..], "http://127.0.0.1:3000/"),
            (&["--listen=192.0.2.7:80"], "http://192.0.2.7:80/"),
            (&["--listen=0.0.0.0:80"], "http://127.0.0.1:80/"),
            (&["--listen=[::]:80"], "http://127.0.0.1:80/"),
            (&["--listen=[::1]:443", "--tls-self-signed"], "https://[::1]:443/"),
            (&["--listen=[::1]:0", "--admin-listen=0.0.0.0:81"], "http://127.0.0.1:81/"),
            (&["--tls-self-signed", "--admin-listen=[::1]:81"], "http://[::1]:81/"),
        ] {
            assert_eq!(asked(listen), Ok(server(url).believed(true)), "{listen:?}");
        }
        let unix = server("http://localhost/").believed(true).by_unix_socket("/a.sock".into());
        assert_eq!(asked(&["--listen", "unix:/a.sock"]), Ok(unix));
    }

    #[test]
    fn the_file_of_settings_says_whom_to_ask_unless_a_url_does() {
        let health = |url: Option<&str>| Health {
            url: url.map(server),
            ready: false,
            config: Some("a.toml".into()),
            insecure: false,
        };
        let file = |_: &Path| Ok("listen = \"[::1]:81\"".to_owned());
        let by_file = whom(&health(None), file).expect("a file");
        assert_eq!(by_file, server("http://[::1]:81/").believed(true));
        let url = "https://a.example/";
        assert_eq!(whom(&health(Some(url)), file).expect("a URL"), server(url));
        let wrong = whom(&health(None), |_| Ok("listen = 3".to_owned()));
        assert!(matches!(wrong, Err(Fault::Value { .. })), "{wrong:?}");
    }

    #[test]
    fn what_does_not_lead_to_the_server_does_not_matter() {
        let health =
            Health { url: None, ready: false, config: Some("a.toml".into()), insecure: false };
        for other in [
            "tls-cert = '/nowhere'\ntls-key = '/nowhere/either'\nsite = '/nowhere'",
            "tls-cert = '/nowhere'\nredirect-port = 8443",
            "tls-cert = '/nowhere'\nsocket-silence = 1\nraw-max = 0\nlog = 3\nno-such-setting = 3",
        ] {
            let file = |_: &Path| Ok(format!("{other}\nlisten = '[::1]:81'"));
            let found = whom(&health, file).expect(other);
            assert_eq!(found, server("https://[::1]:81/").believed(true), "{other}");
        }
    }

    #[test]
    fn an_address_that_only_the_server_knows_is_named() {
        for (listen, named) in [
            ("--listen=127.0.0.1:0", r#"listen = "127.0.0.1:0" says not whom to ask"#),
            ("--admin-listen=[::]:0", r#"admin-listen = "[::]:0" says not whom to ask"#),
            ("--listen=systemd:web", r#"listen = "systemd:web" says not whom to ask"#),
        ] {
            let told = asked(&[listen]).expect_err(named);
            assert!(told.starts_with(named) && told.contains("health URL"), "{told}");
        }
    }
}
