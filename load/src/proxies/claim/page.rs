//! The page is there with its files, and under a path of its own also without the slash.

use anyhow::{Context, Result, ensure};

use crate::proxies::client::fetch;
use crate::proxies::front::Mount;

pub(super) fn page(mount: &Mount<'_>) -> Result<()> {
    let get = |path: &str| fetch(mount.address, &format!("GET {}{path}", mount.below), &[], b"");
    let (head, body) = get("/")?;
    let kind = head.value("content-type").unwrap_or_default();
    ensure!(head.status() == 200 && kind.starts_with("text/html"), "the page is {}", head.status());
    let page = String::from_utf8_lossy(&body);
    let files: Vec<_> =
        page.split("href=\"./").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    ensure!(!files.is_empty(), "the page names none of its files by where it is itself");
    for file in files.into_iter().chain(["config.json"]) {
        let (head, _) = get(&format!("/{file}"))?;
        ensure!(head.status() == 200, "{file} is {}", head.status());
    }
    if !mount.below.is_empty() {
        let (head, _) = fetch(mount.address, &format!("GET {}", mount.below), &[], b"")?;
        let leads_to = head.value("location").context("no slash is added to the path")?;
        ensure!(leads_to.ends_with(&format!("{}/", mount.below)), "it leads to {leads_to}");
    }
    Ok(())
}
