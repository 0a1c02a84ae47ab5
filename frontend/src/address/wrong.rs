//! Why an address can't be used.

use std::fmt;

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
        match self {
            Self::Pending => f.write_str("The API's address is not known yet."),
            Self::Space => f.write_str("An address has no spaces in it."),
            Self::QueryOrFragment => {
                f.write_str("The API's address ends with its path: leave out “?” and “#”.")
            }
            Self::Scheme(scheme) => {
                write!(f, "The API is reached by http:// or https://, not by {scheme}://.")
            }
            Self::NoScheme(given) => {
                write!(f, "Say how to reach it: http://{given} or https://{given}.")
            }
            Self::Credentials => f.write_str(
                "Browsers take no user name or password in an address: leave out what is before “@”.",
            ),
            Self::Host(host) if host.is_empty() => f.write_str("The address names no host."),
            Self::Host(host) => write!(f, "“{host}” can't be the name of a host."),
            Self::Port(port) => write!(f, "“{port}” is no port: ports go from 1 to 65535."),
            Self::PageNotServed => f.write_str(
                "This page was not served by a server, so the API can't be beside it: give the \
                 API's whole address, such as http://127.0.0.1:3000.",
            ),
            Self::MixedContent { secure } => write!(
                f,
                "This page came over https, so the browser blocks an API over http (mixed \
                 content). Serve the API over https and use {secure}, or open this page over http."
            ),
        }
    }
}
