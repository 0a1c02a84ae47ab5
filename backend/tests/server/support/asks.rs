//! Requests that are made by hand, for what they say of where they come from.

use echoclock_backend::origin::Allowed;
use echoclock_shared::path;

use super::{Server, Setup, Wire};

/// An origin that [`listed`] holds.
pub(crate) const LISTED: &str = "https://app.example";

pub(crate) async fn server(allowed: Allowed) -> Server {
    super::start_with(Setup { allowed, ..Setup::default() }).await
}

pub(crate) fn listed() -> Allowed {
    let others = ["http://localhost:8080", LISTED];
    Allowed::Listed(others.map(|origin| origin.parse().expect(origin)).to_vec())
}

pub(crate) type Headers = [(&'static str, &'static str)];

pub(crate) async fn get(server: &Server, path: &str, headers: &Headers) -> reqwest::Response {
    let mut request = reqwest::Client::new().get(server.http(path));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.expect("an answer")
}

/// Opens the chat's socket by hand, and returns the status.
pub(crate) async fn open_socket(server: &Server, headers: &Headers) -> u16 {
    open_socket_at(server, path::ECHO, headers).await
}

/// Opens a socket by hand, and returns the status.
pub(crate) async fn open_socket_at(server: &Server, target: &str, headers: &[(&str, &str)]) -> u16 {
    let mut wire = Wire::open(server.address()).await;
    let has_host = headers.iter().any(|(name, _)| *name == "host");
    let host = if has_host { "" } else { "host: echo.example:3000\r\n" };
    let more: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    wire.write(format!(
        "GET {target} HTTP/1.1\r\n{host}connection: Upgrade\r\nupgrade: websocket\r\n\
         sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n{more}\r\n"
    ))
    .await;
    wire.read_head().await[9..12].parse().expect("a status")
}
