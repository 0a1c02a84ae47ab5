//! Who is at the other end of a connection.

use std::convert::Infallible;
use std::fmt;
use std::net::SocketAddr;

use axum::extract::FromRequestParts;
use http::request::Parts;

/// Who is at the other end of the connection: a request's extension.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Peer(OtherEnd);

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum OtherEnd {
    Unknown,
    Address(SocketAddr),
    UnixSocket,
}

impl Peer {
    /// Where a request did not come over a connection of this server's.
    pub const UNKNOWN: Self = Self(OtherEnd::Unknown);

    /// Whoever may open the Unix socket that the server listens at: somebody of the same machine, without
    /// an address.
    pub const UNIX_SOCKET: Self = Self(OtherEnd::UnixSocket);

    /// Returns the address; nothing where there is none, or it is not known.
    pub const fn address(self) -> Option<SocketAddr> {
        match self.0 {
            OtherEnd::Address(address) => Some(address),
            OtherEnd::Unknown | OtherEnd::UnixSocket => None,
        }
    }
}

impl From<SocketAddr> for Peer {
    /// An IPv4 address that a socket of IPv6 has mapped (RFC 4291, section 2.5.5.2) is an IPv4
    /// address again.
    fn from(address: SocketAddr) -> Self {
        let address = SocketAddr::new(address.ip().to_canonical(), address.port());
        Self(OtherEnd::Address(address))
    }
}

impl<S: Sync> FromRequestParts<S> for Peer {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get().copied().unwrap_or(Self::UNKNOWN))
    }
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            OtherEnd::Address(address) => address.fmt(f),
            OtherEnd::UnixSocket => f.write_str("a Unix socket"),
            OtherEnd::Unknown => f.write_str("unknown"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mapped_address_is_told_as_what_it_is() {
        for (accepted, told) in [
            ("192.0.2.7:50000", "192.0.2.7:50000"),
            ("[::ffff:192.0.2.7]:50000", "192.0.2.7:50000"),
            ("[2001:db8::7]:50000", "[2001:db8::7]:50000"),
        ] {
            let accepted: SocketAddr = accepted.parse().expect(accepted);
            assert_eq!(Peer::from(accepted).to_string(), told);
        }
        assert_eq!(Peer::UNKNOWN.to_string(), "unknown");
    }
}
