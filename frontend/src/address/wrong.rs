//! Why an address can't be used.

use std::fmt;

use echoclock_shared::say;

/// Why an address can't be used, in words by `Display`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum WrongAddress {
    /// Nothing is known yet.
    Pending,
    /// There is a space or a control character in it.
    Space,
    /// It goes on after the path.
    QueryOrFragment,
    /// It starts as neither `http://` nor `https://`.
    Scheme(String),
    /// It has a host, but does not say how to talk to it.
    NoScheme(String),
    /// It holds a user name or a password, which browsers do not let pass.
    Credentials,
    /// There is no host in it, or none that can be.
    Host(String),
    /// The port is not a number from 1 to 65535.
    Port(String),
    /// It is relative to a page that no server has served.
    PageNotServed,
    /// The page is `https` and the API is `http`, so the browser blocks every request.
    MixedContent {
        /// The address with `https`.
        secure: String,
    },
}

impl fmt::Display for WrongAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&match self {
            Self::Pending => say!("The API's address is not known yet."),
            Self::Space => say!("An address has no spaces in it."),
            Self::QueryOrFragment => {
                say!("The API's address ends with its path: leave out “?” and “#”.")
            }
            Self::Scheme(scheme) => {
                say!("The API is reached by http:// or https://, not by {scheme}://.", scheme)
            }
            Self::NoScheme(given) => {
                say!("Say how to reach it: http://{given} or https://{given}.", given)
            }
            Self::Credentials => say!(
                "Browsers take no user name or password in an address: leave out what is before “@”."
            ),
            Self::Host(host) if host.is_empty() => say!("The address names no host."),
            Self::Host(host) => say!("“{host}” can't be the name of a host.", host),
            Self::Port(port) => say!("“{port}” is no port: ports go from 1 to 65535.", port),
            Self::PageNotServed => say!(
                "This page was not served by a server, so the API can't be beside it: give the \
                 API's whole address, such as http://127.0.0.1:3000."
            ),
            Self::MixedContent { secure } => say!(
                "This page came over https, so the browser blocks an API over http (mixed \
                 content). Serve the API over https and use {secure}, or open this page over http.",
                secure
            ),
        })
    }
}
