//! A forward proxy: requests that name a whole address are made anew, and others get a tunnel.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// A forward proxy on a port of its own; it ends when it is dropped.
#[derive(Debug)]
pub(crate) struct ForwardProxy {
    pub(crate) address: SocketAddr,
    heads: Arc<Mutex<Vec<String>>>,
    _task: JoinSet<()>,
}

impl ForwardProxy {
    /// Starts one, which gives tunnels or refuses them.
    pub(crate) async fn start(gives_tunnels: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("a bound listener has an address");
        let heads = Arc::<Mutex<Vec<String>>>::default();
        let seen = Arc::clone(&heads);
        let mut task = JoinSet::new();
        task.spawn(async move {
            let mut connections = JoinSet::new();
            loop {
                let (client, _) = listener.accept().await.expect("a connection");
                connections.spawn(carry(client, gives_tunnels, Arc::clone(&seen)));
            }
        });
        Self { address, heads, _task: task }
    }

    /// Returns the heads of all that it was asked.
    pub(crate) fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn carry(mut client: TcpStream, gives_tunnels: bool, seen: Arc<Mutex<Vec<String>>>) {
    let mut head = vec![];
    while !head.ends_with(b"\r\n\r\n") {
        // A client may leave before it has asked.
        let Ok(byte) = client.read_u8().await else { return };
        head.push(byte);
    }
    let head = String::from_utf8(head).expect("headers are text");
    seen.lock().unwrap_or_else(PoisonError::into_inner).push(head.clone());
    let (line, rest) = head.split_once("\r\n").expect("a head");
    let mut words = line.split(' ');
    let (method, target) = (words.next().expect("a method"), words.next().expect("a target"));
    let is_tunnel = method == "CONNECT";
    if is_tunnel && !gives_tunnels {
        return say(&mut client, "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n").await;
    }
    let address = target.strip_prefix("http://").unwrap_or(target);
    let (host, path) = address.split_once('/').unwrap_or((address, ""));
    let mut server = TcpStream::connect(host).await.expect("a server");
    if is_tunnel {
        say(&mut client, "HTTP/1.1 200 Connection established\r\nVia: 1.1 gate\r\n\r\n").await;
    } else {
        let anew = format!("{method} /{path} HTTP/1.1\r\nConnection: close\r\n{rest}");
        say(&mut server, &anew).await;
    }
    // Whoever ends it is of no interest.
    let _ = copy_bidirectional(&mut client, &mut server).await;
}

async fn say(to: &mut TcpStream, words: &str) {
    to.write_all(words.as_bytes()).await.expect("an open connection");
}
