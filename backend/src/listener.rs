//! Where connections come in: a port, or a Unix socket.

use std::io;
use std::net::{IpAddr, SocketAddr};

use socket2::SockRef;
use tokio::net::TcpListener;
#[cfg(unix)]
use tokio::net::UnixListener;

use crate::address;
use crate::connection::Accepted;
use crate::peer::Peer;
#[cfg(unix)]
use crate::socket_file::SocketFile;

/// What listens.
#[derive(Debug)]
pub enum Listener {
    /// At an address and a port.
    Tcp(TcpListener),
    /// At a Unix socket, whose file goes with it where it was made for it.
    #[cfg(unix)]
    Unix(Option<SocketFile>, UnixListener),
}

impl Listener {
    /// Accepts a connection.
    pub(crate) async fn accept(&self) -> io::Result<(Accepted, Peer)> {
        match self {
            Self::Tcp(listener) => {
                let (stream, address) = listener.accept().await?;
                Ok((Accepted::Tcp(stream), Peer::from(address)))
            }
            #[cfg(unix)]
            Self::Unix(_, listener) => {
                let (stream, _) = listener.accept().await?;
                Ok((Accepted::Unix(stream), Peer::UNIX_SOCKET))
            }
        }
    }

    /// Returns the addresses and the port at which a browser reaches it, where these are the `machine`'s; none
    /// where it has no port.
    ///
    /// # Errors
    ///
    /// Where the system does not tell.
    pub fn reachable(&self, machine: &[IpAddr]) -> io::Result<Vec<SocketAddr>> {
        match self {
            Self::Tcp(listener) => {
                let local = listener.local_addr()?;
                // One that was handed over is as its owner says.
                let is_only_v6 = local.is_ipv6() && SockRef::from(listener).only_v6()?;
                Ok(address::reachable(local, is_only_v6, machine))
            }
            #[cfg(unix)]
            Self::Unix(..) => Ok(vec![]),
        }
    }

    /// Returns the address and port; nothing where there is none.
    ///
    /// # Errors
    ///
    /// Where the system does not tell.
    pub fn address(&self) -> io::Result<Option<SocketAddr>> {
        match self {
            Self::Tcp(listener) => listener.local_addr().map(Some),
            #[cfg(unix)]
            Self::Unix(..) => Ok(None),
        }
    }
}

impl From<TcpListener> for Listener {
    fn from(listener: TcpListener) -> Self {
        Self::Tcp(listener)
    }
}

#[cfg(unix)]
impl From<UnixListener> for Listener {
    fn from(listener: UnixListener) -> Self {
        Self::Unix(None, listener)
    }
}
