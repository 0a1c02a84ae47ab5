//! Clients whose programs read slowly, as the server sees them: through what their systems take in
//! their place, with the buffers that a system has by itself.

use std::time::Duration;

use axum::Router;
use axum::routing::get;
use bytes::Bytes;
use echoclock_backend::limits::{Limits, SocketRate};
use echoclock_backend::state::AppState;
use echoclock_shared::path;
use h2::client::Builder;
use http::Request;
use tokio::io::{AsyncWriteExt, DuplexStream, duplex};
use tokio::net::TcpStream;
use tokio::time::{Instant, interval};

use crate::support::raw::frame;
use crate::support::{self, Server, Setup, Wire};

/// What a client says.
#[derive(Clone, Copy, Debug)]
enum Speaks {
    Http1,
    Http2,
    Socket,
}

const ALL: [Speaks; 3] = [Speaks::Http1, Speaks::Http2, Speaks::Socket];

/// A server whose time is 32 times as fast as any other's.
async fn server() -> Server {
    let limits = Limits {
        write_timeout: Limits::default().write_timeout / FASTER,
        idle_timeout: Limits::default().idle_timeout / FASTER,
        min_rate: 1_024 * FASTER,
        socket: SocketRate { messages: u32::MAX, bytes: u32::MAX },
        ..Setup::default().limits
    };
    let with_much = |state: AppState| -> Router {
        let much = Bytes::from(vec![b'm'; 64 * 1024 * 1024]);
        echoclock_backend::app(state).route("/much", get(async move || much))
    };
    support::start_routed(Setup { limits, ..Setup::default() }, with_much).await
}

impl Speaks {
    /// Has much be written to a client that reads so many bytes a second, and tells after how long the
    /// server gives it up, if within `for_at_most`.
    async fn given_up(self, server: &Server, rate: u32, for_at_most: Duration) -> Option<Duration> {
        let Wire(stream) = Wire::open(server.address()).await;
        let (near, far) = duplex(1024 * 1024);
        let asking = tokio::spawn(self.ask(near, server.http("/much")));
        let given_up = carry(stream, far, rate, for_at_most).await;
        asking.abort();
        given_up
    }

    /// Asks for more than a slow client ever reads, and takes at once whatever comes.
    async fn ask(self, mut stream: DuplexStream, target: String) {
        match self {
            Self::Http1 => {
                let request = b"GET /much HTTP/1.1\r\nhost: a\r\n\r\n";
                stream.write_all(request).await.expect("it is carried");
                read_all(&mut stream).await;
            }
            Self::Http2 => {
                let mut builder = Builder::new();
                let builder = builder.initial_window_size(100_000_000);
                builder.initial_connection_window_size(100_000_000);
                let handshake = builder.handshake::<_, Bytes>(stream);
                let (mut send, connection) = handshake.await.expect("HTTP/2");
                let request = Request::get(target).body(()).expect("a request");
                let (_answer, _) = send.send_request(request, true).expect("a stream");
                // However it ends.
                drop(connection.await);
            }
            Self::Socket => {
                let opening = format!(
                    "GET {} HTTP/1.1\r\nhost: a\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\
                     sec-websocket-version: 13\r\n\
                     sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
                    path::ECHO_RAW
                );
                stream.write_all(opening.as_bytes()).await.expect("it is carried");
                let (mut incoming, mut outgoing) = tokio::io::split(stream);
                let message = frame(0x82, &[b'x'; 40_000]);
                let flood = async { while outgoing.write_all(&message).await.is_ok() {} };
                tokio::join!(flood, read_all(&mut incoming));
            }
        }
    }
}

async fn read_all(stream: &mut (impl tokio::io::AsyncRead + Unpin)) {
    // However it ends.
    drop(tokio::io::copy(stream, &mut tokio::io::sink()).await);
}

/// Passes on what a program writes, and so many bytes a second of what it is to read; tells when the
/// server ends it, if within `for_at_most`.
async fn carry(
    stream: TcpStream,
    program: DuplexStream,
    rate: u32,
    for_at_most: Duration,
) -> Option<Duration> {
    let (mut from_program, mut to_program) = tokio::io::split(program);
    let (incoming, mut outgoing) = stream.into_split();
    let writing = async move { drop(tokio::io::copy(&mut from_program, &mut outgoing).await) };
    let writing = tokio::spawn(writing);
    let (since, mut taken) = (Instant::now(), 0);
    let (mut buffer, mut ticks) = (vec![0; 16 * 1024], interval(Duration::from_millis(5)));
    let mut given_up = None;
    while given_up.is_none() && since.elapsed() < for_at_most {
        ticks.tick().await;
        let due = (since.elapsed().as_secs_f64() * f64::from(rate)) as usize;
        let room = due.saturating_sub(taken).min(buffer.len());
        let is_over = match incoming.try_read(&mut buffer[..room]) {
            Ok(0) if room > 0 => true,
            Ok(read) => {
                taken += read;
                to_program.write_all(&buffer[..read]).await.is_err()
            }
            Err(error) => error.kind() != std::io::ErrorKind::WouldBlock,
        };
        // What has come before a reset can still be read.
        let is_reset = incoming.as_ref().take_error().expect("a state").is_some();
        let is_over = is_over || is_reset || writing.is_finished();
        given_up = is_over.then(|| since.elapsed());
    }
    writing.abort();
    given_up
}

#[tokio::test]
async fn who_reads_faster_than_the_slowest_rate_lives_though_its_system_hides_it() {
    let server = server().await;
    let [a, b, c] = ALL.map(|it| it.given_up(&server, 2_000 * FASTER, 300 * SECOND));
    assert_eq!(tokio::join!(a, b, c), (None, None, None), "over {ALL:?}");
}

#[tokio::test]
async fn who_reads_nothing_is_given_up_once_its_system_has_had_its_time() {
    let server = server().await;
    let [a, b, c] = ALL.map(|it| it.given_up(&server, 0, 400 * SECOND));
    let (a, b, c) = tokio::join!(a, b, c);
    for (speaks, given_up) in ALL.iter().zip([a, b, c]) {
        let given_up = given_up.unwrap_or_else(|| panic!("{speaks:?} is not given up"));
        let given_up = given_up * FASTER;
        let seconds = given_up.as_secs();
        assert!((150..190).contains(&seconds), "{speaks:?}: after {given_up:?}");
    }
}

/// How much faster than usual time passes.
const FASTER: u32 = 32;

/// A second of that time.
const SECOND: Duration = Duration::from_nanos(1_000_000_000 / FASTER as u64);
