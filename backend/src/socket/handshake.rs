//! What opens a WebSocket: a GET over HTTP/1.1 (RFC 6455, section 4.2), or an extended CONNECT over
//! HTTP/2 (RFC 8441, section 5).

use axum::response::{IntoResponse, Response};
use http::header::{
    CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_PROTOCOL,
    SEC_WEBSOCKET_VERSION, UPGRADE,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Version};
use hyper::ext::Protocol;
use sha1::{Digest, Sha1};

use crate::error::{Refusal, SOCKET_VERSION};
use crate::list;

/// How a request that opens a WebSocket is answered.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Handshake {
    /// With a switch of protocols; this accepts the request's key.
    Switch { accept: String },
    /// By letting the stream be the socket.
    Connect,
}

impl Handshake {
    /// Judges a request by all of it but its path.
    ///
    /// # Errors
    ///
    /// Where it opens no WebSocket, or does so in a wrong way.
    pub(super) fn judge(
        method: &Method,
        version: Version,
        headers: &HeaderMap,
        protocol: Option<&Protocol>,
    ) -> Result<Self, Refusal> {
        let not_a_socket = |why: &str| Refusal::NotASocket {
            detail: format!("this is a WebSocket's address: {why}"),
        };
        match (version, method) {
            (Version::HTTP_2, &Method::CONNECT) => {
                if protocol.is_none_or(|protocol| protocol.as_str() != WEBSOCKET) {
                    let detail = "the :protocol of the CONNECT is not websocket (RFC 8441)";
                    return Err(Refusal::Handshake { detail: detail.to_owned() });
                }
                check_version(headers)?;
                Ok(Self::Connect)
            }
            (Version::HTTP_2, &(Method::GET | Method::HEAD)) => Err(Refusal::Handshake {
                detail:
                    "this is a WebSocket's address: over HTTP/2 one opens by an extended CONNECT \
                         (RFC 8441)"
                        .to_owned(),
            }),
            (Version::HTTP_11, &Method::GET) => {
                if !list::has(headers, &UPGRADE, WEBSOCKET) {
                    return Err(not_a_socket("the request's Upgrade does not name websocket"));
                }
                if !list::has(headers, &CONNECTION, "upgrade") {
                    return Err(not_a_socket("the request's Connection does not name upgrade"));
                }
                check_version(headers)?;
                Ok(Self::Switch { accept: accept(key(headers)?) })
            }
            (Version::HTTP_11, &Method::HEAD) => Err(not_a_socket("one opens by GET, not by HEAD")),
            (_, &(Method::GET | Method::HEAD)) => Err(not_a_socket(
                "the request came over HTTP/1.0, which knows no WebSocket; a proxy on the way has to \
                 speak HTTP/1.1 to this server and pass Upgrade on",
            )),
            (_, method) => {
                let allowed = Some("GET, CONNECT");
                Err(Refusal::Method { method: method.to_string(), allowed })
            }
        }
    }

    /// Answers, with the subprotocol that was selected.
    pub(super) fn answer(&self, subprotocol: Option<HeaderValue>) -> Response {
        let mut response = match self {
            Self::Connect => StatusCode::OK.into_response(),
            Self::Switch { accept } => {
                let accept = HeaderValue::try_from(accept).expect("base64 is a header's value");
                let headers = [
                    (CONNECTION, HeaderValue::from_static("upgrade")),
                    (UPGRADE, HeaderValue::from_static(WEBSOCKET)),
                    (SEC_WEBSOCKET_ACCEPT, accept),
                ];
                (StatusCode::SWITCHING_PROTOCOLS, headers).into_response()
            }
        };
        if let Some(subprotocol) = subprotocol {
            response.headers_mut().insert(SEC_WEBSOCKET_PROTOCOL, subprotocol);
        }
        response
    }
}

/// Returns the subprotocols that a client offers, in its order.
pub(super) fn offered(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    list::elements(headers, &SEC_WEBSOCKET_PROTOCOL)
}

fn check_version(headers: &HeaderMap) -> Result<(), Refusal> {
    match only(headers, &SEC_WEBSOCKET_VERSION)? {
        Some(SOCKET_VERSION) => Ok(()),
        other => {
            let version = other.map_or("one that the request does not name", |version| version);
            Err(Refusal::SocketVersion { version: version.to_owned() })
        }
    }
}

/// Returns the request's key: 16 bytes in base64 (RFC 6455, section 4.2.1).
fn key(headers: &HeaderMap) -> Result<&[u8], Refusal> {
    let refuse = |detail: &str| Err(Refusal::Handshake { detail: detail.to_owned() });
    match only(headers, &SEC_WEBSOCKET_KEY)? {
        None => refuse("the request has no Sec-WebSocket-Key"),
        Some(key) if is_key(key.as_bytes()) => Ok(key.as_bytes()),
        Some(_) => refuse("the request's Sec-WebSocket-Key is not 16 bytes in base64"),
    }
}

/// Returns what accepts a key (RFC 6455, section 4.2.2).
fn accept(key: &[u8]) -> String {
    let hash = Sha1::new().chain_update(key).chain_update(GUID).finalize();
    let digits = hash.chunks(3).flat_map(|bytes| {
        let [a, b, c] = std::array::from_fn(|at| bytes.get(at).copied().unwrap_or_default());
        let digits = [a >> 2, a << 4 | b >> 4, b << 2 | c >> 6, c];
        digits.map(|digit| DIGITS[usize::from(digit & 0x3f)] as char)
    });
    // Of 20 bytes the last two fill three digits, and a sign fills up (RFC 4648, section 4).
    digits.take(27).chain(['=']).collect()
}

/// Whether these are 16 bytes in base64: 22 digits, of the last of which only two bits count, and
/// two signs that fill up (RFC 4648, section 4).
fn is_key(key: &[u8]) -> bool {
    let Some(([digits @ .., last], b"==")) = key.split_last_chunk::<2>() else { return false };
    let is_digit = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/".contains(byte);
    digits.len() == 21 && digits.iter().all(is_digit) && b"AQgw".contains(last)
}

/// Returns the value of a field that may be there once.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a str>, Refusal> {
    let mut lines = headers.get_all(name).iter();
    let first = lines.next();
    if lines.next().is_some() {
        let detail = format!("the request has more than one {name}");
        return Err(Refusal::Handshake { detail });
    }
    Ok(first.map(|line| line.to_str().unwrap_or("what is no text").trim()))
}

const WEBSOCKET: &str = "websocket";

/// What a server shows by that it knows WebSocket (RFC 6455, section 1.3).
const GUID: &[u8] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// The digits of base64.
const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";

    fn judge(method: Method, version: Version, fields: &str) -> Result<Handshake, Refusal> {
        let mut headers = HeaderMap::new();
        for (name, value) in fields.lines().filter_map(|line| line.split_once(": ")) {
            let name = HeaderName::try_from(name).expect(name);
            headers.append(name, HeaderValue::try_from(value).expect(value));
        }
        let protocol = fields.contains("x-protocol").then(|| Protocol::from_static(WEBSOCKET));
        Handshake::judge(&method, version, &headers, protocol.as_ref())
    }

    #[test]
    fn lists_are_read_as_lists() {
        let rest = format!("sec-websocket-version: 13\nsec-websocket-key: {KEY}");
        let accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=".to_owned();
        for lists in [
            "connection: Upgrade\nupgrade: websocket",
            "connection: keep-alive\nconnection: Upgrade\nupgrade: WebSocket",
            "connection: keep-alive, Upgrade\nupgrade: h2c, websocket",
            "connection: upgrade\nupgrade: h2c\nupgrade: websocket",
        ] {
            let judged = judge(Method::GET, Version::HTTP_11, &format!("{lists}\n{rest}"));
            assert_eq!(judged, Ok(Handshake::Switch { accept: accept.clone() }), "{lists}");
        }
    }

    #[test]
    fn what_opens_no_socket_is_told_why() {
        let lists = "connection: upgrade\nupgrade: websocket";
        let version = "sec-websocket-version: 13";
        let with = |fields: &str| format!("{lists}\n{fields}");
        let keyed = |key: &str| with(&format!("{version}\nsec-websocket-key: {key}"));
        let whole = keyed(KEY);
        for (method, http, fields, status, told) in [
            (Method::GET, Version::HTTP_11, String::new(), 426, "Upgrade does not name websocket"),
            (Method::GET, Version::HTTP_11, "upgrade: h2c".to_owned(), 426, "websocket"),
            (Method::GET, Version::HTTP_11, "upgrade: websocket".to_owned(), 426, "Connection"),
            (
                Method::GET,
                Version::HTTP_11,
                "upgrade: websocket\nconnection: no-upgrade-please".to_owned(),
                426,
                "Connection",
            ),
            (Method::GET, Version::HTTP_11, lists.to_owned(), 426, "does not name"),
            (Method::GET, Version::HTTP_11, with("sec-websocket-version: 8"), 426, "not 8"),
            (Method::GET, Version::HTTP_11, with("sec-websocket-version: 13, 8"), 426, "13, 8"),
            (
                Method::GET,
                Version::HTTP_11,
                with("sec-websocket-version: 13\nsec-websocket-version: 13"),
                400,
                "more than one",
            ),
            (Method::GET, Version::HTTP_11, with(version), 400, "no Sec-WebSocket-Key"),
            (Method::GET, Version::HTTP_11, keyed("x"), 400, "not 16 bytes"),
            (Method::GET, Version::HTTP_11, keyed("dGhlIHNhbXBsZSBub25jZQ"), 400, "not 16 bytes"),
            (Method::GET, Version::HTTP_11, keyed("dGhlIHNhbXBsZSBub25jZR=="), 400, "not 16"),
            (Method::GET, Version::HTTP_11, keyed("dGhlIHNhbXBsZSBub25jZ==="), 400, "not 16"),
            (
                Method::GET,
                Version::HTTP_11,
                format!("{whole}\nsec-websocket-key: {KEY}"),
                400,
                "more than one sec-websocket-key",
            ),
            (Method::GET, Version::HTTP_10, whole.clone(), 426, "HTTP/1.0"),
            (Method::HEAD, Version::HTTP_11, whole.clone(), 426, "HEAD"),
            (Method::POST, Version::HTTP_11, whole.clone(), 405, "POST"),
            (Method::CONNECT, Version::HTTP_11, whole.clone(), 405, "CONNECT"),
            (Method::GET, Version::HTTP_2, whole, 400, "extended CONNECT"),
            (Method::CONNECT, Version::HTTP_2, version.to_owned(), 400, ":protocol"),
            (Method::CONNECT, Version::HTTP_2, "x-protocol: ".to_owned(), 426, "version 13"),
        ] {
            let refusal = judge(method, http, &fields).expect_err(told);
            let problem = refusal.problem();
            assert_eq!(problem.status, status, "{fields}: {}", problem.detail);
            assert!(problem.detail.contains(told), "{fields}: {}", problem.detail);
        }
        let connect = format!("{version}\nx-protocol: ");
        let judged = judge(Method::CONNECT, Version::HTTP_2, &connect);
        assert_eq!(judged, Ok(Handshake::Connect));
    }
}
