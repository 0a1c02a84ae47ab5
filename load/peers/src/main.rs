//! What Echoclock is measured against, a program with a peer per argument.
//!
//! Each peer is written as its own examples write it, one core being what it is given; the first line
//! that it prints says where it listens.
#![expect(clippy::print_stdout, reason = "the first line tells the port")]

mod bare;
mod fastwebsockets_echo;
mod tokio_websockets_echo;
mod tungstenite_echo;
mod writer;
mod yawc_echo;

use std::error::Error;
use std::io::Write;

use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};

type Result<T, E = Box<dyn Error + Send + Sync>> = std::result::Result<T, E>;

fn main() -> Result<()> {
    let name = std::env::args().nth(1).unwrap_or_default();
    match name.as_str() {
        "bare" => with(several()?, bare::run),
        "tokio-websockets" => with(single()?, tokio_websockets_echo::run),
        "fastwebsockets" => with(single()?, fastwebsockets_echo::run),
        "tokio-tungstenite" => with(several()?, tungstenite_echo::run),
        "yawc" => with(several()?, yawc_echo::run),
        "writer" => with(several()?, writer::run),
        _ => Err(format!("no peer is called {name:?}").into()),
    }
}

/// Listens, says where, and runs the peer.
fn with<F: Future<Output = Result<()>>>(
    runtime: Runtime,
    run: impl FnOnce(TcpListener) -> F,
) -> Result<()> {
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        println!("listening on {}", listener.local_addr()?);
        std::io::stdout().flush()?;
        run(listener).await
    })
}

/// What `#[tokio::main]` starts: as many workers as `TOKIO_WORKER_THREADS` says.
fn several() -> Result<Runtime> {
    Ok(Builder::new_multi_thread().enable_all().build()?)
}

/// What the examples of two libraries start.
fn single() -> Result<Runtime> {
    Ok(Builder::new_current_thread().enable_all().build()?)
}
