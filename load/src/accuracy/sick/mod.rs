//! A proxy that does wrong on purpose, one fault at a time; without a fault it passes on what it gets.
//!
//! It speaks HTTP/1.1: a request is read, sent on over a connection of its own, and its answer goes back
//! as it comes. What a fault does stands in a file below [`fault`]; where it does it, in [`link`].

mod body;
mod ends;
mod fault;
mod frame;
mod head;
mod keep;
mod link;
mod relay;
mod socket;
mod stream;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::{Context, Result};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};

pub(super) use self::fault::Name;
use self::keep::Kept;

/// A proxy of this kind that runs; it ends when dropped.
#[derive(Debug)]
pub(super) struct Sick(Option<Runtime>);

impl Sick {
    /// Starts one that listens at an address, and sends on to another.
    pub(super) fn start(name: &Name, listen: SocketAddr, next: SocketAddr) -> Result<Self> {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let listener = runtime
            .block_on(TcpListener::bind(listen))
            .context("the sick proxy can't listen where it should")?;
        match name.slow() {
            Some(slow) => {
                runtime.spawn(async move {
                    while let Ok(client) = accepted(&listener).await {
                        tokio::spawn(relay::relay(client, next, slow));
                    }
                });
            }
            None => {
                let fault: Arc<dyn fault::Fault> = name.fault().into();
                let kept = Arc::new(Kept::default());
                runtime.spawn(async move {
                    while let Ok(client) = accepted(&listener).await {
                        let (fault, kept) = (Arc::clone(&fault), Arc::clone(&kept));
                        tokio::spawn(link::serve(client, next, fault, kept));
                    }
                });
            }
        }
        Ok(Self(Some(runtime)))
    }
}

impl Drop for Sick {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

async fn accepted(listener: &TcpListener) -> io::Result<TcpStream> {
    let (client, _) = listener.accept().await?;
    client.set_nodelay(true)?;
    Ok(client)
}

/// Opens a connection to the next hop.
async fn connect(next: SocketAddr) -> io::Result<TcpStream> {
    let server = TcpStream::connect(next).await?;
    server.set_nodelay(true)?;
    Ok(server)
}
