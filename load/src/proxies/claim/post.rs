//! A message goes by POST and comes back, and a large body arrives.

use anyhow::{Context, Result, ensure};
use echoclock_shared::check::answer::Received;
use serde_json::Value;

use crate::proxies::client::fetch;
use crate::proxies::front::Mount;

pub(super) fn post(mount: &Mount<'_>) -> Result<()> {
    let json = ["Content-Type: application/json"];
    let said = br#"{"type":"say","key":7,"text":"hello"}"#;
    let once = format!("POST {}/api/echo/once", mount.below);
    let (head, body) = fetch(mount.address, &once, &json, said)?;
    ensure!(head.status() == 200, "a message is answered {}", head.status());
    let echo: Value = serde_json::from_slice(&body).context("the echo can't be read")?;
    ensure!(echo["text"] == "hello" && echo["key"] == 7, "the echo is {echo}");

    let large = format!("POST {}/api/check/body", mount.below);
    let (head, body) = fetch(mount.address, &large, &[], &vec![7; LARGE])?;
    ensure!(head.status() == 200, "{LARGE} bytes are answered {}", head.status());
    let received: Received = serde_json::from_slice(&body).context("the answer can't be read")?;
    ensure!(received.bytes == LARGE as u64, "{} of {LARGE} bytes arrive", received.bytes);
    Ok(())
}

/// As much as the server takes there.
const LARGE: usize = 2 * 1024 * 1024;
