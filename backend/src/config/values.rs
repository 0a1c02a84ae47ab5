//! What settings may be: the types of their values, and how each is read, whatever source it has and
//! whatever the disk holds.
//!
//! Each error says what is allowed, to follow the setting's name and value.

use std::convert::Infallible;
use std::path::PathBuf;
use std::time::Duration;

use http::HeaderName;

use crate::forwarded::Network;
use crate::listen_at::{ListenAt, NowhereToListen};
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
    /// `unix`: whoever comes by a Unix socket.
    UnixSocket,
    /// `none`.
    Nobody,
}

/// The rights of a Unix socket.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct SocketMode(pub u32);

pub(super) fn listen_at(text: &str) -> Result<ListenAt, NowhereToListen> {
    text.parse()
}

pub(super) fn socket_mode(text: &str) -> Result<SocketMode, String> {
    let mode = u32::from_str_radix(text, 8).ok().filter(|mode| *mode <= 0o777);
    mode.map(SocketMode).ok_or_else(|| "not rights in octal, such as 660 or 0666".to_owned())
}

pub(super) fn allowed_origin(text: &str) -> Result<AllowOrigin, BadOrigin> {
    if text == "*" { Ok(AllowOrigin::Anyone) } else { text.parse().map(AllowOrigin::Exact) }
}

pub(super) fn trusted_proxy(text: &str) -> Result<TrustedProxy, String> {
    match text {
        "none" => Ok(TrustedProxy::Nobody),
        "unix" => Ok(TrustedProxy::UnixSocket),
        PRIVATE => Ok(TrustedProxy::Private),
        network => match network.parse() {
            Ok(network) => Ok(TrustedProxy::Within(network)),
            Err(fault) => Err(format!("{fault}, nor private, unix or none")),
        },
    }
}

pub(super) fn header_name(text: &str) -> Result<HeaderName, String> {
    text.parse().map_err(|_| "not the name of a header, such as x-request-id".to_owned())
}

/// Reads a path, whatever is there: what a setting means is not to change with the disk.
pub(super) fn path(text: &str) -> Result<PathBuf, Infallible> {
    Ok(text.into())
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
