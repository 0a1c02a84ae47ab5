//! A request, and its answer as it comes.

use std::io;

use anyhow::Context;
use bytes::Bytes;
use echoclock_shared::check::observed::Heard;
use echoclock_shared::check::request::Request;
use echoclock_shared::ledger::{hidden, is_harmless};
use http::header::{
    ACCEPT, ACCEPT_ENCODING, CACHE_CONTROL, CONNECTION, CONTENT_ENCODING, CONTENT_LENGTH,
    CONTENT_TYPE, HOST, PROXY_AUTHORIZATION, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, UPGRADE,
    USER_AGENT,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Version};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::task::JoinHandle;
use tokio_tungstenite::tungstenite::handshake::client::generate_key;

use crate::address::Base;
use crate::connect::{Connector, Purpose};
use crate::gunzip::Undo;
use crate::notes::Notes;

/// Who is asked, and how.
#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) base: Base,
    pub(crate) connector: Connector,
    /// What the user has every request say.
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
}

/// An answer whose body is still to come. Dropping it ends its connection.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) version: Version,
    pub(crate) headers: HeaderMap,
    body: Incoming,
    undo: Undo,
    _connection: Ends,
}

impl Server {
    /// Sends a request over a connection of its own, and waits for the answer's head; both are noted where
    /// there is somebody to note them.
    ///
    /// # Errors
    ///
    /// Where there is no answer, in the words of whoever failed.
    pub(crate) async fn send(
        &self,
        request: &Request,
        notes: Option<&Notes>,
    ) -> anyhow::Result<Answer> {
        let connection = self.connector.open(&self.base, Purpose::Request).await;
        if let Some(notes) = notes {
            notes.take(Heard::Asked).await;
        }
        let connection = connection?;
        let is_http2 = connection.is_http2;
        let io = TokioIo::new(connection.io);
        let request = self.whole(request, is_http2)?;
        let (answer, task) = if is_http2 {
            let (mut sender, driver) =
                hyper::client::conn::http2::handshake(TokioExecutor::new(), io).await?;
            let task = Ends(tokio::spawn(async move { driver.await.unwrap_or_default() }));
            (sender.send_request(request).await, task)
        } else {
            let (mut sender, driver) = hyper::client::conn::http1::handshake(io).await?;
            let task = Ends(tokio::spawn(async move { driver.await.unwrap_or_default() }));
            (sender.send_request(request).await, task)
        };
        let answer = answer.map_err(in_words)?;
        let (head, body) = answer.into_parts();
        let answer = Answer {
            status: head.status.as_u16(),
            version: head.version,
            undo: Undo::of(text(&head.headers, &CONTENT_ENCODING))?,
            headers: head.headers,
            body,
            _connection: task,
        };
        if let Some(notes) = notes {
            notes.take(answer.head()).await;
        }
        Ok(answer)
    }

    /// Returns the request that opens a socket.
    pub(crate) fn opening(&self, target: &str) -> http::Request<()> {
        let scheme = if self.base.is_secure { "wss" } else { "ws" };
        let authority = &self.base.authority;
        let opening =
            http::Request::get(format!("{scheme}://{authority}{}", self.base.target(target)))
                .header(HOST, authority.as_str())
                .header(CONNECTION, "Upgrade")
                .header(UPGRADE, "websocket")
                .header(SEC_WEBSOCKET_VERSION, "13")
                .header(SEC_WEBSOCKET_KEY, generate_key())
                .header(USER_AGENT, AGENT);
        let mut opening = opening.body(()).expect("an address that was read makes a request");
        for (name, value) in &self.headers {
            opening.headers_mut().insert(name, value.clone());
        }
        opening
    }

    /// Adds what every request says to what one asks.
    fn whole(
        &self,
        request: &Request,
        is_http2: bool,
    ) -> anyhow::Result<http::Request<Full<Bytes>>> {
        let target = self.base.target(&request.target);
        let method = if request.is_post { Method::POST } else { Method::GET };
        let scheme = if self.base.is_secure { "https" } else { "http" };
        let authority = &self.base.authority;
        let proxy = self.connector.forwards(&self.base);
        let is_absolute = is_http2 || proxy.is_some();
        let uri = if is_absolute { format!("{scheme}://{authority}{target}") } else { target };
        let body = request.body();
        let mut whole = http::Request::builder().method(method).uri(uri);
        if !is_http2 {
            whole = whole.header(HOST, authority.as_str());
        }
        if let Some(shown) = proxy.and_then(|proxy| proxy.authorization.clone()) {
            whole = whole.header(PROXY_AUTHORIZATION, shown);
        }
        whole = whole.header(USER_AGENT, AGENT);
        whole = whole.header(ACCEPT, request.accept.unwrap_or("*/*"));
        whole = whole.header(ACCEPT_ENCODING, if request.identity { "identity" } else { "gzip" });
        if request.accept.is_some() {
            // As a browser does for what is never kept.
            whole = whole.header(CACHE_CONTROL, "no-cache");
        }
        if let Some(last) = request.last_event_id {
            whole = whole.header("last-event-id", last.to_string());
        }
        if request.is_post {
            whole = whole.header(CONTENT_LENGTH, body.len());
            whole = whole.header(CONTENT_TYPE, "application/octet-stream");
        }
        let mut whole = whole.body(Full::from(body)).context("a request that can't be written")?;
        for (name, value) in &self.headers {
            whole.headers_mut().insert(name, value.clone());
        }
        Ok(whole)
    }
}

impl Answer {
    /// Returns what of the body comes next; nothing at its proper end.
    ///
    /// # Errors
    ///
    /// Where it breaks off.
    pub(crate) async fn piece(&mut self) -> anyhow::Result<Option<Vec<u8>>> {
        loop {
            let Some(frame) = self.body.frame().await else { return Ok(None) };
            let Ok(data) = frame.map_err(in_words)?.into_data() else { continue };
            let piece = self.undo.push(&data)?;
            if !piece.is_empty() {
                return Ok(Some(piece));
            }
        }
    }

    /// Returns the whole body.
    ///
    /// # Errors
    ///
    /// Where it breaks off, or is larger than any that is meant.
    pub(crate) async fn whole(&mut self) -> anyhow::Result<Vec<u8>> {
        let mut all = vec![];
        while let Some(piece) = self.piece().await? {
            all.extend_from_slice(&piece);
            anyhow::ensure!(all.len() <= WHOLE_MAX, "a body of more than {WHOLE_MAX} bytes");
        }
        Ok(all)
    }

    fn head(&self) -> Heard {
        Heard::Head {
            status: self.status,
            version: Some(format!("{:?}", self.version)),
            headers: listed(&self.headers),
        }
    }
}

/// Returns headers as they are noted: without values that may be secret, since reports are passed on.
pub(crate) fn listed(headers: &HeaderMap) -> Vec<(String, String)> {
    let noted = |(name, value): (&HeaderName, &HeaderValue)| {
        let name = name.as_str().to_owned();
        let value = value.as_bytes();
        let is_shown = is_harmless(&name);
        (name, if is_shown { String::from_utf8_lossy(value).into() } else { hidden(value) })
    };
    headers.iter().map(noted).collect()
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// Says what hyper means by its error, whose own words leave out the cause.
fn in_words(error: hyper::Error) -> io::Error {
    let mut words = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(error) = cause {
        words = format!("{words}: {error}");
        cause = error.source();
    }
    io::Error::other(words)
}

/// A task that ends with its owner.
struct Ends(JoinHandle<()>);

impl Drop for Ends {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// What this client calls itself.
pub(crate) const AGENT: &str = concat!("echoclock-check/", env!("CARGO_PKG_VERSION"));

/// The largest body that is kept, in bytes.
const WHOLE_MAX: usize = 4 * 1024 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_secret_of_an_answer_is_noted() {
        let mut headers = HeaderMap::new();
        for (name, value) in
            [("server", "nginx"), ("set-cookie", "session=1"), ("location", "/?code=2")]
        {
            headers.insert(name, HeaderValue::from_static(value));
        }
        let noted = listed(&headers);
        let noted: Vec<_> =
            noted.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(
            noted,
            [
                ("server", "nginx"),
                ("set-cookie", "(9 bytes, not shown)"),
                ("location", "(8 bytes, not shown)"),
            ]
        );
    }
}
