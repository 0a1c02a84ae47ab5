//! What a response of HTTP/1 says of its connection.

use axum::response::Response;
use http::header::{CONNECTION, UPGRADE};
use http::{HeaderName, HeaderValue, Request, StatusCode, Version};
use hyper::body::{Body, Incoming};

use crate::body::WasRead;
use crate::handover::Framing;
use crate::list;

/// What of a request decides whether its connection goes on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    version: Version,
    to_close: bool,
    pub(super) has_body: bool,
    /// Whether it would become a WebSocket.
    is_opening: bool,
}

impl Asked {
    pub(super) fn by(request: &Request<Incoming>) -> Self {
        Self {
            version: request.version(),
            to_close: list::has(request.headers(), &CONNECTION, "close"),
            has_body: !request.body().is_end_stream(),
            is_opening: list::has(request.headers(), &UPGRADE, "websocket"),
        }
    }

    /// Tells how an endless answer goes out, and whether the connection goes on after it.
    pub(super) fn framing(self, response: &Response) -> Framing {
        let is_chunked = self.version == Version::HTTP_11;
        let ends = self.to_close || list::has(response.headers(), &CONNECTION, "close");
        Framing { is_chunked, goes_on: is_chunked && !ends }
    }

    /// Says whether the connection goes on after a response, and for how long it waits for the next
    /// request, so that nobody uses it in the moment in which it ends (RFC 9112, section 9.6; RFC
    /// 2068, section 19.7.1.1).
    pub(super) fn promise(self, response: &mut Response, is_finishing: bool, timeout: HeaderValue) {
        if response.status() == StatusCode::SWITCHING_PROTOCOLS || self.to_close {
            return;
        }
        if self.is_opening {
            // A proxy that took it for a socket's looks at nothing more that comes: another request would
            // say of its client what it likes.
            let headers = response.headers_mut();
            headers.append(CONNECTION, HeaderValue::from_static("close"));
            return;
        }
        if response.headers().contains_key(CONNECTION) {
            return;
        }
        let was_read = !self.has_body || response.extensions().get::<WasRead>().is_some();
        match self.version {
            Version::HTTP_11 if was_read && !is_finishing => {
                let headers = response.headers_mut();
                headers.insert(CONNECTION, HeaderValue::from_static("keep-alive"));
                headers.insert(KEEP_ALIVE, timeout);
            }
            Version::HTTP_11 => {
                response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            }
            // It ends with the connection, which is therefore not kept, whatever was asked. In that
            // version hyper adds no promise of its own.
            Version::HTTP_10 if response.body().size_hint().exact().is_none() => {
                *response.version_mut() = self.version;
                response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            }
            _ => {}
        }
    }
}

const KEEP_ALIVE: HeaderName = HeaderName::from_static("keep-alive");
