//! Who may connect: where a request comes from, and whether that is let in.
//!
//! A browser tells the origin of the page that asks by `Origin`, on sockets and on requests that
//! cross origins. On the GETs of an iframe or an image it sends none, and tells by
//! `Sec-Fetch-Site` only that they come from elsewhere. A page can forge neither.
//!
//! The server's own origin is where the browser thinks that it talks to. Proxies change what
//! arrives of that, so any of these makes a request the page's own:
//! - `Sec-Fetch-Site: same-origin`, the browser's own word for it;
//! - an `Origin` whose host and port are those of `Host` (or HTTP/2's `:authority`), or what a
//!   trusted proxy says that they were, see [`crate::forwarded`]. The scheme is not compared:
//!   behind a proxy that ends TLS the server does not know it. A `Host` that has lost its port
//!   stands for the scheme's own port and for no other: pages on the other ports are other
//!   origins, and whatever listens there may be somebody else's.
//!
//! A person who follows a link from elsewhere, or opens what is at its end once more, is a visitor:
//! the answer goes to a window of its own, which no other page can look into. So a navigation of
//! the top window by GET is let in from anywhere (Fetch Metadata, sections 2.1 and 2.2), while what
//! a page of another origin could read, embed or make happen is not.
//!
//! An empty `Origin` counts as none: that is what a proxy leaves of a header that it blanks. What
//! no browser sends, such as a `Sec-Fetch-Site` that nobody knows or a header twice, is not let in.
//!
//! A page whose name its owner has pointed at this server's address counts as the server's own;
//! what it could learn that way is what the server tells any tool.

use std::fmt;
use std::str::FromStr;

use http::Method;
use http::header::{HeaderMap, HeaderName, ORIGIN, REFERER};
use http::uri::Authority;

/// Scheme, host and port, as a browser writes them in `Origin` (RFC 6454, section 6.2).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Origin {
    scheme: String,
    /// The host, and the port where it is not the scheme's own.
    host: String,
}

impl FromStr for Origin {
    type Err = BadOrigin;

    fn from_str(text: &str) -> Result<Self, BadOrigin> {
        let (scheme, host) = text.split_once("://").ok_or(BadOrigin)?;
        let scheme = scheme.to_ascii_lowercase();
        let mut letters = scheme.bytes();
        if !letters.next().is_some_and(|first| first.is_ascii_lowercase())
            || !letters.all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"+-.".contains(&b))
        {
            return Err(BadOrigin);
        }
        let authority = Authority::from_str(host).map_err(|_| BadOrigin)?;
        // The origin becomes part of a policy, in which some characters have a meaning.
        let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"-._:[]".contains(&b);
        let port_is_wrong = host.rsplit_once(']').map_or(host, |(_, after)| after).contains(':')
            && authority.port_u16().is_none();
        if authority.host().is_empty() || port_is_wrong || !host.bytes().all(is_plain) {
            return Err(BadOrigin);
        }
        Ok(Self { host: without_default_port(host, &scheme), scheme })
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme, self.host)
    }
}

/// The text is not an origin.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "not an origin: a scheme, a host and perhaps a port, without a path, such as \
     https://example.org or http://localhost:8080"
)]
pub struct BadOrigin;

/// Who is let in besides the server's own page and tools.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Allowed {
    /// These origins, with credentials.
    Listed(Vec<Origin>),
    /// Everyone, without credentials.
    Anyone,
}

/// Where a request comes from.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Caller {
    /// The server's own page.
    Own,
    /// Something that is no browser, or a person at one.
    Tool,
    /// A person who has followed a link from elsewhere.
    Visitor,
    /// A page of an origin that is listed.
    Listed(Origin),
    /// Someone, where anyone may.
    Anyone,
    /// A page that is not let in.
    Elsewhere {
        /// Which, and what would let it in. The page may read it: it holds nothing that the page
        /// has not said itself.
        reason: String,
    },
}

impl Allowed {
    /// Tells where a request comes from; `hosts` are those that it may have been sent to.
    pub fn judge(&self, method: &Method, headers: &HeaderMap, hosts: &[String]) -> Caller {
        let Self::Listed(listed) = self else { return Caller::Anyone };
        let site = text(headers, &SEC_FETCH_SITE).map(Site::parse);
        // An image's or an iframe's request names its page in `Referer`, if at all.
        let from = text(headers, &ORIGIN).map(str::to_owned).or_else(|| {
            let is_elsewhere = matches!(site, Some(Site::Elsewhere));
            text(headers, &REFERER).filter(|_| is_elsewhere).map(origin_of)
        });
        let origin = from.as_deref().and_then(|from| from.parse::<Origin>().ok());
        if let Some(origin) = origin.as_ref().filter(|&origin| listed.contains(origin)) {
            return Caller::Listed(origin.clone());
        }
        let from_own_host = || origin.as_ref().is_some_and(|origin| origin.is_of(hosts));
        match (site, &from) {
            (Some(Site::SameOrigin), _) => Caller::Own,
            (None | Some(Site::None), None) => Caller::Tool,
            (None | Some(Site::None), Some(_)) if from_own_host() => Caller::Own,
            (Some(Site::Elsewhere), _) if is_visit(method, headers) => Caller::Visitor,
            (None | Some(Site::None | Site::Elsewhere | Site::Unknown), _) => {
                Caller::Elsewhere { reason: reason(from.as_deref()) }
            }
        }
    }

    /// Tells where a socket would come from that the page which sends this request opened.
    ///
    /// A socket's opening always has an `Origin` and, in some browsers, no `Sec-Fetch-Site`; a
    /// page's GET to its own origin has no `Origin`, but its `Referer` tells it.
    pub fn judge_socket(&self, headers: &HeaderMap, hosts: &[String]) -> Caller {
        let mut socket = headers.clone();
        socket.remove(SEC_FETCH_SITE);
        if text(headers, &ORIGIN).is_none()
            && let Some(referer) = text(headers, &REFERER)
            && let Ok(origin) = origin_of(referer).parse()
        {
            socket.insert(ORIGIN, origin);
        }
        self.judge(&Method::GET, &socket, hosts)
    }

    /// Returns the sources for a policy's `frame-ancestors` (CSP Level 3, section 6.4.2).
    pub fn frame_ancestors(&self) -> String {
        match self {
            Self::Listed(listed) => {
                listed.iter().fold("'self'".to_owned(), |list, origin| format!("{list} {origin}"))
            }
            Self::Anyone => "*".to_owned(),
        }
    }
}

impl Origin {
    /// Whether this is the origin that the request was sent to.
    fn is_of(&self, hosts: &[String]) -> bool {
        hosts.iter().any(|host| without_default_port(host, &self.scheme) == self.host)
    }
}

/// What `Sec-Fetch-Site` says (Fetch Metadata, section 2.3).
#[derive(Clone, Copy)]
enum Site {
    SameOrigin,
    /// A person's own doing, such as an address typed in.
    None,
    Elsewhere,
    /// A word that came after this was written, or that no browser says.
    Unknown,
}

impl Site {
    fn parse(text: &str) -> Self {
        match text {
            "same-origin" => Self::SameOrigin,
            "none" => Self::None,
            "same-site" | "cross-site" => Self::Elsewhere,
            _ => Self::Unknown,
        }
    }
}

/// Whether the answer becomes a window's document. What could change something says its origin.
fn is_visit(method: &Method, headers: &HeaderMap) -> bool {
    let says = |name, word| text(headers, &name) == Some(word);
    matches!(*method, Method::GET | Method::HEAD)
        && text(headers, &ORIGIN).is_none()
        && says(SEC_FETCH_MODE, "navigate")
        && says(SEC_FETCH_DEST, "document")
}

fn reason(from: Option<&str>) -> String {
    let Some(from) = from else {
        return "a page of another origin, which the browser did not name, may not use this \
                server; --allow-origin ORIGIN would allow it, if the page sends a Referer"
            .to_owned();
    };
    if from.parse::<Origin>().is_err() {
        return format!(
            "the origin {from:?} may not use this server; only --allow-origin '*' would allow it"
        );
    }
    format!(
        "{from} may not use this server: the request asks for another origin; --allow-origin \
         {from} would allow it (or, if a proxy has rewritten Host, have it keep Host with \
         its port, or send X-Forwarded-Host)"
    )
}

fn without_default_port(host: &str, scheme: &str) -> String {
    let host = host.to_ascii_lowercase();
    let default = match scheme {
        "http" | "ws" => ":80",
        "https" | "wss" => ":443",
        _ => return host,
    };
    host.strip_suffix(default).map(str::to_owned).unwrap_or(host)
}

/// Cuts an address down to its origin.
fn origin_of(address: &str) -> String {
    let host = address.find("://").map_or(0, |at| at + 3);
    let end = address[host..].find(['/', '?', '#']).map_or(address.len(), |at| host + at);
    address[..end].to_owned()
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?;
    // What is not one text is no origin that is let in, but it is there.
    let text = if values.next().is_some() { None } else { value.to_str().ok() };
    Some(text.unwrap_or("not one text")).filter(|text| !text.is_empty())
}

const SEC_FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");
const SEC_FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
