//! What settings may be: the types of their values, and how each is read, whatever source it has.
//!
//! Each error says what is allowed, to follow the setting's name and value.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use http::HeaderName;

use crate::forwarded::{Network, NotANetwork};
use crate::origin::{BadOrigin, Origin};

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
    /// `private`: the loopback and private networks.
    Private,
    /// `none`.
    Nobody,
}

pub(super) fn listen_address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| {
        "not an IP address and a port, such as 127.0.0.1:3000, 0.0.0.0:8080 or [::1]:3000"
            .to_owned()
    })
}

pub(super) fn allowed_origin(text: &str) -> Result<AllowOrigin, BadOrigin> {
    if text == "*" { Ok(AllowOrigin::Anyone) } else { text.parse().map(AllowOrigin::Exact) }
}

pub(super) fn trusted_proxy(text: &str) -> Result<TrustedProxy, NotANetwork> {
    match text {
        "none" => Ok(TrustedProxy::Nobody),
        PRIVATE => Ok(TrustedProxy::Private),
        network => network.parse().map(TrustedProxy::Within),
    }
}

pub(super) fn header_name(text: &str) -> Result<HeaderName, String> {
    text.parse().map_err(|_| "not the name of a header, such as x-request-id".to_owned())
}

pub(super) fn site_folder(text: &str) -> Result<PathBuf, String> {
    let folder = PathBuf::from(text);
    if folder.is_dir() { Ok(folder) } else { Err("there is no such folder".to_owned()) }
}

pub(super) fn switch(text: &str) -> Result<bool, String> {
    match text {
        "true" | "yes" | "on" | "1" => Ok(true),
        "false" | "no" | "off" | "0" => Ok(false),
        _ => Err("neither true nor false".to_owned()),
    }
}

/// Reads whole numbers from `min` to `max`.
pub(super) fn whole<T: TryFrom<u64>>(
    min: u64,
    max: u64,
) -> impl Fn(&str) -> Result<T, String> + Clone + Send + Sync + 'static {
    move |text| {
        let number = text.parse().ok().filter(|number| (min..=max).contains(number));
        let number = number.and_then(|number| T::try_from(number).ok());
        number.ok_or_else(|| match max {
            u64::MAX => format!("not a whole number, {min} at the least"),
            _ => format!("not a whole number from {min} to {max}"),
        })
    }
}

/// Reads whole numbers of seconds from `min` to `max`.
pub(super) fn seconds(
    min: u64,
    max: u64,
) -> impl Fn(&str) -> Result<Duration, String> + Clone + Send + Sync + 'static {
    move |text| {
        let number = whole(min, max)(text).map(Duration::from_secs);
        number.map_err(|_: String| format!("not a whole number of seconds from {min} to {max}"))
    }
}

/// Writes a time as [`seconds`] reads it.
pub(super) fn in_seconds(time: Duration) -> String {
    time.as_secs().to_string()
}

/// The word for the loopback and private networks.
pub(super) const PRIVATE: &str = "private";
