//! The program `echoclock`: arguments, logs, a listener, and the signals that end it.

use std::env;
use std::fmt::Display;
use std::fs;
use std::io::{Write, stderr, stdout};
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use anyhow::Context;
use echoclock_backend::config::{self, Asked, Encryption, Serve, SocketMode};
use echoclock_backend::feed::clock::SystemClock;
use echoclock_backend::handed::Handed;
use echoclock_backend::health::health;
use echoclock_backend::limits::Places;
use echoclock_backend::listen_at::ListenAt;
use echoclock_backend::listener::Listener;
use echoclock_backend::notify::Notify;
use echoclock_backend::signals::{HangUps, Signals};
use echoclock_backend::state::AppState;
use echoclock_backend::tls::{Tls, keep_fresh};
use echoclock_backend::{Listeners, address, app, arenas, files, serve, telemetry};
use tokio::runtime::Runtime;

fn main() -> ExitCode {
    arenas::keep_few();
    let open = |file: &Path| fs::read_to_string(file);
    match config::read(env::args_os(), open) {
        Ok(Asked::Check(arguments)) => echoclock_check::check(&arguments),
        Ok(Asked::Serve(arguments)) => served(&arguments),
        Ok(Asked::Health(arguments)) => match config::whom(&arguments, open) {
            Ok(server) => health(&server, arguments.path()),
            Err(fault) => fault.tell(),
        },
        Ok(Asked::Print(text)) => match stdout().write_all(text.as_bytes()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(_) => ExitCode::FAILURE,
        },
        Err(fault) => fault.tell(),
    }
}

fn served(arguments: &Serve) -> ExitCode {
    // Before there are other threads.
    let handed = Handed::over();
    let _log = match telemetry::start(arguments.log_level.clone(), arguments.log) {
        Ok(log) => log,
        Err(error) => {
            // There is nobody else to tell.
            let _ = writeln!(stderr(), "nothing can be logged: {error}");
            return ExitCode::FAILURE;
        }
    };
    match begin(arguments, handed) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn begin(arguments: &Serve, handed: Handed) -> anyhow::Result<()> {
    let runtime = Runtime::new().context("the system gives no threads")?;
    let done = runtime.block_on(run(arguments, handed));
    // Without a limit a file that is being read would be waited for, also where its disk does not
    // answer.
    runtime.shutdown_timeout(LAST_READS_WITHIN);
    done
}

/// How long what is under way on threads of its own is waited for at the end.
const LAST_READS_WITHIN: Duration = Duration::from_millis(100);

async fn run(arguments: &Serve, mut handed: Handed) -> anyhow::Result<()> {
    // What is written from here on is noticed, also where it is read already.
    let files = arguments.encryption.files().map(|files| (files.state(), files));
    let mut signals = Signals::listen(files.is_none()).context("signals can't be listened for")?;
    let mut settings = arguments.settings();
    bound_by_files(&mut settings.limits.in_all);
    let state = AppState::new(settings, Arc::new(SystemClock))
        .context("no random bytes for this process's name and key")?;
    let places = [
        Some(&arguments.listen),
        arguments.encryption.redirect_listen.as_ref(),
        arguments.admin_listen.as_ref(),
    ];
    handed.keep(places.into_iter().flatten().filter_map(ListenAt::name));
    let mode = arguments.unix_socket_mode.map(|SocketMode(mode)| mode);
    let mut listen =
        |at: &ListenAt, option| at.listen(option, mode, &mut handed).map_err(anyhow::Error::msg);
    let public = listen(&arguments.listen, "--listen")?;
    let optional = |at: &Option<ListenAt>| at.clone();
    let redirect = optional(&arguments.encryption.redirect_listen);
    let redirect = redirect.map(|at| listen(&at, "--redirect-listen")).transpose()?;
    let admin = optional(&arguments.admin_listen);
    let admin = admin.map(|at| listen(&at, "--admin-listen")).transpose()?;
    let machine = address::of_machine().unwrap_or_else(|error| {
        tracing::warn!(%error, "the machine's addresses are not known");
        vec![]
    });
    let tls = tls(&arguments.encryption, &public, &machine)?;
    let scheme = if tls.is_some() { "https" } else { "http" };
    tell(&public, &arguments.listen, &machine, |at| format!("listening on {scheme}://{at}/"))?;
    let port = arguments.encryption.redirect_port.or(public.address()?.map(|at| at.port()));
    let redirect = redirect.map(|listener| (listener, port.unwrap_or(HTTPS)));
    if let (Some((listener, port)), Some(at)) = (&redirect, &arguments.encryption.redirect_listen) {
        tell(listener, at, &machine, |at| {
            format!("listening on http://{at}/ to send on to https, port {port}")
        })?;
    }
    if let (Some(listener), Some(at)) = (&admin, &arguments.admin_listen) {
        tell(listener, at, &machine, |at| {
            format!("listening on http://{at}/ for /healthz, /readyz and /metrics")
        })?;
    }
    if let (Some(tls), Some((read, files))) = (&tls, files) {
        let asked = HangUps::listen().context("SIGHUP can't be listened for")?;
        tokio::spawn(keep_fresh(tls.clone(), files, read, asked, Arc::clone(&state.wall)));
    }
    let notify = Arc::new(Notify::from_env());
    notify.tell("READY=1");
    let watched = Arc::clone(&notify);
    tokio::spawn(async move { watched.live().await });
    let listeners = Listeners { public, tls, redirect, admin };
    serve(listeners, app(state.clone()), state, async move {
        let name = signals.next().await;
        notify.tell("STOPPING=1");
        tracing::info!("{name} came: no longer ready; {}", then(name));
    })
    .await;
    tracing::info!("stopped");
    Ok(())
}

/// Returns what has TLS, if there is to be TLS.
fn tls(
    encryption: &Encryption,
    public: &Listener,
    machine: &[IpAddr],
) -> anyhow::Result<Option<Tls>> {
    let own = public.reachable(machine)?;
    let own: Vec<_> = own.iter().map(SocketAddr::ip).collect();
    let found = encryption.certificate(&own, SystemTime::now()).context("there can be no TLS")?;
    let Some((certificate, fingerprint)) = found else { return Ok(None) };
    if let Some(fingerprint) = fingerprint {
        tracing::warn!(
            "nobody vouches for the certificate, which is for trying: browsers warn of it; its SHA-256 \
             fingerprint is {fingerprint}"
        );
    }
    Ok(Some(Tls::new(certificate)?))
}

/// Logs where somebody can be asked.
fn tell(
    listener: &Listener,
    at: &ListenAt,
    machine: &[IpAddr],
    told: impl Fn(&dyn Display) -> String,
) -> anyhow::Result<()> {
    let reached = listener.reachable(machine).context("the listener has no address")?;
    if reached.is_empty() {
        tracing::info!("listening on {at}");
    }
    for address in reached {
        tracing::info!("{}", told(&address));
    }
    Ok(())
}

/// The port of https.
const HTTPS: u16 = 443;

/// Tells what would end the program at once after such a signal.
fn then(name: &str) -> &'static str {
    match name {
        "SIGHUP" => "two of SIGTERM, SIGINT or SIGQUIT stop at once",
        _ => "a second one stops at once",
    }
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
