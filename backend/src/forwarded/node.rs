//! Whom a proxy names: an address, or none (RFC 7239, section 6).

use std::net::{IpAddr, SocketAddr};

/// Whom a proxy names.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Node {
    /// An address, and the port where that was told.
    Address(IpAddr, Option<u16>),
    /// A name that means something to the proxy alone.
    Hidden(String),
    /// The proxy does not tell.
    Untold,
}

impl Node {
    /// Reads an entry of `X-Forwarded-For`, or a `for=` without its quotes. IPv6 may stand in
    /// brackets or not, whatever the header's rules are.
    pub(super) fn read(text: &str) -> Self {
        let text = text.trim().trim_matches('"');
        let (host, port) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((host, port)) => (host, port.strip_prefix(':')),
            // More than one colon is an address of IPv6.
            None => match text.split_once(':') {
                Some((host, port)) if !port.contains(':') => (host, Some(port)),
                Some(_) | None => (text, None),
            },
        };
        match host.parse::<IpAddr>() {
            // A port may be hidden as well.
            Ok(ip) => Self::Address(ip.to_canonical(), port.and_then(|port| port.parse().ok())),
            Err(_) if text.is_empty() || text.eq_ignore_ascii_case("unknown") => Self::Untold,
            Err(_) => Self::Hidden(text.to_owned()),
        }
    }

    pub(super) const fn ip(&self) -> Option<IpAddr> {
        match self {
            Self::Address(ip, _) => Some(*ip),
            Self::Hidden(_) | Self::Untold => None,
        }
    }

    /// Returns what there is to tell.
    pub(super) fn told(&self) -> Option<String> {
        match self {
            Self::Address(ip, Some(port)) => Some(SocketAddr::new(*ip, *port).to_string()),
            Self::Address(ip, None) => Some(ip.to_string()),
            Self::Hidden(name) => Some(name.clone()),
            Self::Untold => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_is_read_in_every_way_it_is_written() {
        for (text, told) in [
            ("192.0.2.7", Some("192.0.2.7")),
            (" 192.0.2.7:8080 ", Some("192.0.2.7:8080")),
            ("192.0.2.7:_hidden", Some("192.0.2.7")),
            ("2001:db8::7", Some("2001:db8::7")),
            ("[2001:db8::7]", Some("2001:db8::7")),
            ("[2001:DB8::7]:8080", Some("[2001:db8::7]:8080")),
            ("\"[2001:db8::7]:8080\"", Some("[2001:db8::7]:8080")),
            ("::ffff:192.0.2.7", Some("192.0.2.7")),
            ("[::ffff:192.0.2.7]:80", Some("192.0.2.7:80")),
            ("_gazonk", Some("_gazonk")),
            ("fe80::1%eth0", Some("fe80::1%eth0")),
            ("unknown", None),
            ("Unknown", None),
            ("", None),
        ] {
            assert_eq!(Node::read(text).told().as_deref(), told, "{text}");
        }
    }

    #[test]
    fn only_an_address_has_an_ip() {
        for (text, ip) in
            [("[::ffff:10.0.0.1]", Some("10.0.0.1")), ("_x", None), ("10.0.0.256", None)]
        {
            let ip = ip.map(|ip| ip.parse::<IpAddr>().expect(ip));
            assert_eq!(Node::read(text).ip(), ip, "{text}");
        }
    }
}
