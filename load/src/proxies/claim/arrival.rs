//! The server is told who asks, and is told nothing that a client has made up.

use anyhow::{Context, Result, ensure};
use echoclock_shared::info::Info;

use crate::proxies::client::{ADDRESS, Head, fetch};
use crate::proxies::front::Mount;

pub(super) fn arrival(mount: &Mount<'_>) -> Result<()> {
    let own = format!("Origin: http://{}", mount.address);
    for lines in [&[own.as_str()][..], &[&[own.as_str()], MADE_UP].concat()] {
        let (head, body) = ask(mount, lines)?;
        ensure!(head.status() == 200, "the answer is {}", head.status());
        judge(&serde_json::from_slice(&body).context("the answer can't be read")?)?;
    }
    // A page elsewhere that gives itself out for another is refused.
    let (head, _) = ask(mount, &[&["Origin: https://evil.example"], MADE_UP].concat())?;
    ensure!(head.status() == 403, "what a client makes up lets it in: {}", head.status());
    Ok(())
}

fn judge(info: &Info) -> Result<()> {
    ensure!(info.socket.allowed, "the page's own socket is refused: {:?}", info.socket.reason);
    let version = &info.request.http_version;
    ensure!(version == "HTTP/1.1", "the server is asked by {version}");
    let (client, scheme) = (info.request.client.as_deref(), &info.request.scheme);
    ensure!(client == Some(&ADDRESS.to_string()), "{ADDRESS} asks, and the server sees {client:?}");
    ensure!(scheme == "http", "a client by http is taken for one by {scheme}");
    Ok(())
}

fn ask(mount: &Mount<'_>, lines: &[&str]) -> Result<(Head, Vec<u8>)> {
    fetch(mount.address, &format!("GET {}/api/info", mount.below), lines, b"")
}

/// What a client says of itself that is not so.
const MADE_UP: &[&str] = &[
    "X-Forwarded-For: 203.0.113.9",
    "X-Forwarded-Proto: https",
    "X-Forwarded-Host: evil.example",
    "X-Forwarded-Port: 443",
    "Forwarded: for=203.0.113.9;host=evil.example;proto=https",
];
