//! A client of one request, who notes when what arrived.

use std::io::{ErrorKind, Read, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use socket2::{Domain, Socket, Type};

use super::chunks::Chunks;
use crate::frame::{self, Kind};

/// A connection, at most one answer of which is read at a time.
#[derive(Debug)]
pub(super) struct Client {
    stream: TcpStream,
    address: SocketAddr,
    /// What was read and belongs to what comes next.
    ahead: Vec<u8>,
}

/// The head of an answer.
#[derive(Clone, Debug)]
pub(super) struct Head(String);

/// A body that comes piece by piece.
#[derive(Debug)]
pub(super) enum Body {
    Known(usize),
    Chunked(Chunks),
    ToTheEnd,
}

/// What a connection says next.
#[derive(Debug, Eq, PartialEq)]
pub(super) enum Next {
    /// So many bytes of the body, or a frame's payload.
    Piece(Vec<u8>),
    /// The body has ended properly, or the socket with this code, or polls with this status.
    End(Option<u16>),
}

impl Client {
    /// Connects as [`ADDRESS`].
    pub(super) fn connect(address: SocketAddr) -> Result<Self> {
        let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
        socket.bind(&SocketAddr::new(ADDRESS, 0).into())?;
        socket.connect_timeout(&address.into(), PATIENCE).context("no connection is taken")?;
        let stream = TcpStream::from(socket);
        stream.set_nodelay(true)?;
        stream.set_write_timeout(Some(PATIENCE))?;
        Ok(Self { stream, address, ahead: Vec::new() })
    }

    /// Sends a request: its first line without the version, further lines, and a body.
    pub(super) fn ask(&mut self, what: &str, lines: &[&str], body: &[u8]) -> Result<()> {
        let mut request = format!("{what} HTTP/1.1\r\nHost: {}\r\n", self.address);
        for line in lines {
            request += &format!("{line}\r\n");
        }
        if !body.is_empty() {
            request += &format!("Content-Length: {}\r\n", body.len());
        }
        request += "\r\n";
        self.stream.write_all(request.as_bytes())?;
        self.stream.write_all(body)?;
        Ok(())
    }

    /// Reads the head of an answer within so long.
    pub(super) fn head(&mut self, limit: Duration) -> Result<Head> {
        let end = Instant::now() + limit;
        loop {
            let found = self.ahead.windows(4).position(|bytes| bytes == b"\r\n\r\n");
            if let Some(length) = found {
                let head = self.ahead.drain(..length + 4).collect::<Vec<_>>();
                return Ok(Head(String::from_utf8_lossy(&head).into_owned()));
            }
            let is_more = self.read(end).context("no answer")?;
            ensure!(is_more, "the connection ended before an answer");
        }
    }

    /// Reads what comes next of a body within so long.
    pub(super) fn next(&mut self, body: &mut Body, limit: Duration) -> Result<Next> {
        let end = Instant::now() + limit;
        loop {
            let taken = std::mem::take(&mut self.ahead);
            match body {
                Body::Known(0) => {
                    self.ahead = taken;
                    return Ok(Next::End(None));
                }
                Body::Known(left) if !taken.is_empty() => {
                    let length = taken.len().min(*left);
                    self.ahead = taken[length..].to_vec();
                    *left -= length;
                    return Ok(Next::Piece(taken[..length].to_vec()));
                }
                Body::Chunked(chunks) => {
                    let mut piece = Vec::new();
                    let read = chunks.read(&taken, &mut piece)?;
                    self.ahead = taken[read..].to_vec();
                    if !piece.is_empty() {
                        return Ok(Next::Piece(piece));
                    }
                    if chunks.has_ended() {
                        return Ok(Next::End(None));
                    }
                }
                Body::ToTheEnd if !taken.is_empty() => return Ok(Next::Piece(taken)),
                Body::Known(_) | Body::ToTheEnd => {}
            }
            if !self.read(end)? {
                ensure!(matches!(body, Body::ToTheEnd), "the answer broke off");
                return Ok(Next::End(None));
            }
        }
    }

    /// Reads the rest of a body.
    pub(super) fn rest(&mut self, mut body: Body, limit: Duration) -> Result<Vec<u8>> {
        let end = Instant::now() + limit;
        let mut all = Vec::new();
        while let Next::Piece(piece) =
            self.next(&mut body, end.saturating_duration_since(Instant::now()))?
        {
            all.extend(piece);
        }
        Ok(all)
    }

    /// Opens a WebSocket as the page that the server carries.
    pub(super) fn open_socket(address: SocketAddr, path: &str) -> Result<Self> {
        let mut client = Self::connect(address)?;
        let origin = format!("Origin: http://{address}");
        let lines = [frame::UPGRADE, &[origin.as_str()]].concat();
        client.ask(&format!("GET {path}"), &lines, b"")?;
        let head = client.head(PATIENCE)?;
        ensure!(head.status() == 101, "the socket's opening is answered {}", head.status());
        Ok(client)
    }

    /// Sends a frame.
    pub(super) fn say(&mut self, kind: Kind, payload: &[u8]) -> Result<()> {
        Ok(self.stream.write_all(&frame::masked(kind, payload))?)
    }

    /// Reads the next message of a socket within so long; pings are answered.
    pub(super) fn message(&mut self, reader: &mut Messages, limit: Duration) -> Result<Next> {
        let end = Instant::now() + limit;
        loop {
            if let Some((kind, payload)) = reader.waiting.pop() {
                match kind {
                    Kind::Text | Kind::Binary => return Ok(Next::Piece(payload)),
                    Kind::Ping => self.say(Kind::Pong, &payload)?,
                    Kind::Close => {
                        let code = payload.first_chunk().copied().map(u16::from_be_bytes);
                        // The server may have gone on already.
                        let _ = self.say(Kind::Close, &payload);
                        return Ok(Next::End(code));
                    }
                    Kind::Continuation | Kind::Pong | Kind::Other(_) => {}
                }
                continue;
            }
            let taken = std::mem::take(&mut self.ahead);
            let waiting = &mut reader.waiting;
            reader.frames.read(&taken, |kind, payload| waiting.insert(0, (kind, payload.to_vec())));
            if reader.waiting.is_empty() {
                ensure!(self.read(end)?, "the socket ended without a word");
            }
        }
    }

    /// Reads what is there, and waits for it until then; tells whether there is more to come.
    fn read(&mut self, end: Instant) -> Result<bool> {
        let left = end.saturating_duration_since(Instant::now());
        ensure!(!left.is_zero(), "nothing came within the time");
        self.stream.set_read_timeout(Some(left))?;
        let mut buffer = [0; 16 * 1024];
        match self.stream.read(&mut buffer) {
            Ok(length) => {
                self.ahead.extend_from_slice(&buffer[..length]);
                Ok(length > 0)
            }
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                bail!("nothing came within the time")
            }
            Err(error) => Err(error).context("the connection broke"),
        }
    }
}

/// Frames of a socket that were read together, the newest first.
#[derive(Debug, Default)]
pub(super) struct Messages {
    frames: frame::Reader,
    waiting: Vec<(Kind, Vec<u8>)>,
}

impl Head {
    pub(super) fn status(&self) -> u16 {
        let status = self.0.split(' ').nth(1).and_then(|status| status.parse().ok());
        status.unwrap_or_default()
    }

    /// The value of a header.
    pub(super) fn value(&self, wanted: &str) -> Option<&str> {
        self.0.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case(wanted).then(|| value.trim())
        })
    }

    /// How the body comes.
    pub(super) fn body(&self) -> Body {
        let length = self.value("content-length").and_then(|length| length.parse().ok());
        match (self.status(), length) {
            (204 | 304, _) => Body::Known(0),
            _ if self.value("transfer-encoding").is_some() => Body::Chunked(Chunks::default()),
            (_, Some(length)) => Body::Known(length),
            (_, None) => Body::ToTheEnd,
        }
    }
}

/// Asks on a connection of its own, and reads the whole answer.
pub(super) fn fetch(
    address: SocketAddr,
    what: &str,
    lines: &[&str],
    body: &[u8],
) -> Result<(Head, Vec<u8>)> {
    let mut client = Client::connect(address)?;
    client.ask(what, lines, body)?;
    let head = client.head(PATIENCE)?;
    let body = client.rest(head.body(), PATIENCE)?;
    Ok((head, body))
}

/// An address of this machine that no proxy would make up.
pub(super) const ADDRESS: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 5));
/// How long anything may take that is to be answered at once, on a machine that is busy.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);
