//! Requests of clients that a proxy beside the server tells apart, and how they are answered.

use std::net::SocketAddr;

use tokio::io::AsyncReadExt;

use super::{PATIENCE, Server, Wire};

/// What a client has asked, and the head of what it was answered.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) wire: Wire,
    pub(crate) head: String,
}

impl Asked {
    /// Asks for something as a client whose proxy is beside the server.
    pub(crate) async fn get(server: &Server, client: &str, target: &str) -> Self {
        Self::say(server, &format!("GET {target} HTTP/1.1\r\nx-forwarded-for: {client}")).await
    }

    pub(crate) async fn socket(server: &Server, client: &str, target: &str) -> Self {
        let opening = "connection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\
                       sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==";
        let client = format!("x-forwarded-for: {client}");
        Self::say(server, &format!("GET {target} HTTP/1.1\r\n{opening}\r\n{client}")).await
    }

    pub(crate) async fn say(server: &Server, said: &str) -> Self {
        Self::at(server.address(), said).await
    }

    /// Asks for something at an address.
    pub(crate) async fn at(address: SocketAddr, said: &str) -> Self {
        let mut wire = Wire::open(address).await;
        wire.write(format!("{said}\r\nhost: a\r\n\r\n")).await;
        let head = wire.read_head().await;
        Self { wire, head }
    }

    pub(crate) fn status(&self) -> u16 {
        self.head[9..12].parse().expect("a status")
    }

    /// Reads up to a text.
    pub(crate) async fn until(&mut self, text: &str) -> String {
        let mut seen = vec![];
        while !String::from_utf8_lossy(&seen).contains(text) {
            let read = tokio::time::timeout(PATIENCE, self.wire.0.read_buf(&mut seen)).await;
            let read = read.unwrap_or_else(|_| panic!("{text} does not come"));
            assert_ne!(read.expect("it goes on"), 0, "{}", String::from_utf8_lossy(&seen));
        }
        String::from_utf8(seen).expect("text")
    }

    /// Takes a refusal, which says when to come back.
    pub(crate) async fn refused_with(mut self, status: u16) -> String {
        assert_eq!(self.status(), status, "{}", self.head);
        let wait = self.head.split_once("retry-after: ").expect("when to come back").1;
        let wait: u64 = wait.lines().next().unwrap_or_default().parse().expect("seconds");
        assert!((2..=6).contains(&wait), "{}", self.head);
        self.until("}").await
    }
}
