//! The barest event stream that tokio allows: one item a second, encoded once, to all who follow.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::{Instant, interval_at};

use crate::Result;

pub(crate) async fn run(listener: TcpListener) -> Result<()> {
    let (items, newest) = watch::channel(Bytes::new());
    tokio::spawn(async move {
        let mut ticks = interval_at(Instant::now() + PERIOD, PERIOD);
        loop {
            ticks.tick().await;
            items.send_replace(item());
        }
    });
    loop {
        let (stream, _) = listener.accept().await?;
        let newest = newest.clone();
        tokio::spawn(async move {
            // How a client leaves is no matter of the measurement.
            let _ = follow(stream, newest).await;
        });
    }
}

async fn follow(mut stream: TcpStream, mut newest: watch::Receiver<Bytes>) -> Result<()> {
    // A request of the load fits into one read; the buffer is gone before the first item.
    let mut request = Box::new([0; 1024]);
    let length = stream.read(&mut request[..]).await?;
    drop(request);
    if length == 0 {
        return Ok(());
    }
    stream.write_all(HEAD).await?;
    while newest.changed().await.is_ok() {
        let item = newest.borrow_and_update().clone();
        stream.write_all(&item).await?;
    }
    Ok(())
}

/// An item as Echoclock's event stream has it, in a chunk.
fn item() -> Bytes {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let seq = now.as_secs();
    let stamp = "2026-01-01T00:00:00.000000Z";
    let text =
        format!("id: {seq}\ndata: {{\"seq\":{seq},\"due\":\"{stamp}\",\"sent\":\"{stamp}\"}}\n\n");
    Bytes::from(format!("{:x}\r\n{text}\r\n", text.len()))
}

const PERIOD: Duration = Duration::from_secs(1);
const HEAD: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\
                      Transfer-Encoding: chunked\r\n\r\n";
