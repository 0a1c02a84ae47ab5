//! A server that listens at a Unix socket.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::path::Path;

use echoclock_shared::info::Info;
use socket2::{Domain, SockAddr, Socket, Type};
use tempfile::tempdir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::time::timeout;
use tokio_tungstenite::client_async;
use tokio_tungstenite::tungstenite::Message;

use crate::support::PATIENCE;
use crate::support::program::Program;

async fn info(path: &Path) -> Info {
    let mut stream = UnixStream::connect(path).await.expect("it listens");
    let said = "GET /api/info HTTP/1.1\r\nhost: a\r\nx-forwarded-for: 203.0.113.5\r\n\
                x-forwarded-proto: https\r\nconnection: close\r\n\r\n";
    stream.write_all(said.as_bytes()).await.expect("it reads");
    let mut answer = String::new();
    let read =
        timeout(PATIENCE, stream.read_to_string(&mut answer)).await.expect("the end in time");
    read.expect("the end");
    let (head, body) = answer.split_once("\r\n\r\n").expect("an answer");
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    serde_json::from_str(body).expect("an Info")
}

#[tokio::test]
async fn a_socket_is_there_for_as_long_as_the_server_with_the_rights_that_are_asked_for() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("echoclock.sock");
    // One that was left behind.
    drop(UnixListener::bind(&path).expect("a free name"));
    let at = format!("unix:{}", path.display());
    for (arguments, mode, client, scheme) in [
        (&["--unix-socket-mode=660"][..], 0o660, None, "http"),
        (&["--unix-socket-mode=606", "--trusted-proxy=unix"], 0o606, Some("203.0.113.5"), "https"),
    ] {
        let mut program = Program::start(&[&["--listen", &at], arguments].concat());
        program.until_logged(&format!("listening on {at}")).await;
        let about = fs::metadata(&path).expect("the socket").permissions().mode();
        assert_eq!(about & 0o777, mode, "{arguments:?}");
        let seen = info(&path).await.request;
        assert_eq!((seen.client.as_deref(), &*seen.scheme), (client, scheme), "{arguments:?}");

        let mut second = Program::start(&["--listen", &at]);
        let told = second.until_logged("ERROR").await;
        assert!(told.contains(&format!("--listen {at}: another program listens there")), "{told}");
        assert_eq!(second.exit_code().await, Some(1));

        program.signal("TERM").await;
        assert_eq!(program.exit_code().await, Some(0));
        assert!(!path.exists(), "{arguments:?}");
    }
    fs::write(&path, "something else").expect("a file");
    let mut program = Program::start(&["--listen", &at]);
    program.until_logged("there is something else of that name").await;
    assert_eq!(program.exit_code().await, Some(1));
    assert_eq!(fs::read_to_string(&path).expect("it is left alone"), "something else");
}

#[tokio::test]
async fn who_listens_and_accepts_nobody_is_not_waited_for() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("echoclock.sock");
    let full = Socket::new(Domain::UNIX, Type::STREAM, None).expect("a socket");
    full.bind(&SockAddr::unix(&path).expect("a short path")).expect("a free name");
    full.listen(0).expect("it is bound");
    let mut waiting = vec![];
    loop {
        let one = Socket::new(Domain::UNIX, Type::STREAM, None).expect("a socket");
        one.set_nonblocking(true).expect("the system can");
        match one.connect(&SockAddr::unix(&path).expect("a short path")) {
            Ok(()) => waiting.push(one),
            Err(_) => break,
        }
    }
    let mut program = Program::start(&["--listen", &format!("unix:{}", path.display())]);
    program.until_logged("another program listens there").await;
    assert_eq!(program.exit_code().await, Some(1));
    assert!(path.exists() && !waiting.is_empty());
}

#[tokio::test]
async fn sockets_are_echoed_and_closed_as_over_a_port() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("echoclock.sock");
    let at = format!("unix:{}", path.display());
    let mut program = Program::start(&["--listen", &at]);
    program.until_logged("listening on unix:").await;
    let stream = UnixStream::connect(&path).await.expect("it listens");
    let (mut client, _) = client_async("ws://a/api/echo/raw", stream).await.expect("a socket");
    let said = Message::binary(vec![b'x'; 1024 * 1024]);
    futures_util::SinkExt::send(&mut client, said.clone()).await.expect("it is open");
    let mut next = async || timeout(PATIENCE, futures_util::StreamExt::next(&mut client)).await;
    let echoed = next().await.expect("in time").expect("an echo").expect("it goes on");
    assert!(echoed == said);
    program.signal("TERM").await;
    let close = next().await.expect("in time").expect("a close frame").expect("it goes on");
    assert!(matches!(close, Message::Close(Some(frame)) if u16::from(frame.code) == 1001));
    drop(client);
    assert_eq!(program.exit_code().await, Some(0));
}
