//! What the server says of itself and of the request that asked.

use serde::{Deserialize, Serialize};

use crate::ledger::{Ledger, What};
use crate::pass::Pass;
use crate::time::UnixMillis;

/// The answer of `GET /api/info`.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Info {
    /// The server's version.
    pub version: String,
    /// A random name of this server process; a restart changes it.
    pub instance: String,
    /// The server's time.
    pub now: UnixMillis,
    /// When the process started.
    pub started: UnixMillis,
    /// Whether the server drains: it ends what is open and takes nothing new.
    pub draining: bool,
    /// Whether a socket from the asking origin would be let in, with the pass if there is one.
    pub socket: Verdict,
    /// What lets the asking page in where it was asked for and the page's origin does not do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pass: Option<Pass>,
    /// How the opening of a socket arrived that was asked about by `?link=`; nothing where it has
    /// not arrived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opening: Option<Opening>,
    /// Whether the path check's endpoints are there; older servers have none.
    #[serde(default)]
    pub check: bool,
    /// Whether the raw echo is there, as it is on a server that does not tell.
    #[serde(default = "is_there")]
    pub raw: bool,
    /// Whether ledgers of links are kept; likewise.
    #[serde(default = "is_there")]
    pub ledgers: bool,
    /// What is open at this moment, this request aside.
    pub open: Open,
    /// How much there may be, and how much of it is taken; older servers do not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bounds: Option<Bounds>,
    /// What was done since the start.
    pub done: Done,
    /// The request as it arrived, after whatever proxies did to it.
    pub request: Seen,
}

const fn is_there() -> bool {
    true
}

/// Whether a connection would be let in.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Verdict {
    /// Whether it would.
    pub allowed: bool,
    /// Why not, and what would change it; where it would, why not without the pass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// A WebSocket's opening as it arrived, after whatever proxies did to it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Opening {
    /// Such as `HTTP/1.1`.
    pub http_version: String,
    /// Whether it still asked for the upgrade, without which it opens nothing.
    pub upgrade: bool,
}

impl Opening {
    /// Whether it came over a version of HTTP that knows no WebSocket, whatever it asked for
    /// (RFC 6455, section 4.1).
    pub fn is_too_old(&self) -> bool {
        self.http_version == "HTTP/1.0"
    }

    /// Reads it off a link's ledger; nothing where the link's last request opened no socket, or where
    /// its head was cut before what would tell.
    pub fn of(ledger: &Ledger) -> Option<Self> {
        let mut heads = ledger.entries.iter().rev().filter_map(|entry| match &entry.what {
            What::Request { method, version, headers, .. } => {
                Some((method, version, headers, entry.cut))
            }
            What::Response { .. } | What::Received(_) | What::Sent(_) | What::Ended { .. } => None,
        });
        let (method, http_version, headers, is_cut) = heads.next()?;
        let lines = |name: &'static str| {
            let lines = headers.iter().filter(move |(known, _)| known.eq_ignore_ascii_case(name));
            lines.map(|(_, value)| value)
        };
        lines("sec-websocket-version").next()?;
        // Several lines of a name are one list (RFC 9110, section 5.3).
        let names = |name, word: &str| {
            let mut words = lines(name).flat_map(|line| line.split(','));
            words.any(|known| known.trim().eq_ignore_ascii_case(word))
        };
        // HTTP/2 has a method of its own for it (RFC 8441, section 4).
        let upgrade = method == "CONNECT"
            || (names("upgrade", "websocket") && names("connection", "upgrade"));
        (upgrade || !is_cut).then(|| Self { http_version: http_version.clone(), upgrade })
    }
}

/// How many connections of a kind are open.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Open {
    /// WebSockets.
    pub sockets: u64,
    /// HTTP responses that do not end by themselves.
    pub streams: u64,
    /// Polls that wait for something to answer.
    pub polls: u64,
}

/// How much there is of what clients may have and do, and how much of it is taken at this moment.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Bounds {
    /// Connections.
    pub connections: Bound,
    /// WebSockets.
    pub sockets: Bound,
    /// HTTP responses that do not end by themselves.
    pub streams: Bound,
    /// Requests that wait for their answer, or whose body is waited for.
    pub polls: Bound,
    /// Requests of the last second.
    pub requests: Bound,
    /// Files of the page that are on their way; nothing where a server does not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub files: Option<Bound>,
    /// Memory for what clients send and what waits to be sent to them, in bytes; likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory: Option<Amount>,
    /// What bounds each socket, each connection and each message; likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub each: Option<Each>,
}

/// What bounds each of what a client has, however much it has of it.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Each {
    /// Messages that one socket may send a second.
    pub socket_messages: u32,
    /// Bytes that one socket may send a second.
    pub socket_bytes: u32,
    /// The largest message that the raw echo takes, in bytes.
    pub raw_max: u64,
    /// Streams that one connection of HTTP/2 may have open.
    pub http2_streams: u32,
    /// Bytes a second that a client has to take or to send while it is waited for; 0 for none.
    pub min_rate: u32,
}

/// How much there is of one kind.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Bound {
    /// For all clients together.
    pub in_all: Amount,
    /// For the network that asks; nothing where it has no bound of its own, because it stands for many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub yours: Option<Amount>,
}

/// How much is taken of how much.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Amount {
    /// How much is taken.
    pub taken: u64,
    /// How much there is.
    pub max: u64,
}

/// How often something was done.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Done {
    /// Chat messages echoed.
    pub echoes: u64,
}

/// A request as the server saw it.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Seen {
    /// Such as `HTTP/1.1`.
    pub http_version: String,
    /// `http`, or what a trusted proxy says it was.
    pub scheme: String,
    /// Who asked: the address at the other end of the connection, or what a trusted proxy there
    /// says. A trusted proxy's own address is not told: nothing where it speaks for nobody.
    pub client: Option<String>,
    /// `Host`, or HTTP/2's `:authority`.
    pub host: Option<String>,
    /// `Origin`.
    pub origin: Option<String>,
    /// `Via`: the proxies that name themselves (RFC 9110, section 7.6.3).
    pub via: Option<String>,
    /// `Forwarded` (RFC 7239), with `proxy` in place of the addresses of trusted proxies.
    pub forwarded: Option<String>,
    /// `X-Forwarded-For`, likewise.
    pub x_forwarded_for: Option<String>,
    /// `X-Forwarded-Proto`.
    pub x_forwarded_proto: Option<String>,
    /// `X-Forwarded-Host`.
    pub x_forwarded_host: Option<String>,
    /// `X-Forwarded-Port`.
    #[serde(default)]
    pub x_forwarded_port: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::{Entry, LedgerId, Totals};

    /// Method, version and headers.
    type Head<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)]);

    fn ledger(requests: &[Head<'_>]) -> Ledger {
        let now = UnixMillis::default();
        let entry = |(method, version, headers): &Head<'_>| {
            let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
            let what = What::Request {
                method: (*method).to_owned(),
                target: "/api/echo".to_owned(),
                version: (*version).to_owned(),
                headers: headers.iter().map(owned).collect(),
            };
            Entry { n: 1, at: now, request: 1, size: 1, cut: false, computed: false, what }
        };
        let answer = What::Response { status: 426, headers: vec![] };
        let answer =
            Entry { n: 2, at: now, request: 1, size: 1, cut: false, computed: false, what: answer };
        Ledger {
            link: LedgerId::from_random(1),
            now,
            opened: now,
            totals: Totals::default(),
            dropped: 0,
            entries: requests.iter().map(entry).chain([answer]).collect(),
        }
    }

    #[test]
    fn what_there_may_be_is_written_with_what_is_taken_of_it() {
        let amount = |taken, max| Amount { taken, max };
        for (bound, json) in [
            (
                Bound { in_all: amount(3, 10), yours: Some(amount(1, 2)) },
                r#"{"in_all":{"taken":3,"max":10},"yours":{"taken":1,"max":2}}"#,
            ),
            (
                Bound { in_all: amount(3, 10), yours: Some(amount(2, 2)) },
                r#"{"in_all":{"taken":3,"max":10},"yours":{"taken":2,"max":2}}"#,
            ),
            (Bound { in_all: amount(10, 10), yours: None }, r#"{"in_all":{"taken":10,"max":10}}"#),
        ] {
            assert_eq!(serde_json::to_string(&bound).unwrap(), json);
            assert_eq!(serde_json::from_str::<Bound>(json).unwrap(), bound);
        }
    }

    #[test]
    fn what_older_servers_do_not_tell_of_bounds_is_not_known() {
        let bound = r#"{"in_all":{"taken":3,"max":10}}"#;
        let kinds = ["connections", "sockets", "streams", "polls", "requests"];
        let fields = kinds.map(|kind| format!(r#""{kind}":{bound}"#)).join(",");
        let old = format!("{{{fields}}}");
        let bounds = serde_json::from_str::<Bounds>(&old).unwrap();
        assert_eq!((bounds.files, bounds.memory, bounds.each), (None, None, None));
        assert_eq!(serde_json::to_string(&bounds).unwrap(), old);
    }

    #[test]
    fn an_opening_is_known_by_what_is_left_of_it() {
        let version = ("Sec-WebSocket-Version", "13");
        let upgrade = ("Upgrade", "websocket");
        let connection = ("Connection", "keep-alive, Upgrade");
        let whole = [connection, upgrade, version];
        let connections = [("Connection", "keep-alive"), ("connection", "UPGRADE")];
        let upgrades = [("Upgrade", "h2c"), ("upgrade", "foo , WebSocket")];
        let lines = [&connections[..], &upgrades, &[version]].concat();
        let no_word = ("Connection", "close, x-upgrade, Upgrade-Insecure-Requests");
        for (requests, opening) in [
            (&[("GET", "HTTP/1.1", &whole[..])][..], Some(("HTTP/1.1", true))),
            (
                &[("GET", "HTTP/1.0", &[("connection", "close"), version])],
                Some(("HTTP/1.0", false)),
            ),
            (
                &[("GET", "HTTP/1.1", &[("connection", "close"), version])],
                Some(("HTTP/1.1", false)),
            ),
            (&[("GET", "HTTP/1.1", &[upgrade, version])], Some(("HTTP/1.1", false))),
            (&[("GET", "HTTP/1.1", &[connection, version])], Some(("HTTP/1.1", false))),
            (&[("GET", "HTTP/1.1", &lines)], Some(("HTTP/1.1", true))),
            (
                &[("GET", "HTTP/1.1", &[connections[0], upgrade, version])],
                Some(("HTTP/1.1", false)),
            ),
            (&[("GET", "HTTP/1.1", &[no_word, upgrade, version])], Some(("HTTP/1.1", false))),
            (
                &[("GET", "HTTP/1.1", &[connection, ("Upgrade", "websockets"), version])],
                Some(("HTTP/1.1", false)),
            ),
            (&[("CONNECT", "HTTP/2.0", &[version])], Some(("HTTP/2.0", true))),
            (&[("GET", "HTTP/1.1", &[])], None),
            (
                &[("GET", "HTTP/1.0", &[version]), ("GET", "HTTP/1.1", &whole)],
                Some(("HTTP/1.1", true)),
            ),
            (&[], None),
        ] {
            let opening = opening.map(|(http_version, upgrade): (&str, bool)| Opening {
                http_version: http_version.to_owned(),
                upgrade,
            });
            assert_eq!(Opening::of(&ledger(requests)), opening, "{requests:?}");
        }
    }

    #[test]
    fn a_head_that_was_cut_tells_what_it_still_holds() {
        let version = ("sec-websocket-version", "13");
        let connection = ("connection", "Upgrade");
        let whole = [version, connection, ("upgrade", "websocket")];
        for (headers, upgrade) in [
            (&whole[..], Some(true)),
            (&[version, connection, ("upgrade", "webso")], None),
            (&[version, connection], None),
            (&[connection], None),
        ] {
            let mut ledger = ledger(&[("GET", "HTTP/1.1", headers)]);
            ledger.entries[0].cut = true;
            let found = Opening::of(&ledger).map(|opening| opening.upgrade);
            assert_eq!(found, upgrade, "{headers:?}");
        }
    }
}
