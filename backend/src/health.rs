//! `echoclock health`: whether a server answers, as an exit code, for containers and scripts.

use std::io::{Write, stderr, stdout};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use echoclock_check::{AskedServer, Status};

/// Asks a server for one of its paths, and returns the program's exit code.
pub fn health(server: &AskedServer, path: &str) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let status = runtime
        .context("no threads")
        .and_then(|runtime| runtime.block_on(server.status(path.trim_start_matches('/'), WITHIN)));
    // There is nobody else to tell.
    match status {
        Ok(Status { code: 200, line }) => {
            let _ = writeln!(stdout(), "{path} at {server}: {line}");
            ExitCode::SUCCESS
        }
        Ok(Status { code, line }) => {
            let _ = writeln!(stderr(), "{path} at {server}: {line} (status {code})");
            ExitCode::FAILURE
        }
        Err(error) => {
            let _ = writeln!(stderr(), "{path} at {server}: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Far more than a healthy server takes, and less than those wait who ask for its health.
const WITHIN: Duration = Duration::from_secs(4);
