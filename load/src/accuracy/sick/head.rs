//! The head of a message of HTTP/1 (the parsing is pure).

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt};

/// A first line and the headers after it, in their order.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Head {
    pub(super) first: String,
    pub(super) headers: Vec<(String, String)>,
}

impl Head {
    /// Reads one; nothing where the connection ends before it begins.
    pub(super) async fn read(from: &mut (impl AsyncRead + Unpin)) -> io::Result<Option<Self>> {
        let mut bytes = Vec::new();
        while !bytes.ends_with(b"\r\n\r\n") {
            if bytes.len() == LONGEST {
                return Err(io::Error::other("a head without an end"));
            }
            match from.read_u8().await {
                Ok(byte) => bytes.push(byte),
                Err(_) if bytes.is_empty() => return Ok(None),
                Err(error) => return Err(error),
            }
        }
        Ok(Some(Self::of(&String::from_utf8_lossy(&bytes))))
    }

    fn of(text: &str) -> Self {
        let mut lines = text.lines();
        let first = lines.next().unwrap_or_default().to_owned();
        let headers = lines.filter_map(|line| line.split_once(':'));
        let headers = headers.map(|(name, value)| (name.to_owned(), value.trim().to_owned()));
        Self { first, headers: headers.collect() }
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        let lines = self.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n"));
        format!("{}\r\n{}\r\n", self.first, lines.collect::<String>()).into_bytes()
    }

    /// A header's value, the first where there are several.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let mut all = self.headers.iter().filter(|(one, _)| one.eq_ignore_ascii_case(name));
        all.next().map(|(_, value)| value.as_str())
    }

    pub(super) fn remove(&mut self, name: &str) {
        self.headers.retain(|(one, _)| !one.eq_ignore_ascii_case(name));
    }

    pub(super) fn set(&mut self, name: &str, value: &str) {
        self.remove(name);
        self.headers.push((name.to_owned(), value.to_owned()));
    }

    /// What a request is for: `/api/clock?every=1s`.
    pub(super) fn target(&self) -> &str {
        self.first.split(' ').nth(1).unwrap_or_default()
    }

    /// What a request does: `GET`.
    pub(super) fn method(&self) -> &str {
        self.first.split(' ').next().unwrap_or_default()
    }

    /// An answer's status.
    pub(super) fn status(&self) -> u16 {
        self.first.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or_default()
    }

    /// Whether a request asks for a WebSocket.
    pub(super) fn is_upgrade(&self) -> bool {
        self.get("upgrade").is_some_and(|value| value.eq_ignore_ascii_case("websocket"))
    }

    /// Whether an answer is a stream of the server's: its length is told by nothing.
    pub(super) fn is_chunked(&self) -> bool {
        self.get("transfer-encoding").is_some_and(|value| value.eq_ignore_ascii_case("chunked"))
    }

    pub(super) fn length(&self) -> Option<u64> {
        self.get("content-length").and_then(|value| value.parse().ok())
    }
}

const LONGEST: usize = 64 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_what_was_read() {
        let text = "GET /a?b HTTP/1.1\r\nHost: x\r\nUpgrade: WebSocket\r\n\r\n";
        let mut head = Head::of(text);
        assert_eq!(head.bytes(), text.as_bytes());
        assert_eq!((head.method(), head.target(), head.get("HOST")), ("GET", "/a?b", Some("x")));
        assert!(head.is_upgrade());
        head.remove("upgrade");
        head.set("host", "y");
        assert_eq!(head.bytes(), b"GET /a?b HTTP/1.1\r\nhost: y\r\n\r\n");
    }
}
