//! Why a request is refused, as problem details (RFC 9457), logged here and nowhere else.

use std::time::{Duration, SystemTime};

use axum::response::{IntoResponse, Response};
use echoclock_shared::ledger::LedgerId;
use echoclock_shared::problem::{MEDIA_TYPE, Problem};
use http::StatusCode;
use http::header::{
    ALLOW, CACHE_CONTROL, CONNECTION, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER,
    SEC_WEBSOCKET_VERSION, UPGRADE,
};
use http_body_util::BodyExt;
use httpdate::fmt_http_date;

use crate::budget::NoRoom;
use crate::client::Client;
use crate::link::LinkId;
use crate::places::Full;
use crate::work::{Count, Why, Work};

/// Why a request is refused: a variant per answer.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Refusal {
    /// A query parameter makes no sense.
    Parameter {
        /// Its name.
        name: String,
        /// What is wrong with it, to follow its name.
        fault: String,
    },
    /// The request comes from an origin that is not let in.
    Origin {
        /// Which, and what would let it in. The page that is refused may read it.
        detail: String,
        /// What the request asked for, which is for the log alone.
        hosts: Vec<String>,
    },
    /// There is nothing at this path.
    NotFound {
        /// The path.
        path: String,
    },
    /// No link of this id is known.
    NoSuchLink,
    /// This part of the server is switched off.
    SwitchedOff {
        /// Which, and by what.
        detail: &'static str,
    },
    /// The connection begins with HTTP/2 without TLS, which is switched off.
    NoH2c,
    /// The connection begins without TLS where there is to be TLS.
    NoTls,
    /// The path does not take this method.
    Method {
        /// The method.
        method: String,
        /// What it does take, where the router does not say so by itself.
        allowed: Option<&'static str>,
    },
    /// The path is a WebSocket's, and the request is not one's opening.
    NotASocket {
        /// What is missing.
        detail: String,
    },
    /// The path is a WebSocket's, and the request opens one in a wrong way.
    Handshake {
        /// What is wrong.
        detail: String,
    },
    /// The WebSocket is of a version that is not spoken here.
    SocketVersion {
        /// Which.
        version: String,
    },
    /// The request says not, or not in one way, for which host it is.
    Host {
        /// What is wrong.
        detail: String,
    },
    /// What came is no request of HTTP/1, which the HTTP side itself has told, by the status alone.
    NoRequest {
        /// What is wrong.
        detail: String,
        /// Whether its head is too large.
        is_too_large: bool,
    },
    /// The body is larger than is taken.
    TooLarge {
        /// How large it may be, in bytes.
        max: usize,
    },
    /// The body makes no sense.
    Body {
        /// What is wrong with it.
        detail: String,
    },
    /// The body comes too slowly.
    SlowBody {
        /// How much of it has come, in bytes.
        received: usize,
    },
    /// There are as many as there may be, of this client's or of all together.
    TooMany(Full),
    /// There is no memory to spare for it.
    NoRoom,
    /// The system can't do it at this moment.
    NotNow {
        /// Why.
        detail: &'static str,
    },
    /// The server is about to stop.
    Draining,
}

impl Refusal {
    pub(crate) fn parameter(name: &str, fault: &str) -> Self {
        Self::Parameter { name: name.to_owned(), fault: fault.to_owned() }
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::Parameter { .. } => StatusCode::BAD_REQUEST,
            Self::Origin { .. } => StatusCode::FORBIDDEN,
            Self::NotFound { .. } | Self::NoSuchLink | Self::SwitchedOff { .. } => {
                StatusCode::NOT_FOUND
            }
            Self::NoH2c => StatusCode::HTTP_VERSION_NOT_SUPPORTED,
            Self::Method { .. } => StatusCode::METHOD_NOT_ALLOWED,
            Self::NotASocket { .. } | Self::SocketVersion { .. } => StatusCode::UPGRADE_REQUIRED,
            Self::Handshake { .. } | Self::Host { .. } | Self::NoTls => StatusCode::BAD_REQUEST,
            Self::NoRequest { is_too_large: true, .. } => {
                StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE
            }
            Self::NoRequest { is_too_large: false, .. } => StatusCode::BAD_REQUEST,
            Self::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Body { .. } => StatusCode::BAD_REQUEST,
            Self::SlowBody { .. } => StatusCode::REQUEST_TIMEOUT,
            Self::TooMany(Full { by_client: true, .. }) => StatusCode::TOO_MANY_REQUESTS,
            Self::TooMany(_) | Self::NoRoom | Self::NotNow { .. } | Self::Draining => {
                StatusCode::SERVICE_UNAVAILABLE
            }
        }
    }

    /// Logs that a client was refused.
    fn log(&self, client: Client, link: Option<LinkId>) {
        let Problem { status, mut detail, .. } = self.problem();
        if matches!(self, Self::NotFound { .. } | Self::Parameter { .. }) {
            detail = without_ids(&detail);
        }
        let asked_for = if let Self::Origin { hosts, .. } = self { Some(hosts) } else { None };
        let asked_for = asked_for.map(tracing::field::debug);
        let link = link.map(tracing::field::display);
        tracing::info!(%client, link, status, detail, asked_for, "refused");
    }

    /// Returns why, in one of few words.
    pub(crate) fn why(&self) -> Why {
        match self {
            Self::TooMany(_) | Self::NoRoom | Self::SlowBody { .. } => Why::Limit,
            Self::NotNow { .. } => Why::System,
            Self::Draining => Why::Draining,
            Self::Origin { .. } => Why::Origin,
            Self::Parameter { .. }
            | Self::NotFound { .. }
            | Self::NoSuchLink
            | Self::SwitchedOff { .. }
            | Self::NoH2c
            | Self::NoTls
            | Self::Method { .. }
            | Self::NotASocket { .. }
            | Self::Handshake { .. }
            | Self::SocketVersion { .. }
            | Self::Host { .. }
            | Self::NoRequest { .. }
            | Self::TooLarge { .. }
            | Self::Body { .. } => Why::Request,
        }
    }

    /// Whether the same request may be right in a moment.
    pub(crate) fn is_temporary(&self) -> bool {
        match self.why() {
            // What comes too slowly would come no faster.
            Why::Limit => !matches!(self, Self::SlowBody { .. }),
            Why::System | Why::Draining => true,
            Why::Origin | Why::Request => false,
        }
    }

    /// Returns the headers that tell a program what would be right (RFC 9110, sections 10.2.3,
    /// 15.5.6, 15.5.9 and 15.5.22; RFC 6455, section 4.4).
    fn remedy(&self) -> Vec<(HeaderName, HeaderValue)> {
        let text = HeaderValue::from_static;
        let socket = [(CONNECTION, text("upgrade")), (UPGRADE, text("websocket"))];
        match self {
            Self::Method { allowed: Some(allowed), .. } => vec![(ALLOW, text(allowed))],
            Self::NotASocket { .. } => socket.to_vec(),
            Self::SocketVersion { .. } => {
                let version = (SEC_WEBSOCKET_VERSION, text(SOCKET_VERSION));
                socket.into_iter().chain([version]).collect()
            }
            // Nobody reads the rest.
            Self::SlowBody { .. } | Self::TooLarge { .. } => vec![(CONNECTION, text("close"))],
            Self::TooMany(_) | Self::NoRoom | Self::NotNow { .. } | Self::Draining => {
                vec![(RETRY_AFTER, HeaderValue::from(spread_out(COME_BACK).as_secs()))]
            }
            Self::Method { allowed: None, .. }
            | Self::Parameter { .. }
            | Self::Origin { .. }
            | Self::NotFound { .. }
            | Self::NoSuchLink
            | Self::SwitchedOff { .. }
            | Self::NoH2c
            | Self::NoTls
            | Self::Handshake { .. }
            | Self::Host { .. }
            | Self::NoRequest { .. }
            | Self::Body { .. } => vec![],
        }
    }

    /// Returns the refusal as it is sent.
    pub fn problem(&self) -> Problem {
        let status = self.status();
        let (detail, parameter) = match self {
            Self::Parameter { name, fault } => (format!("{name} {fault}"), Some(name.clone())),
            Self::Origin { detail, .. } => (detail.clone(), Some("Origin".to_owned())),
            Self::NotFound { path } => (format!("there is nothing at {path}"), None),
            // The id stays out of the log: it is what protects a ledger.
            Self::NoSuchLink => (
                "no link of this id is known; ledgers are forgotten after a while".to_owned(),
                None,
            ),
            Self::SwitchedOff { detail } => (format!("{detail} on this server"), None),
            Self::NoH2c => (
                "HTTP/2 without TLS is switched off on this server, by --no-h2c: ask by HTTP/1.1"
                    .to_owned(),
                None,
            ),
            Self::NoTls => ("this port speaks TLS: ask by https".to_owned(), None),
            Self::Method { method, .. } => (format!("{method} is not taken here"), None),
            Self::NotASocket { detail }
            | Self::Handshake { detail }
            | Self::Host { detail }
            | Self::NoRequest { detail, .. }
            | Self::Body { detail } => (detail.clone(), None),
            Self::SocketVersion { version } => (
                format!("this server speaks version {SOCKET_VERSION} of WebSocket, not {version}"),
                Some("Sec-WebSocket-Version".to_owned()),
            ),
            Self::SlowBody { received } => (
                format!("the body came too slowly: {received} bytes of it, and then too little"),
                None,
            ),
            Self::TooLarge { max } => (format!("a message may have at most {max} bytes"), None),
            Self::TooMany(full) => (full.to_string(), None),
            Self::NoRoom => (NoRoom.to_string(), None),
            Self::NotNow { detail } => (format!("{detail}; try again"), None),
            Self::Draining => ("the server is about to stop; try again".to_owned(), None),
        };
        Problem {
            title: status.canonical_reason().unwrap_or_default().to_owned(),
            status: status.as_u16(),
            detail,
            parameter,
        }
    }
}

impl From<NoRoom> for Refusal {
    fn from(NoRoom: NoRoom) -> Self {
        Self::NoRoom
    }
}

impl From<Full> for Refusal {
    fn from(full: Full) -> Self {
        Self::TooMany(full)
    }
}

/// Leaves out of what a request says whatever may be a ledger's id: one that is asked for in a wrong
/// way is right all the same, and it is what protects the ledger.
fn without_ids(said: &str) -> String {
    let is_of_an_id = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let mut logged = String::new();
    for part in said.split_inclusive(|c| !is_of_an_id(c)) {
        let word = part.trim_end_matches(|c| !is_of_an_id(c));
        logged += if word.parse::<LedgerId>().is_ok() { "…" } else { word };
        logged += &part[word.len()..];
    }
    logged
}

/// Tells the metrics and the log of an answer that is given before anything else looks at the request.
pub(crate) fn told(response: &Response, work: &Work, client: Client) {
    count(response, work);
    log(response, client, None);
}

/// Counts an answer, and the refusal that it carries, if it does.
pub(crate) fn count(response: &Response, work: &Work) {
    work.add(Count::Answers(response.status().into()), 1);
    if let Some(refusal) = response.extensions().get::<Refusal>() {
        work.add(Count::Refused(refusal.why()), 1);
    }
}

/// Logs the refusal that an answer carries, if it does, with what the link is called that was asked for.
pub(crate) fn log(response: &Response, client: Client, link: Option<LinkId>) {
    if let Some(refusal) = response.extensions().get::<Refusal>() {
        refusal.log(client, link);
    }
}

/// Returns a response as HTTP/1.1 writes it, after which the connection ends; for those on which nothing
/// else writes.
pub(crate) async fn written(response: Response, now: SystemTime) -> Vec<u8> {
    let (head, body) = response.into_parts();
    let body = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    let mut bytes = format!("HTTP/1.1 {}\r\n", head.status).into_bytes();
    for (name, value) in &head.headers {
        bytes.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
    }
    let (date, length) = (fmt_http_date(now), body.len());
    let end = format!("date: {date}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
    [&bytes, end.as_bytes(), &body].concat()
}

/// The refusal itself goes along as an extension, for who tells it in another way, and for the log.
impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let json = serde_json::to_string(&self.problem()).expect("a problem has string keys only");
        let headers = [(CONTENT_TYPE, MEDIA_TYPE), (CACHE_CONTROL, "no-store")];
        let mut response = (self.status(), headers, json).into_response();
        for (name, value) in self.remedy() {
            response.headers_mut().insert(name, value);
        }
        response.extensions_mut().insert(self);
        response
    }
}

/// Returns a random part of a time.
pub(crate) fn part_of(time: Duration) -> Duration {
    // Without random bytes it is none of it: clients come back together, which is no worse than no
    // wait at all.
    let dice = getrandom::u32().unwrap_or_default();
    time * (dice >> 16) / (1 << 16)
}

/// Returns a wait between the shortest and three times that, so that those who were refused together do
/// not come back together.
pub(crate) fn spread_out(shortest: Duration) -> Duration {
    shortest + part_of(2 * shortest)
}

/// How soon those may come back at the soonest whom the server refuses for a moment.
pub(crate) const COME_BACK: Duration = Duration::from_secs(2);

/// The one version of WebSocket (RFC 6455, section 4.1).
pub(crate) const SOCKET_VERSION: &str = "13";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_refusal_in_the_log_holds_an_id() {
        let id = "0123456789abcdefABCDEF-_";
        for (path, logged) in [
            ("/api/nowhere", "/api/nowhere".to_owned()),
            ("/api/", "/api/".to_owned()),
            ("", String::new()),
            (&format!("/api//links/{id}"), "/api//links/…".to_owned()),
            (&format!("/api/link/{id}/x"), "/api/link/…/x".to_owned()),
            (&format!("/api/{id};x={id}"), "/api/…;x=…".to_owned()),
            (&format!("/api/é{id}é"), "/api/é…é".to_owned()),
        ] {
            assert_eq!(without_ids(path), logged);
        }
    }
}
