//! A WebSocket client that sends and reads the frames that a test wants, and nothing by itself.

use std::io::ErrorKind;
use std::time::Duration;

use echoclock_shared::ledger::{LedgerId, What};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpSocket;
use tokio::time::timeout;

use super::{PATIENCE, Server, Wire, until};

/// A socket whose ledger the test can read.
#[derive(Debug)]
pub(crate) struct Raw {
    pub(crate) wire: Wire,
    pub(crate) id: LedgerId,
}

impl Raw {
    /// Opens a socket.
    pub(crate) async fn open(server: &Server, path: &str) -> Self {
        Self::open_with(server, path, "_=").await
    }

    /// Opens a socket with more in its query.
    pub(crate) async fn open_with(server: &Server, path: &str, query: &str) -> Self {
        let id = LedgerId::from_random(u128::from(fastrand::u64(..)) << 64 | 1);
        let socket = TcpSocket::new_v4().expect("a socket");
        // So that what nobody reads soon blocks the server's writes.
        socket.set_recv_buffer_size(64 * 1024).expect("a size");
        let stream = socket.connect(server.address()).await.expect("the server accepts");
        stream.set_nodelay(true).expect("a socket");
        let mut wire = Wire(stream);
        wire.write(format!(
            "GET {path}?link={id}&{query} HTTP/1.1\r\nhost: test\r\nconnection: Upgrade\r\n\
             upgrade: websocket\r\nsec-websocket-version: 13\r\n\
             sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        ))
        .await;
        let head = wire.read_head().await;
        assert!(head.starts_with("http/1.1 101"), "{head}");
        Self { wire, id }
    }

    pub(crate) async fn send(&mut self, first: u8, payload: &[u8]) {
        self.wire.write(frame(first, payload)).await;
    }

    /// Sends the same frame again and again until the server reads no more; returns how many bytes
    /// that took.
    pub(crate) async fn flood(&mut self, first: u8, payload: &[u8]) -> usize {
        self.flood_until_still_for(Duration::from_millis(300), first, payload).await
    }

    /// Does so until the server has read nothing for so long.
    pub(crate) async fn flood_until_still_for(
        &mut self,
        still: Duration,
        first: u8,
        payload: &[u8],
    ) -> usize {
        let frames = frame(first, payload).repeat(1 + 16 * 1024 / (payload.len() + 8));
        let mut sent = 0;
        loop {
            let write = self.wire.0.write(&frames[sent % frames.len()..]);
            match timeout(still, write).await {
                Ok(Ok(written)) => sent += written,
                Ok(Err(_)) | Err(_) => return sent,
            }
            assert!(sent < FLOOD_MAX, "the server reads on");
        }
    }

    /// Reads a frame; nothing at the end.
    pub(crate) async fn next(&mut self) -> Option<(u8, Vec<u8>)> {
        let frame = async {
            let mut head = [0; 2];
            self.wire.0.read_exact(&mut head).await.ok()?;
            let size = match head[1] {
                126 => u64::from(self.wire.0.read_u16().await.ok()?),
                127 => self.wire.0.read_u64().await.ok()?,
                size => u64::from(size),
            };
            let mut payload = vec![0; size as usize];
            self.wire.0.read_exact(&mut payload).await.ok()?;
            Some((head[0], payload))
        };
        timeout(PATIENCE, frame).await.expect("a frame")
    }

    /// Reads up to the close frame, and returns its code and its reason.
    pub(crate) async fn until_closed(&mut self) -> Option<(u16, String)> {
        loop {
            let (first, payload) = self.next().await?;
            if first == 0x88 {
                let (code, reason) = payload.split_first_chunk().expect("a code");
                let reason = String::from_utf8(reason.to_vec()).expect("text");
                return Some((u16::from_be_bytes(*code), reason));
            }
        }
    }

    /// Reads on to the end, which has to be a reset: the server's system keeps nothing any longer.
    pub(crate) async fn until_reset(&mut self) {
        let mut rest = vec![];
        let end = timeout(PATIENCE, self.wire.0.read_to_end(&mut rest)).await.expect("an end");
        let kind = end.map_err(|error| error.kind());
        assert_eq!(kind, Err(ErrorKind::ConnectionReset), "after {} bytes", rest.len());
    }

    /// Waits for the end as the ledger tells it.
    pub(crate) async fn end(&self, server: &Server) -> String {
        end(server, &self.id).await
    }
}

/// Waits for a socket's end as its ledger tells it.
pub(crate) async fn end(server: &Server, id: &LedgerId) -> String {
    let told = || {
        let ledger = server.state.ledgers.read(id).expect("a ledger");
        ledger.entries.into_iter().find_map(|entry| match entry.what {
            What::Ended { reason } => Some(reason),
            What::Request { .. } | What::Response { .. } | What::Received(_) | What::Sent(_) => {
                None
            }
        })
    };
    until("the end", || told().is_some()).await;
    told().expect("it was waited for")
}

/// Writes a client's frame.
pub(crate) fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![first];
    match payload.len() {
        length @ 0..=125 => frame.push(0x80 | length as u8),
        length @ 126..=0xffff => {
            frame.push(0x80 | 126);
            frame.extend((length as u16).to_be_bytes());
        }
        length => {
            frame.push(0x80 | 127);
            frame.extend((length as u64).to_be_bytes());
        }
    }
    frame.extend([0; 4]);
    frame.extend(payload);
    frame
}

/// More than the system's own buffers hold between two ends.
const FLOOD_MAX: usize = 64 * 1024 * 1024;
