//! Who counts as one client, where each has a share of what there is.

use std::convert::Infallible;
use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

use axum::extract::FromRequestParts;
use http::request::Parts;

use crate::peer::Peer;

/// A client's network: one address of IPv4, or a /64 of IPv6, in which a household or a machine has
/// as many addresses as it likes (RFC 6177). Where an address of IPv6 stands for one of IPv4, it is
/// that one. A request's extension.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Client(Option<IpAddr>);

impl Client {
    /// All whose address is not known, together.
    pub const UNKNOWN: Self = Self(None);
}

impl From<IpAddr> for Client {
    fn from(address: IpAddr) -> Self {
        Self(Some(match address.to_canonical() {
            // A machine's own, with nobody beside it.
            own @ IpAddr::V6(Ipv6Addr::LOCALHOST) => own,
            IpAddr::V6(v6) if v6.segments()[..6] == TRANSLATED => {
                let [.., a, b, c, d] = v6.octets();
                IpAddr::from([a, b, c, d])
            }
            IpAddr::V6(v6) => {
                let [a, b, c, d, ..] = v6.segments();
                IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
            }
            v4 @ IpAddr::V4(_) => v4,
        }))
    }
}

/// How an address begins by which a translator says which one of IPv4 it stands for (RFC 6052): all of
/// them are in one /64.
const TRANSLATED: [u16; 6] = [0x64, 0xff9b, 0, 0, 0, 0];

impl From<Peer> for Client {
    fn from(peer: Peer) -> Self {
        peer.address().map_or(Self::UNKNOWN, |address| address.ip().into())
    }
}

impl<S: Sync> FromRequestParts<S> for Client {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        match parts.extensions.get() {
            Some(client) => Ok(*client),
            None => Ok(Peer::from_request_parts(parts, state).await?.into()),
        }
    }
}

impl fmt::Display for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(IpAddr::V6(v6)) if !v6.is_loopback() => write!(f, "{v6}/64"),
            Some(address) => address.fmt(f),
            None => f.write_str("unknown"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_a_household_are_one_client() {
        for (address, client) in [
            ("192.0.2.7", "192.0.2.7"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
            ("2001:db8:1:2::", "2001:db8:1:2::/64"),
            ("2001:db8:1:3::", "2001:db8:1:3::/64"),
            ("::1", "::1"),
            ("::2", "::/64"),
            ("64:ff9b::192.0.2.7", "192.0.2.7"),
            ("64:ff9b::c000:208", "192.0.2.8"),
            ("64:ff9b:0:0:1::", "64:ff9b::/64"),
            ("64:ff9b:1::192.0.2.7", "64:ff9b:1::/64"),
        ] {
            let told = Client::from(address.parse::<IpAddr>().expect(address)).to_string();
            assert_eq!(told, client, "{address}");
        }
    }
}
