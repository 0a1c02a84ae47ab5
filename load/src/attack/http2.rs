//! HTTP/2 by hand: as much of it as an attack takes, and nothing that keeps it from doing wrong.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use super::client::{self, ATTACKER};

/// One connection.
pub(super) struct Http2 {
    pub(super) stream: TcpStream,
    next: u32,
    /// What may be sent on the connection, on a new stream, and on each stream.
    window: i64,
    initial: i64,
    windows: HashMap<u32, i64>,
    arrived: Vec<u8>,
    /// Why it is over, where it is.
    pub(super) over: Option<String>,
    /// Streams that the server has reset, and answers that have begun.
    pub(super) resets: usize,
    pub(super) heads: usize,
}

/// Frames, by their numbers.
pub(super) const DATA: u8 = 0;
pub(super) const HEADERS: u8 = 1;
pub(super) const RESET: u8 = 3;
pub(super) const SETTINGS: u8 = 4;
pub(super) const PING: u8 = 6;
const GOAWAY: u8 = 7;
const WINDOW: u8 = 8;
const ACK: u8 = 1;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;

impl Http2 {
    /// Connects, and lets the server send so much on each stream.
    pub(super) fn open(address: SocketAddr, window: u32, receive: Option<usize>) -> Result<Self> {
        let mut stream = client::connect_with(address, ATTACKER, receive)?;
        stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")?;
        let mut setting = 4_u16.to_be_bytes().to_vec();
        setting.extend(window.to_be_bytes());
        stream.write_all(&frame(SETTINGS, 0, 0, &setting))?;
        let mut connection = Self {
            stream,
            next: 1,
            window: 65_535,
            initial: 65_535,
            windows: HashMap::new(),
            arrived: Vec::new(),
            over: None,
            resets: 0,
            heads: 0,
        };
        connection.pump(Duration::from_millis(100));
        ensure!(connection.over.is_none(), "no HTTP/2: {:?}", connection.over);
        Ok(connection)
    }

    /// The number of the stream that is opened next.
    pub(super) fn new_stream(&mut self) -> u32 {
        let id = self.next;
        self.next += 2;
        self.windows.insert(id, self.initial);
        id
    }

    /// Asks, with a body to come or without.
    pub(super) fn ask(&mut self, method: &str, path: &str, body: bool) -> u32 {
        let id = self.new_stream();
        self.send(&headers(id, &[(":method", method), (":path", path)], !body));
        id
    }

    /// Opens a WebSocket (RFC 8441).
    pub(super) fn socket(&mut self, path: &str) -> u32 {
        let id = self.new_stream();
        let fields = [
            (":method", "CONNECT"),
            (":protocol", "websocket"),
            (":path", path),
            ("sec-websocket-version", "13"),
        ];
        self.send(&headers(id, &fields, false));
        id
    }

    /// Sends a stream's bytes as the server lets it; tells whether all went out in this time.
    pub(super) fn data(&mut self, id: u32, mut bytes: &[u8], time: Duration) -> bool {
        let end = Instant::now() + time;
        while !bytes.is_empty() && self.over.is_none() && Instant::now() < end {
            let own = self.windows.get(&id).copied().unwrap_or_default();
            let room = own.min(self.window).clamp(0, 16_384) as usize;
            if room == 0 {
                self.pump(Duration::from_millis(5));
                continue;
            }
            let (now, later) = bytes.split_at(room.min(bytes.len()));
            self.window -= now.len() as i64;
            self.windows.insert(id, own - now.len() as i64);
            self.send(&frame(DATA, 0, id, now));
            bytes = later;
        }
        bytes.is_empty()
    }

    /// Sends whatever it is.
    pub(super) fn send(&mut self, bytes: &[u8]) {
        if self.over.is_none()
            && let Err(error) = self.stream.write_all(bytes)
        {
            self.over = Some(format!("can't be written to: {error}"));
        }
    }

    /// Reads for so long, and answers what has to be answered.
    pub(super) fn pump(&mut self, time: Duration) {
        let end = Instant::now() + time;
        let mut buffer = [0; 64 * 1024];
        while self.over.is_none() {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() || self.stream.set_read_timeout(Some(left)).is_err() {
                return;
            }
            match self.stream.read(&mut buffer) {
                Ok(0) => self.over = Some("ended by the server".to_owned()),
                Ok(length) => self.arrived.extend_from_slice(&buffer[..length]),
                Err(error) if client::is_timeout(&error) => return,
                Err(error) => self.over = Some(error.to_string()),
            }
            while let Some((kind, flags, id, payload)) = take(&mut self.arrived) {
                self.heard(kind, flags, id, &payload);
            }
        }
    }

    fn heard(&mut self, kind: u8, flags: u8, id: u32, payload: &[u8]) {
        match kind {
            SETTINGS if flags & ACK == 0 => {
                for setting in payload.chunks_exact(6) {
                    if setting[..2] == [0, 4] {
                        self.initial = i64::from(number(&setting[2..]));
                    }
                }
                self.send(&frame(SETTINGS, ACK, 0, &[]));
            }
            PING if flags & ACK == 0 => self.send(&frame(PING, ACK, 0, payload)),
            WINDOW if id == 0 => self.window += i64::from(number(payload)),
            WINDOW => *self.windows.entry(id).or_default() += i64::from(number(payload)),
            HEADERS => self.heads += 1,
            RESET => self.resets += 1,
            GOAWAY => {
                let why = payload.get(4..8).map_or(0, number);
                let text = String::from_utf8_lossy(payload.get(8..).unwrap_or_default());
                self.over = Some(format!("sent away with {why} {text}"));
            }
            _ => {}
        }
    }
}

/// A frame.
pub(super) fn frame(kind: u8, flags: u8, id: u32, payload: &[u8]) -> Vec<u8> {
    let mut frame = (payload.len() as u32).to_be_bytes()[1..].to_vec();
    frame.extend([kind, flags]);
    frame.extend(id.to_be_bytes());
    frame.extend_from_slice(payload);
    frame
}

/// A request's head, each field written out.
pub(super) fn headers(id: u32, fields: &[(&str, &str)], last: bool) -> Vec<u8> {
    let common = [(":scheme", "http"), (":authority", "localhost")];
    // What begins with a colon has to come first.
    let (pseudo, plain): (Vec<_>, Vec<_>) =
        common.iter().chain(fields).partition(|(name, _)| name.starts_with(':'));
    let mut block = Vec::new();
    for (name, value) in pseudo.into_iter().chain(plain) {
        block.push(0);
        for text in [name, value] {
            // Longer ones would take another way to write the length.
            block.push(text.len().min(126) as u8);
            block.extend(text.bytes().take(126));
        }
    }
    frame(HEADERS, END_HEADERS | if last { END_STREAM } else { 0 }, id, &block)
}

/// Takes the first whole frame.
fn take(bytes: &mut Vec<u8>) -> Option<(u8, u8, u32, Vec<u8>)> {
    let length = number(bytes.get(..3)?) as usize;
    let payload = bytes.get(9..9 + length)?.to_vec();
    let (kind, flags, id) = (bytes[3], bytes[4], number(&bytes[5..9]) & 0x7fff_ffff);
    bytes.drain(..9 + length);
    Some((kind, flags, id, payload))
}

fn number(bytes: &[u8]) -> u32 {
    bytes.iter().take(4).fold(0, |number, byte| number << 8 | u32::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_written_and_taken() {
        let mut bytes = frame(PING, ACK, 0, b"12345678");
        bytes.extend(headers(3, &[("a", "b"), (":path", "/")], true));
        bytes.extend([0, 0]);
        let (kind, flags, id, payload) = take(&mut bytes).unwrap();
        assert_eq!((kind, flags, id, payload.as_slice()), (PING, ACK, 0, &b"12345678"[..]));
        let (kind, flags, id, payload) = take(&mut bytes).unwrap();
        assert_eq!((kind, flags, id), (HEADERS, END_HEADERS | END_STREAM, 3));
        assert!(payload.ends_with(b"\x00\x05:path\x01/\x00\x01a\x01b"), "{payload:?}");
        assert!(take(&mut bytes).is_none() && bytes.len() == 2);
    }
}
