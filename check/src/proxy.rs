//! A forward proxy on the way: which one is asked, and how a connection through it begins.

use std::fmt;
use std::str::FromStr;

use anyhow::{Context, ensure};
use http::HeaderValue;
use http::uri::{Authority, Scheme};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::address::Base;

/// A proxy that is spoken to by HTTP without TLS.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Proxy {
    /// Host and port.
    authority: Authority,
    /// What it lets this client through by (RFC 7617).
    pub(crate) authorization: Option<HeaderValue>,
}

impl Proxy {
    /// Chooses the proxy for a server: the one that the arguments name, or else the environment's.
    ///
    /// By the environment nothing on this machine itself is asked for through a proxy, as browsers have it,
    /// and `HTTP_PROXY` in capitals is not believed, because in CGI a client's header sets it.
    ///
    /// # Errors
    ///
    /// Where a variable holds no address of a proxy.
    pub(crate) fn choose(
        named: Option<&Self>,
        base: &Base,
        variable: impl Fn(&str) -> Option<String>,
    ) -> anyhow::Result<Option<Self>> {
        if let Some(proxy) = named {
            return Ok(Some(proxy.clone()));
        }
        let set = |name: &str| variable(name).filter(|value| !value.is_empty());
        let not = set("no_proxy").or_else(|| set("NO_PROXY")).unwrap_or_default();
        if is_here(base.host()) || is_left_out(base, &not) {
            return Ok(None);
        }
        let names: &[&str] = if base.is_secure {
            &["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]
        } else {
            &["http_proxy", "all_proxy", "ALL_PROXY"]
        };
        let first = names.iter().find_map(|name| Some((name, set(name)?)));
        let Some((name, value)) = first else { return Ok(None) };
        value.parse().map(Some).with_context(|| format!("{name} of the environment"))
    }

    /// Connects to the proxy itself.
    ///
    /// # Errors
    ///
    /// In the system's own words.
    pub(crate) async fn connect(&self) -> anyhow::Result<TcpStream> {
        let host = self.authority.host().trim_start_matches('[').trim_end_matches(']');
        let tcp = TcpStream::connect((host, self.authority.port_u16().unwrap_or(PORT))).await;
        tcp.with_context(|| format!("no connection to the proxy {self}"))
    }

    /// Has the proxy pass all that follows to a server and back (RFC 9110, section 9.3.6).
    ///
    /// # Errors
    ///
    /// Where it does not.
    pub(crate) async fn tunnel(&self, tcp: &mut TcpStream, base: &Base) -> anyhow::Result<()> {
        let host = base.authority.host();
        let to = format!("{host}:{}", base.port());
        let mut asks = format!("CONNECT {to} HTTP/1.1\r\nHost: {to}\r\n").into_bytes();
        if let Some(value) = &self.authorization {
            asks.extend([b"Proxy-Authorization: ", value.as_bytes(), b"\r\n"].concat());
        }
        asks.extend(b"\r\n");
        let broke = || format!("the proxy {self} broke off");
        tcp.write_all(&asks).await.with_context(broke)?;
        let mut head = vec![];
        // What comes behind the head is the server's already.
        while !head.ends_with(b"\r\n\r\n") {
            ensure!(head.len() < HEAD_MAX, "the proxy {self} answers with a head without an end");
            head.push(tcp.read_u8().await.with_context(broke)?);
        }
        let head = String::from_utf8_lossy(&head);
        let status = head.split(' ').nth(1).unwrap_or("none");
        ensure!(
            head.starts_with("HTTP/1.") && status.len() == 3 && status.starts_with('2'),
            "the proxy {self} answers CONNECT {to} with status {status}"
        );
        Ok(())
    }
}

impl FromStr for Proxy {
    type Err = NotAProxy;

    fn from_str(text: &str) -> Result<Self, NotAProxy> {
        // Who it lets through is a secret, and stands in no message.
        let (user, rest) = match text.rsplit_once('@') {
            Some((before, after)) => {
                let user = before.split_once("://").map_or(before, |(_, user)| user);
                let scheme = before.strip_suffix(user).unwrap_or_default();
                (Some(user), format!("{scheme}{after}"))
            }
            None => (None, text.to_owned()),
        };
        let wrong = || NotAProxy(rest.clone());
        let whole = if rest.contains("://") { rest.clone() } else { format!("http://{rest}") };
        let uri: http::Uri = whole.parse().map_err(|_| wrong())?;
        let authority = uri.authority().filter(|_| uri.scheme() == Some(&Scheme::HTTP));
        let authority = authority.filter(|authority| !authority.host().is_empty());
        let authorization = user.map(basic).transpose().map_err(|_| wrong())?;
        Ok(Self { authority: authority.ok_or_else(wrong)?.clone(), authorization })
    }
}

impl fmt::Display for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "http://{}", self.authority)
    }
}

/// The text is no address of a proxy.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("\"{0}\" is no address of a proxy such as http://proxy.example.org:3128")]
pub(crate) struct NotAProxy(String);

/// Writes name and password, as they stand in an address, as a header has them.
fn basic(user: &str) -> Result<HeaderValue, http::header::InvalidHeaderValue> {
    let user: Vec<u8> = percent_encoding::percent_decode_str(user).collect();
    let mut value =
        HeaderValue::try_from(format!("Basic {}", data_encoding::BASE64.encode(&user)))?;
    value.set_sensitive(true);
    Ok(value)
}

/// Whether a host is this machine itself.
fn is_here(host: &str) -> bool {
    let address: Result<std::net::IpAddr, _> = host.parse();
    let name = host.trim_end_matches('.').to_ascii_lowercase();
    address.map_or(name == "localhost" || name.ends_with(".localhost"), |it| it.is_loopback())
}

/// Whether a list of hosts leaves a server out: by its name, a domain that it is in, either of them with
/// its port, or `*` for all.
fn is_left_out(base: &Base, list: &str) -> bool {
    let host = base.host().to_ascii_lowercase();
    list.split([',', ' ']).filter(|entry| !entry.is_empty()).any(|entry| {
        let entry = entry.trim_start_matches("*.").trim_start_matches('.').to_ascii_lowercase();
        let (name, port) = match entry.rsplit_once(':') {
            Some((name, port)) if !name.contains(':') || name.ends_with(']') => (name, port),
            Some(_) | None => (&*entry, ""),
        };
        let name = name.trim_start_matches('[').trim_end_matches(']');
        let is_port = port.is_empty() || port.parse() == Ok(base.port());
        let is_within = host.strip_suffix(name).is_some_and(|before| before.ends_with('.'));
        name == "*" || is_port && (host == name || is_within)
    })
}

/// A proxy's port where its address has none, as curl has it.
const PORT: u16 = 1_080;

/// The longest head of an answer that is read, in bytes.
const HEAD_MAX: usize = 16 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_go_before_the_environment() {
        let chosen = |url: &str, set: &[(&str, &str)]| {
            let base = Base::of(url).unwrap();
            let variable = |name: &str| {
                let found = set.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| (*value).to_owned())
            };
            Proxy::choose(None, &base, variable)
                .unwrap()
                .map_or("none".to_owned(), |proxy| proxy.to_string())
        };
        let https = ("HTTPS_PROXY", "http://p:3128");
        for (url, set, proxy) in [
            ("https://a.example/", &[https][..], "http://p:3128"),
            ("https://a.example/", &[https, ("https_proxy", "q")], "http://q"),
            ("https://a.example/", &[("https_proxy", ""), ("ALL_PROXY", "p:1")], "http://p:1"),
            ("http://a.example/", &[https, ("HTTP_PROXY", "p:1")], "none"),
            ("http://a.example/", &[("http_proxy", "p:1")], "http://p:1"),
            ("https://localhost/", &[https], "none"),
            ("https://[::1]/", &[https], "none"),
            ("https://a.example/", &[https, ("NO_PROXY", "b.example, .example")], "none"),
            ("https://a.example/", &[https, ("no_proxy", "*")], "none"),
            ("https://a.example/", &[https, ("no_proxy", "A.example:443")], "none"),
            ("https://a.example/", &[https, ("no_proxy", "a.example:80,ample")], "http://p:3128"),
            ("https://[fe80::1]/", &[https, ("no_proxy", "fe80::1")], "none"),
        ] {
            assert_eq!(chosen(url, set), proxy, "{url} {set:?}");
        }
        let named = "p:1".parse().unwrap();
        let here = Base::of("http://localhost/").unwrap();
        let always = Proxy::choose(Some(&named), &here, |_| Some("*".to_owned()));
        assert_eq!(always.unwrap(), Some(named));
        let wrong = Proxy::choose(None, &Base::of("https://a/").unwrap(), |name| {
            (name == "HTTPS_PROXY").then(|| "socks5://me:secret@p".to_owned())
        });
        let wrong = format!("{:#}", wrong.unwrap_err());
        assert!(wrong.starts_with("HTTPS_PROXY of the environment: \"socks5://p\" is no address"));
    }

    #[test]
    fn who_is_let_through_is_told_to_the_proxy_alone() {
        let proxy: Proxy = "http://me:p%40ss@proxy:3128".parse().unwrap();
        assert_eq!(proxy.authorization.as_ref().unwrap(), "Basic bWU6cEBzcw==");
        assert_eq!(proxy.to_string(), "http://proxy:3128");
        assert!(!format!("{proxy:?}").contains("bWU6"), "{proxy:?}");
        for wrong in ["", "https://p", "socks5://p:1", "http://", "p/x y"] {
            assert!(wrong.parse::<Proxy>().is_err(), "{wrong}");
        }
    }
}
