//! What proxies say of a request, and how much of it is believed.
//!
//! A proxy tells whom it forwards for by `Forwarded` (RFC 7239), or by `X-Forwarded-For`, `-Host`,
//! `-Port` and `-Proto`, which no standard describes. Anybody can send such a header, so it counts
//! only where the connection comes from a network that is trusted, and of several addresses only as
//! far back as trusted proxies have written them.
//!
//! `X-Forwarded-…` goes before `Forwarded`: of a proxy that knows only one of the two it is nearly
//! always the former, and the latter may then be the client's own.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use http::header::{FORWARDED, HOST, HeaderMap, HeaderName};
use http::uri::Authority;
use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use crate::client::Client;
use crate::list;
use crate::peer::Peer;

mod element;
use element::{Element, elements};

mod node;
use node::Node;

/// The networks whose proxies are believed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Trusted {
    networks: Vec<Network>,
    /// Whether who comes by the Unix socket is believed.
    unix_socket: bool,
    /// Whether somebody has named them, so that they hold proxies and no clients.
    is_named: bool,
}

/// A network, or a single address.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Network(IpNet);

/// How a request came to this server.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Arrival {
    /// `http` or `https`: how the browser asked.
    pub scheme: &'static str,
    /// What the browser may have asked for: hosts, each with its port where that was told.
    pub hosts: Vec<String>,
    /// Who asked; nothing where that is a proxy's secret.
    pub client: Option<String>,
    /// Whose share of what there is the request counts against: the client's that a trusted proxy
    /// names by its address, otherwise that of who is at the other end of the connection. Names that
    /// mean something to a proxy alone may be new each time (RFC 7239, section 6.3).
    ///
    /// Where nobody has said which networks hold proxies, it is whom the other end of the connection
    /// names: in a private network there are clients as well, whose word is not taken for a share.
    pub network: Client,
    /// `Forwarded`, as it may be shown.
    pub forwarded: Option<String>,
    /// `X-Forwarded-For`, as it may be shown.
    pub x_forwarded_for: Option<String>,
}

impl Arrival {
    /// Reads what a request and its proxies say; `authority` is HTTP/2's, and `has_tls` whether the
    /// connection has TLS.
    pub fn of(
        headers: &HeaderMap,
        authority: Option<&Authority>,
        peer: Peer,
        has_tls: bool,
        trusted: &Trusted,
    ) -> Self {
        let own_scheme = if has_tls { HTTPS } else { HTTP };
        let by_proxy = trusted.holds(peer);
        let chain: Vec<_> = list::elements(headers, &X_FORWARDED_FOR).collect();
        let hops = Hops::of(headers);
        let shown = |name, told: String| headers.contains_key(name).then_some(told);
        if !by_proxy {
            return Self {
                scheme: own_scheme,
                hosts: asked_for(headers, authority).into_iter().collect(),
                client: peer.address().map(|address| address.to_string()),
                network: peer.into(),
                forwarded: shown(
                    &FORWARDED,
                    list::elements(headers, &FORWARDED).collect::<Vec<_>>().join(", "),
                ),
                x_forwarded_for: shown(&X_FORWARDED_FOR, chain.join(", ")),
            };
        }
        let for_chain = Chain::of(chain.iter().map(|entry| Node::read(entry)), trusted);
        let hop_chain = hops.chain(trusted);
        let told = if for_chain.is_empty() { &hop_chain } else { &for_chain };
        let client = told.client();
        let counts = if trusted.is_named { client } else { told.nodes.last() };
        let named = counts.and_then(Node::ip).map(Client::from);
        let own = || peer.address().filter(|address| address.ip().is_loopback());
        Self {
            scheme: scheme(headers, &hops).unwrap_or(own_scheme),
            hosts: hosts(headers, authority, &hops),
            client: match client {
                Some(client) => client.told(),
                None => own().map(|address| address.to_string()),
            },
            network: named.unwrap_or(peer.into()),
            forwarded: shown(&FORWARDED, hops.shown(&hop_chain, trusted)),
            x_forwarded_for: shown(&X_FORWARDED_FOR, for_chain.shown(&chain).join(", ")),
        }
    }
}

impl Trusted {
    /// Nobody is believed.
    pub const NOBODY: Self = Self::new(vec![]);

    /// Believes these networks.
    pub const fn new(networks: Vec<Network>) -> Self {
        Self { networks, unix_socket: false, is_named: true }
    }

    /// Believes who comes by the Unix socket, too.
    #[must_use]
    pub fn with_unix_socket(self) -> Self {
        Self { unix_socket: true, ..self }
    }

    /// Whether who is at the other end of a connection is believed, and may stand for many.
    pub(crate) fn holds(&self, peer: Peer) -> bool {
        let by_unix_socket = self.unix_socket && peer == Peer::UNIX_SOCKET;
        by_unix_socket || peer.address().is_some_and(|address| self.hold(address.ip()))
    }

    fn hold(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.networks.iter().any(|Network(network)| network.contains(&address))
    }
}

impl Default for Trusted {
    /// The loopback and private networks, from which nobody comes over the internet (RFC 1918,
    /// RFC 3927, RFC 4193, RFC 4291).
    fn default() -> Self {
        Self { networks: Network::private().to_vec(), unix_socket: false, is_named: false }
    }
}

impl Network {
    /// Returns the loopback and private networks.
    pub(crate) fn private() -> [Self; PRIVATE.len()] {
        PRIVATE.map(|network| network.parse().expect("a constant is a network"))
    }
}

impl FromStr for Network {
    type Err = NotANetwork;

    fn from_str(text: &str) -> Result<Self, NotANetwork> {
        let network = match text.parse::<IpAddr>() {
            Ok(address) => IpNet::from(address),
            Err(_) => text.parse().map_err(|_| NotANetwork)?,
        };
        Ok(Self(canonical(network).trunc()))
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The text is not a network.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("not a network or an address, such as 192.0.2.0/24, 2001:db8::/32 or 192.0.2.7")]
pub struct NotANetwork;

/// The addresses that a request has come by, the client's first.
#[derive(Debug)]
struct Chain {
    nodes: Vec<Node>,
    /// Which of them is the client: the last that no trusted proxy speaks from, else the first.
    client: usize,
}

impl Chain {
    fn of(nodes: impl Iterator<Item = Node>, trusted: &Trusted) -> Self {
        let nodes: Vec<_> = nodes.collect();
        let last = nodes.iter().rposition(|node| !is_proxy(node, trusted));
        Self { client: last.unwrap_or(0), nodes }
    }

    fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    fn client(&self) -> Option<&Node> {
        self.nodes.get(self.client)
    }

    /// Leaves out the addresses of proxies: those that come after the client are all trusted.
    fn shown<'a>(&self, entries: &[&'a str]) -> Vec<&'a str> {
        let shown = |(place, entry)| if place > self.client { PROXY } else { entry };
        entries.iter().copied().enumerate().map(shown).collect()
    }
}

/// What `Forwarded` says, a proxy after the other; nothing where it can't be read.
#[derive(Debug)]
struct Hops(Option<Vec<Element>>);

impl Hops {
    fn of(headers: &HeaderMap) -> Self {
        let lines = headers.get_all(FORWARDED).iter().map(|line| line.to_str().ok());
        // Field lines of a list are one list (RFC 9110, section 5.3), but no line ends a quote.
        let lines: Option<Vec<_>> = lines.map(|line| elements(line?)).collect();
        Self(lines.map(|lines| lines.into_iter().flatten().collect()))
    }

    fn each(&self) -> &[Element] {
        self.0.as_deref().unwrap_or_default()
    }

    /// Returns what the first says that says it at all.
    fn first(&self, name: &str) -> Option<&str> {
        self.each().iter().find_map(|element| element.get(name))
    }

    fn chain(&self, trusted: &Trusted) -> Chain {
        let node = |element: &Element| element.get("for").map_or(Node::Untold, Node::read);
        Chain::of(self.each().iter().map(node), trusted)
    }

    /// Leaves out the addresses of proxies: what a trusted one says of itself and of those before it.
    fn shown(&self, chain: &Chain, trusted: &Trusted) -> String {
        if self.0.is_none() {
            return UNREADABLE.to_owned();
        }
        let shown = |(place, element): (usize, &Element)| {
            let is_hidden = |name: &str, value: &str| match name {
                "for" => place > chain.client,
                "by" => place >= chain.client && matches!(Node::read(value), Node::Address(..)),
                _ => place > chain.client && is_proxy(&Node::read(value), trusted),
            };
            element.shown(|name, value| if is_hidden(name, value) { PROXY } else { value })
        };
        self.each().iter().enumerate().map(shown).collect::<Vec<_>>().join(", ")
    }
}

fn is_proxy(node: &Node, trusted: &Trusted) -> bool {
    node.ip().is_some_and(|ip| trusted.hold(ip))
}

/// Returns how the browser asked, by what the first proxy says, if it does.
fn scheme(headers: &HeaderMap, hops: &Hops) -> Option<&'static str> {
    let said = list::elements(headers, &X_FORWARDED_PROTO).next();
    // Some proxies tell of a socket by its own scheme.
    let read = |said: &str| match said.to_ascii_lowercase().as_str() {
        "http" | "ws" => Some(HTTP),
        "https" | "wss" => Some(HTTPS),
        _ => None,
    };
    said.and_then(read).or_else(|| hops.first("proto").and_then(read))
}

/// Returns what the browser may have asked for: `Host`, and what the first proxy says that it was.
///
/// Where a host has lost its port on the way, the port that a proxy tells belongs to it. It stands
/// beside the host alone, since some proxies tell a port of their own that no browser knows.
fn hosts(headers: &HeaderMap, authority: Option<&Authority>, hops: &Hops) -> Vec<String> {
    let forwarded = list::elements(headers, &X_FORWARDED_HOST).next().map(str::to_owned);
    let by_standard = hops.first("host").map(str::to_owned);
    let mut hosts: Vec<_> =
        [asked_for(headers, authority), forwarded, by_standard].into_iter().flatten().collect();
    let port =
        list::elements(headers, &X_FORWARDED_PORT).next().and_then(|port| port.parse::<u16>().ok());
    if let Some(port) = port {
        let bare = hosts.iter().filter(|host| !has_port(host));
        let whole: Vec<_> = bare.map(|host| format!("{host}:{port}")).collect();
        hosts.extend(whole);
    }
    hosts
}

/// Returns `Host`, or HTTP/2's `:authority`.
fn asked_for(headers: &HeaderMap, authority: Option<&Authority>) -> Option<String> {
    let host = || headers.get(HOST).and_then(|host| host.to_str().ok());
    let host = authority.map(Authority::as_str).or_else(host);
    host.filter(|host| !host.is_empty()).map(str::to_owned)
}

fn has_port(host: &str) -> bool {
    host.rsplit_once(']').map_or(host, |(_, after)| after).contains(':')
}

/// Has a network of mapped addresses mean those of IPv4.
fn canonical(network: IpNet) -> IpNet {
    let mapped = |v6: Ipv6Net| {
        let length = v6.prefix_len().checked_sub(MAPPED_BITS)?;
        Ipv4Net::new(v6.addr().to_ipv4_mapped()?, length).ok()
    };
    match network {
        IpNet::V4(_) => network,
        IpNet::V6(v6) => mapped(v6).map_or(network, IpNet::V4),
    }
}

const HTTP: &str = "http";
const HTTPS: &str = "https";

/// What stands for a proxy's address.
const PROXY: &str = "proxy";

/// What stands for a header that a proxy has written and that can't be read.
const UNREADABLE: &str = "(not readable)";

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const X_FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const X_FORWARDED_PORT: HeaderName = HeaderName::from_static("x-forwarded-port");
const X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

const PRIVATE: [&str; 8] = [
    "127.0.0.0/8",
    "::1/128",
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "169.254.0.0/16",
    "fe80::/10",
    "fc00::/7",
];

/// How much of a mapped address says that it is one (RFC 4291, section 2.5.5.2).
const MAPPED_BITS: u8 = 96;

#[cfg(test)]
mod tests;
