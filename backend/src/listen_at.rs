//! Where the server is to listen, as settings say it.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;

use crate::address;
use crate::handed::Handed;
use crate::listener::Listener;
#[cfg(unix)]
use crate::socket_file;

/// Where to listen.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum ListenAt {
    /// At an address and a port.
    Address(SocketAddr),
    /// At a Unix socket, which is made at this path.
    Unix(PathBuf),
    /// At a socket that was handed over at the start (sd_listen_fds(3)): the one of this name, or the
    /// first that is left.
    Handed(Option<String>),
}

impl ListenAt {
    /// Returns the name of what was handed over, where it is asked for by that.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Handed(name) => name.as_deref(),
            Self::Address(_) | Self::Unix(_) => None,
        }
    }

    /// Begins to listen, to be called within a runtime; `option` is the one that says where, and `mode`
    /// which rights a Unix socket has.
    ///
    /// # Errors
    ///
    /// Returns what is wrong, and what would help.
    pub fn listen(
        &self,
        option: &str,
        mode: Option<u32>,
        handed: &mut Handed,
    ) -> Result<Listener, String> {
        match self {
            Self::Address(at) => match address::listen(*at) {
                Ok(listener) => Ok(listener.into()),
                Err(error) => Err(address::cant_listen(option, *at, &error)),
            },
            #[cfg(unix)]
            Self::Unix(path) => match socket_file::listen(path, mode) {
                Ok((file, listener)) => Ok(Listener::Unix(Some(file), listener)),
                Err(fault) => Err(format!("{option} {self}: {fault}")),
            },
            #[cfg(not(unix))]
            Self::Unix(_) => {
                let _ = mode;
                Err(format!("{option} {self}: this system has no Unix sockets to listen at"))
            }
            Self::Handed(name) => match handed.take(name.as_deref()) {
                Ok(Some(listener)) => Ok(listener),
                Ok(None) => Err(format!(
                    "{option} {self}: no such socket was handed over; {}",
                    handed.told()
                )),
                Err(error) => Err(format!("{option} {self}: {error}")),
            },
        }
    }
}

impl FromStr for ListenAt {
    type Err = NowhereToListen;

    fn from_str(text: &str) -> Result<Self, NowhereToListen> {
        if let Some(path) = text.strip_prefix(UNIX) {
            let path = PathBuf::from(path);
            return if path.is_absolute() { Ok(Self::Unix(path)) } else { Err(NowhereToListen) };
        }
        match text.strip_prefix(HANDED) {
            Some("") => Ok(Self::Handed(None)),
            Some(name) => match name.strip_prefix(':') {
                Some(name) if !name.is_empty() => Ok(Self::Handed(Some(name.to_owned()))),
                Some(_) | None => Err(NowhereToListen),
            },
            None => text.parse().map(Self::Address).map_err(|_| NowhereToListen),
        }
    }
}

impl fmt::Display for ListenAt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address) => address.fmt(f),
            Self::Unix(path) => write!(f, "{UNIX}{}", path.display()),
            Self::Handed(None) => f.write_str(HANDED),
            Self::Handed(Some(name)) => write!(f, "{HANDED}:{name}"),
        }
    }
}

/// The text says nothing of where to listen.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "not an IP address and a port, such as 127.0.0.1:3000, 0.0.0.0:8080 or [::1]:3000, nor a Unix \
     socket, such as unix:/run/echoclock.sock, nor systemd or systemd:NAME"
)]
pub struct NowhereToListen;

/// How a path of a Unix socket begins.
const UNIX: &str = "unix:";

/// The word for what was handed over.
const HANDED: &str = "systemd";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_to_listen_are_read_and_told_alike() {
        for (text, at) in [
            ("127.0.0.1:3000", ListenAt::Address(([127, 0, 0, 1], 3000).into())),
            ("unix:/run/a b.sock", ListenAt::Unix("/run/a b.sock".into())),
            ("systemd", ListenAt::Handed(None)),
            ("systemd:https", ListenAt::Handed(Some("https".to_owned()))),
        ] {
            assert_eq!(text.parse(), Ok(at.clone()));
            assert_eq!(at.to_string(), text);
        }
        for text in ["", "3000", "unix:", "unix:run/a.sock", "systemd:", "systemdx", "localhost:80"]
        {
            assert_eq!(text.parse::<ListenAt>(), Err(NowhereToListen), "{text}");
        }
    }
}
