//! A TCP proxy that stands between a client and the server, and cuts, delays and black-holes.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::Instant;

/// What the proxy does to what it is given.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Weather {
    /// Passes everything on, this much later, in order.
    Carry { delay: Duration },
    /// Takes everything, connections too, and passes nothing on.
    BlackHole,
    /// Passes plain requests on, and ends a connection that is to become a WebSocket.
    NoSockets,
}

/// A proxy on a port of its own; it ends when it is dropped.
#[derive(Debug)]
pub(crate) struct Proxy {
    address: SocketAddr,
    weather: watch::Sender<Weather>,
    target: watch::Sender<SocketAddr>,
    cuts: watch::Sender<u64>,
    _tasks: JoinSet<()>,
}

impl Proxy {
    pub(crate) async fn start(target: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("a bound listener has an address");
        let weather = watch::Sender::new(Weather::Carry { delay: Duration::ZERO });
        let target = watch::Sender::new(target);
        let cuts = watch::Sender::new(0);
        let mut tasks = JoinSet::new();
        tasks.spawn(accept(listener, weather.clone(), target.clone(), cuts.clone()));
        Self { address, weather, target, cuts, _tasks: tasks }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn set_weather(&self, weather: Weather) {
        self.weather.send_replace(weather);
    }

    /// Sends what connects from here on to another server.
    pub(crate) fn set_target(&self, target: SocketAddr) {
        self.target.send_replace(target);
    }

    /// Ends every connection without a word.
    pub(crate) fn cut(&self) {
        self.cuts.send_modify(|cuts| *cuts += 1);
    }
}

async fn accept(
    listener: TcpListener,
    weather: watch::Sender<Weather>,
    target: watch::Sender<SocketAddr>,
    cuts: watch::Sender<u64>,
) {
    let mut connections = JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        let (weather, mut cut) = (weather.subscribe(), cuts.subscribe());
        let target = *target.borrow();
        connections.spawn(async move {
            tokio::select! {
                () = carry_both(client, target, weather) => {}
                _ = cut.changed() => {}
            }
        });
        while connections.try_join_next().is_some() {}
    }
}

async fn carry_both(client: TcpStream, target: SocketAddr, weather: watch::Receiver<Weather>) {
    wait_for_carry(&mut weather.clone()).await;
    if *weather.borrow() == Weather::NoSockets && asks_for_socket(&client).await {
        return;
    }
    let Ok(server) = TcpStream::connect(target).await else { return };
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    tokio::select! {
        () = carry(from_client, to_server, weather.clone()) => {}
        () = carry(from_server, to_client, weather) => {}
    }
}

/// Carries bytes one way; what was swallowed is lost for good, and so is the connection then.
async fn carry(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, weather: watch::Receiver<Weather>) {
    let (queue, mut due) = mpsc::channel::<(Instant, Arc<[u8]>)>(1_024);
    let read = async {
        let mut buffer = vec![0; 16 * 1024];
        let mut swallowed = false;
        while let Ok(length @ 1..) = from.read(&mut buffer).await {
            let delay = match *weather.borrow() {
                Weather::Carry { delay } => Some(delay),
                Weather::NoSockets => Some(Duration::ZERO),
                Weather::BlackHole => None,
            };
            match delay {
                Some(delay) if !swallowed => {
                    let bytes = buffer.get(..length).expect("what was read fits the buffer").into();
                    if queue.send((Instant::now() + delay, bytes)).await.is_err() {
                        return;
                    }
                }
                Some(_) | None => swallowed = true,
            }
        }
    };
    let write = async {
        while let Some((at, bytes)) = due.recv().await {
            tokio::time::sleep_until(at).await;
            if to.write_all(&bytes).await.is_err() {
                return;
            }
        }
    };
    tokio::select! {
        () = read => {}
        () = write => {}
    }
}

async fn wait_for_carry(weather: &mut watch::Receiver<Weather>) {
    let _ = weather.wait_for(|weather| *weather != Weather::BlackHole).await;
}

/// Whether a connection's first request is for a WebSocket; its head comes in one piece.
async fn asks_for_socket(client: &TcpStream) -> bool {
    let mut head = vec![0; 4 * 1024];
    let length = client.peek(&mut head).await.unwrap_or_default();
    let head = String::from_utf8_lossy(head.get(..length).unwrap_or_default());
    head.to_ascii_lowercase().contains("upgrade: websocket")
}
