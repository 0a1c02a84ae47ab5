//! Plain connections, as attackers and honest clients open them.

use std::io::{ErrorKind, Read, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use socket2::{Domain, Socket, Type};

use crate::frame;

/// The attacker's address, the honest follower's, the probe's, and one more honest client's.
pub(super) const ATTACKER: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 1));
pub(super) const FOLLOWER: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));
pub(super) const PROBE: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 3));
pub(super) const HONEST: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 4));

/// Connects from one of this machine's addresses.
pub(super) fn connect(address: SocketAddr, from: IpAddr) -> Result<TcpStream> {
    connect_with(address, from, None)
}

/// Connects with so small a buffer for what arrives.
pub(super) fn connect_with(
    address: SocketAddr,
    from: IpAddr,
    receive: Option<usize>,
) -> Result<TcpStream> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    if let Some(receive) = receive {
        socket.set_recv_buffer_size(receive)?;
    }
    socket.bind(&SocketAddr::new(from, 0).into())?;
    socket.connect_timeout(&address.into(), LIMIT).context("no connection is taken")?;
    let stream = TcpStream::from(socket);
    stream.set_read_timeout(Some(LIMIT))?;
    stream.set_write_timeout(Some(LIMIT))?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// Sends a request without a body.
pub(super) fn ask(stream: &mut TcpStream, line: &str) -> Result<()> {
    stream.write_all(&request(line))?;
    Ok(())
}

pub(super) fn request(line: &str) -> Vec<u8> {
    format!("{line}\r\nHost: localhost\r\n\r\n").into_bytes()
}

/// Reads an answer's head, and nothing after it.
pub(super) fn head(stream: &mut TcpStream) -> Result<String> {
    let (mut head, mut byte) = (Vec::new(), [0]);
    let began = Instant::now();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read(&mut byte) {
            Ok(0) => bail!("the connection ended before an answer"),
            Ok(_) => head.push(byte[0]),
            Err(error) if is_timeout(&error) && began.elapsed() < LIMIT => {}
            Err(error) => return Err(error).context("no answer"),
        }
        ensure!(head.len() < 64 * 1024, "the answer's head does not end");
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}

/// The status of one request on a connection of its own.
pub(super) fn status(
    address: SocketAddr,
    from: IpAddr,
    line: &str,
    limit: Duration,
) -> Result<u16> {
    let mut stream = connect(address, from)?;
    stream.set_read_timeout(Some(limit))?;
    ask(&mut stream, line)?;
    let head = head(&mut stream)?;
    head.split(' ').nth(1).and_then(|status| status.parse().ok()).context("no status")
}

/// A request's whole answer, on a connection of its own.
pub(super) fn fetch(address: SocketAddr, from: IpAddr, line: &str) -> Result<String> {
    let mut stream = connect(address, from)?;
    stream
        .write_all(format!("{line}\r\nHost: localhost\r\nConnection: close\r\n\r\n").as_bytes())?;
    let mut all = Vec::new();
    stream.read_to_end(&mut all)?;
    Ok(String::from_utf8_lossy(&all).into_owned())
}

/// Opens a WebSocket.
pub(super) fn socket(address: SocketAddr, path: &str) -> Result<TcpStream> {
    socket_with(address, ATTACKER, path, None)
}

pub(super) fn socket_with(
    address: SocketAddr,
    from: IpAddr,
    path: &str,
    receive: Option<usize>,
) -> Result<TcpStream> {
    let mut stream = connect_with(address, from, receive)?;
    stream.write_all(&frame::opening(path))?;
    let head = head(&mut stream)?;
    ensure!(head.starts_with("HTTP/1.1 101"), "no socket: {}", head.lines().next().unwrap_or(""));
    Ok(stream)
}

/// Whether the server has ended the connection; what it has sent is read.
pub(super) fn is_over(mut stream: &TcpStream) -> bool {
    let mut buffer = [0; 16 * 1024];
    // A wait, however short, would add up over thousands.
    if stream.set_nonblocking(true).is_err() {
        return true;
    }
    let over = loop {
        match stream.read(&mut buffer) {
            Ok(0) => break true,
            Ok(_) => {}
            Err(error) => break !is_timeout(&error),
        }
    };
    over || stream.set_nonblocking(false).is_err()
}

pub(super) fn is_timeout(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}

/// Takes the places of items out of a text, and leaves what is not whole.
pub(super) fn seqs(text: &mut Vec<u8>) -> Vec<u64> {
    let Some(end) = text.iter().rposition(|byte| *byte == b'}') else { return Vec::new() };
    let whole = String::from_utf8_lossy(&text[..end]).into_owned();
    text.drain(..end);
    let numbers = whole.split("\"seq\":").skip(1).filter_map(|rest| {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        rest[..digits].parse().ok()
    });
    numbers.collect()
}

/// How long anything may take that has to work.
const LIMIT: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_places_of_whole_items_are_taken_out() {
        let mut text =
            b"data: {\"seq\":7,\"due\":1}\n\ndata: {\"seq\":8,\"d\":2}\ndata: {\"seq\":9".to_vec();
        assert_eq!(seqs(&mut text), [7, 8]);
        text.extend_from_slice(b"1}");
        assert_eq!(seqs(&mut text), [91]);
        assert!(seqs(&mut text).is_empty());
    }
}
