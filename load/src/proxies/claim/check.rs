//! The path check finds nothing wrong; notes are no findings.

use std::process::Command;
use std::time::Duration;

use anyhow::{Result, ensure};

use crate::check::Check;
use crate::proxies::Proxies;
use crate::proxies::front::{Front, Mount};
use crate::stop::Stop;

pub(in crate::proxies) fn check(
    front: &Front,
    mount: &Mount<'_>,
    order: &Proxies,
    stop: &Stop,
) -> Result<()> {
    let file = front.folder().join(format!("report{}.json", mount.below.replace('/', "-")));
    let mut command = Command::new(&order.behind.server);
    let address = format!("http://{}{}/", mount.address, mount.below);
    command.args(["check", &address, "--json"]).arg(&file);
    let report = Check { command, file: &file, limit: LIMIT }.run(stop, |_, _| {})?;
    ensure!(report.is_complete, "the check did not come to its end");
    let found = report.findings.iter().map(|finding| {
        format!(
            "{} ({}; {})",
            finding.title,
            finding.rule.as_deref().unwrap_or("?"),
            finding.because
        )
    });
    let found: Vec<_> = found.collect();
    ensure!(found.is_empty(), "{}", found.join("; "));
    Ok(())
}

const LIMIT: Duration = Duration::from_secs(120);
