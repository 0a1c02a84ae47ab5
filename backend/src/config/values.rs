//! What settings may be: the types of their values, and how each is read, whatever source it has and
//! whatever the disk holds.
//!
//! Each error says what is allowed, to follow the setting's name and value.

use std::convert::Infallible;
use std::error::Error;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::TypedValueParser;
use clap::{Arg, Command};
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

/// Reads text by a function. What is not text, which the command line and the environment may say, is a
/// wrong value as any other.
#[derive(Clone)]
pub(super) struct Text<F>(pub(super) F);

impl<F, T, E> TypedValueParser for Text<F>
where
    F: Fn(&str) -> Result<T, E> + Clone + Send + Sync + 'static,
    T: Clone + Send + Sync + 'static,
    E: Into<Box<dyn Error + Send + Sync>>,
{
    type Value = T;

    fn parse_ref(
        &self,
        command: &Command,
        argument: Option<&Arg>,
        value: &OsStr,
    ) -> Result<T, clap::Error> {
        let text = value.to_string_lossy();
        let text = OsStr::new(&*text);
        // Most refuse the signs that stand in for what is not text, and say what they take.
        let read = self.0.parse_ref(command, argument, text)?;
        if value.to_str().is_some() {
            return Ok(read);
        }
        let refuse = |_: &str| Err::<T, _>("not text in UTF-8");
        refuse.parse_ref(command, argument, text)
    }
}

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

/// Reads the name of the file of settings, which need be no text.
pub(super) fn config_file(name: OsString) -> Result<PathBuf, &'static str> {
    if name.is_empty() { Err("not the name of a file") } else { Ok(name.into()) }
}

pub(super) fn switch(text: &str) -> Result<bool, String> {
    match text {
        "true" | "yes" | "on" | "1" => Ok(true),
        "false" | "no" | "off" | "0" => Ok(false),
        _ => Err("neither true nor false".to_owned()),
    }
}

/// Reads whole numbers from `min` to `max`.
pub(super) fn whole<T>(min: u64, max: u64) -> impl TypedValueParser<Value = T>
where
    T: TryFrom<u64> + Clone + Send + Sync + 'static,
{
    Text(move |text: &str| {
        let number = number(text, min, max).and_then(|number| T::try_from(number).ok());
        number.ok_or_else(|| format!("not a whole number from {min} to {max}"))
    })
}

/// Reads whole numbers of seconds from `min` to `max`.
pub(super) fn seconds(min: u64, max: u64) -> impl TypedValueParser<Value = Duration> {
    Text(move |text: &str| {
        let number = number(text, min, max).map(Duration::from_secs);
        number.ok_or_else(|| format!("not a whole number of seconds from {min} to {max}"))
    })
}

fn number(text: &str, min: u64, max: u64) -> Option<u64> {
    text.parse().ok().filter(|number| (min..=max).contains(number))
}

/// Writes a time as [`seconds`] reads it.
pub(super) fn in_seconds(time: Duration) -> String {
    time.as_secs().to_string()
}

/// The word for the loopback and private networks.
pub(super) const PRIVATE: &str = "private";

/// The largest count: what a file of TOML can say, whose whole numbers are signed and of 64 bits, and the
/// machine.
pub(super) const COUNT_MAX: u64 = {
    let (file, machine) = (i64::MAX as u64, usize::MAX as u64);
    if file < machine { file } else { machine }
};
