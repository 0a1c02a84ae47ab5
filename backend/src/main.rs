//! The program `echoclock`: arguments, logs, a listener, and the signals that end it.

use std::env;
use std::fs;
use std::io::{Write, stderr, stdout};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use echoclock_backend::config::{self, Asked, Serve};
use echoclock_backend::feed::clock::SystemClock;
use echoclock_backend::limits::Places;
use echoclock_backend::signals::Signals;
use echoclock_backend::state::AppState;
use echoclock_backend::{Listeners, address, app, arenas, files, serve, telemetry};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

fn main() -> ExitCode {
    arenas::keep_few();
    match config::read(env::args_os(), |file| fs::read_to_string(file)) {
        Ok(Asked::Check(arguments)) => echoclock_check::check(&arguments),
        Ok(Asked::Serve(arguments)) => served(&arguments),
        Ok(Asked::Print(text)) => match stdout().write_all(text.as_bytes()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(_) => ExitCode::FAILURE,
        },
        Err(fault) => fault.tell(),
    }
}

fn served(arguments: &Serve) -> ExitCode {
    let _log = match telemetry::start(arguments.log_level.clone(), arguments.log) {
        Ok(log) => log,
        Err(error) => {
            // There is nobody else to tell.
            let _ = writeln!(stderr(), "nothing can be logged: {error}");
            return ExitCode::FAILURE;
        }
    };
    match begin(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn begin(arguments: &Serve) -> anyhow::Result<()> {
    let runtime = Runtime::new().context("the system gives no threads")?;
    let done = runtime.block_on(run(arguments));
    // Without a limit a file that is being read would be waited for, also where its disk does not
    // answer.
    runtime.shutdown_timeout(LAST_READS_WITHIN);
    done
}

/// How long what is under way on threads of its own is waited for at the end.
const LAST_READS_WITHIN: Duration = Duration::from_millis(100);

async fn run(arguments: &Serve) -> anyhow::Result<()> {
    let mut signals = Signals::listen().context("signals can't be listened for")?;
    let mut settings = arguments.settings();
    bound_by_files(&mut settings.limits.in_all);
    let state = AppState::new(settings, Arc::new(SystemClock))
        .context("no random bytes for this process's name and key")?;
    let public = listen(arguments.listen, "--listen")?;
    let admin = match arguments.admin_listen {
        Some(address) => Some(listen(address, "--admin-listen")?),
        None => None,
    };
    let local = public.local_addr().context("the listener has no address")?;
    let machine = address::of_machine().unwrap_or_else(|error| {
        tracing::warn!(%error, "the machine's addresses are not known");
        vec![]
    });
    for url in address::reachable(local, &machine) {
        tracing::info!("listening on {url}");
    }
    if let Some(admin) = &admin {
        let local = admin.local_addr().context("the listener has no address")?;
        tracing::info!("listening on http://{local}/ for /healthz, /readyz and /metrics");
    }
    serve(Listeners { public, admin }, app(state.clone()), state, async move {
        let name = signals.next().await;
        tracing::info!("{name} came: no longer ready; {}", then(name));
    })
    .await;
    tracing::info!("stopped");
    Ok(())
}

/// Tells what would end the program at once after such a signal.
fn then(name: &str) -> &'static str {
    match name {
        "SIGHUP" => "two of SIGTERM, SIGINT or SIGQUIT stop at once",
        _ => "a second one stops at once",
    }
}

fn listen(address: SocketAddr, option: &str) -> anyhow::Result<TcpListener> {
    address::listen(address)
        .map_err(|error| anyhow::anyhow!(address::cant_listen(option, address, &error)))
}

/// Has there be no more connections and files of the page than the system lets the process have files.
fn bound_by_files(places: &mut Places) {
    match files::raise_limit() {
        Ok(files) => {
            let within = files::places_within(files, *places);
            let asked = std::mem::replace(places, within);
            if within != asked {
                tracing::warn!(
                    asked = asked.connections,
                    connections = within.connections,
                    site_files = within.files,
                    files,
                    "fewer connections or files of --site than are asked for: the process may not \
                     have more files open (ulimit -n, LimitNOFILE)"
                );
            }
        }
        Err(error) => tracing::warn!(%error, "how many files may be open is not known"),
    }
}
