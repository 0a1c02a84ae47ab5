//! Who is at the other end of a connection.

use std::convert::Infallible;
use std::fmt;
use std::net::SocketAddr;

use axum::extract::FromRequestParts;
use http::request::Parts;

/// The address at the other end of the connection: a request's extension.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Peer(Option<SocketAddr>);

impl Peer {
    /// Where a request did not come over a connection of this server's.
    pub const UNKNOWN: Self = Self(None);

    /// Returns the address; nothing where it is not known.
    pub const fn address(self) -> Option<SocketAddr> {
        self.0
    }
}

impl From<SocketAddr> for Peer {
    /// An IPv4 address that a socket of IPv6 has mapped (RFC 4291, section 2.5.5.2) is an IPv4
    /// address again.
    fn from(address: SocketAddr) -> Self {
        Self(Some(SocketAddr::new(address.ip().to_canonical(), address.port())))
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
            Some(address) => address.fmt(f),
            None => f.write_str("unknown"),
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
