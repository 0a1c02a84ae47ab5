//! The program as a supervisor starts it: with sockets that are open already, and with somebody who wants
//! to know how it is (sd_listen_fds(3), sd_notify(3)).
#![cfg(unix)]

use std::net::{Ipv6Addr, SocketAddr, TcpListener, UdpSocket};
use std::os::fd::OwnedFd;
use std::os::unix::net::{UnixDatagram, UnixListener};
use std::time::Duration;

use echoclock_shared::path;
use socket2::{Domain, Socket, Type};
use tempfile::tempdir;
use tokio::process::Command;

use crate::support::program::{PROGRAM, Program};
use crate::support::{PATIENCE, Wire};

/// Starts the program with what it is handed over: its standard input and its standard output.
fn handed(names: &str, arguments: &[&str], first: OwnedFd, second: OwnedFd) -> Program {
    let script =
        "LISTEN_FDS=2 LISTEN_PID=$$ exec \"$0\" serve \"$@\" 3<&0 4<&1 0</dev/null 1>/dev/null";
    let mut command = Command::new("sh");
    command.args(["-c", script, PROGRAM]).args(arguments).env("LISTEN_FDNAMES", names);
    Program::start_by(command.stdin(first).stdout(second))
}

#[tokio::test]
async fn sockets_that_are_handed_over_are_listened_at_by_order_or_by_name() {
    let folder = tempdir().expect("a folder");
    let unix_path = folder.path().join("handed.sock");
    for (names, arguments) in [
        ("", ["--listen", "systemd", "--admin-listen", "systemd"]),
        ("http:admin", ["--admin-listen", "systemd:admin", "--listen", "systemd:http"]),
    ] {
        let port = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = port.local_addr().expect("it is bound");
        let unix = UnixListener::bind(&unix_path).expect("a free name");
        let mut program = handed(names, &arguments, port.into(), unix.into());
        program.until_logged(&format!("listening on http://{address}/")).await;
        let mut wire = Wire::open(address).await;
        wire.write("GET /api/info HTTP/1.1\r\nhost: a\r\n\r\n").await;
        assert!(wire.read_head().await.starts_with("http/1.1 200"));
        drop(wire);
        std::os::unix::net::UnixStream::connect(&unix_path).expect("it listens there, too");
        program.signal("TERM").await;
        assert_eq!(program.exit_code().await, Some(0));
        // It is the supervisor's, for the next one.
        assert!(unix_path.exists());
        std::fs::remove_file(&unix_path).expect("it is there");
    }
}

#[tokio::test]
async fn a_socket_that_takes_ipv6_alone_is_told_to_be_reached_by_nothing_else() {
    let socket = Socket::new(Domain::IPV6, Type::STREAM, None).expect("a socket");
    socket.set_only_v6(true).expect("the system can");
    let all: SocketAddr = (Ipv6Addr::UNSPECIFIED, 0).into();
    if socket.bind(&all.into()).is_err() {
        // This machine has no IPv6.
        return;
    }
    socket.listen(1).expect("it is bound");
    let other = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let mut program = handed("", &["--listen", "systemd"], socket.into(), other.into());
    // Its loopback's is told first.
    let told = program.until_logged("listening on http://").await;
    assert!(told.contains("listening on http://[::1]:"), "{told}");
}

#[tokio::test]
async fn who_takes_any_leaves_those_that_are_asked_for_by_name() {
    let port = || TcpListener::bind("127.0.0.1:0").expect("a free port");
    let (named, other) = (port(), port());
    let told = |listener: &TcpListener| listener.local_addr().expect("it is bound").to_string();
    let (admin, public) = (told(&named), told(&other));
    let arguments = ["--listen", "systemd", "--admin-listen", "systemd:a"];
    let mut program = handed("a:b", &arguments, named.into(), other.into());
    assert_eq!(program.address().await, public);
    program.until_logged(&format!("listening on http://{admin}/ for /healthz")).await;
}

#[tokio::test]
async fn what_is_handed_over_and_is_nothing_to_listen_at_is_a_clear_error() {
    let port = || TcpListener::bind("127.0.0.1:0").expect("a free port");
    let bound = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
    bound.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).expect("a free port");
    let listener = port();
    let address = listener.local_addr().expect("it is bound");
    let client = std::net::TcpStream::connect(address).expect("it listens");
    let (accepted, _) = listener.accept().expect("a connection");
    let datagrams = UdpSocket::bind("127.0.0.1:0").expect("a free port");
    for (first, said) in [
        (OwnedFd::from(bound), "it does not listen: the unit of the socket has to say Accept=no"),
        (accepted.into(), "it does not listen: the unit of the socket has to say Accept=no"),
        (datagrams.into(), "it is no socket of TCP, nor a Unix one of streams"),
    ] {
        if said.contains("listen:") && !cfg!(target_os = "linux") {
            continue;
        }
        let mut program = handed("", &["--listen", "systemd"], first, port().into());
        let told = program.until_logged("ERROR").await;
        assert!(told.contains(&format!("--listen systemd: {said}")), "{told}");
        assert_eq!(program.exit_code().await, Some(1));
    }
    drop(client);
}

#[tokio::test]
async fn a_socket_that_was_not_handed_over_is_a_clear_error() {
    let port = || TcpListener::bind("127.0.0.1:0").expect("a free port").into();
    let mut program = handed("http:other", &["--listen", "systemd:https"], port(), port());
    let told = program.until_logged("ERROR").await;
    let said = "--listen systemd:https: no such socket was handed over; left are http, other";
    assert!(told.contains(said), "{told}");
    assert_eq!(program.exit_code().await, Some(1));
    let mut program = handed("http", &["--listen", "systemd:https"], port(), port());
    program.until_logged("left are http, one without a name").await;
    assert_eq!(program.exit_code().await, Some(1));
    let mut program = Program::start(&["--listen", "systemd"]);
    program.until_logged("no such socket was handed over; none is left").await;
    assert_eq!(program.exit_code().await, Some(1));
}

#[tokio::test]
async fn who_started_it_is_told_that_it_is_ready_that_it_lives_and_that_it_stops() {
    let folder = tempdir().expect("a folder");
    let name = folder.path().join("notify.sock");
    let told = UnixDatagram::bind(&name).expect("a free name");
    told.set_read_timeout(Some(PATIENCE)).expect("a time");
    let mut command = Command::new(PROGRAM);
    command.args(["serve", "--listen", "127.0.0.1:0"]);
    command.env("NOTIFY_SOCKET", &name).env("WATCHDOG_USEC", "200000");
    let mut program = Program::start_by(&mut command);
    let next = || {
        let mut said = [0; 64];
        let size = told.recv(&mut said).expect("something in time");
        String::from_utf8_lossy(&said[..size]).into_owned()
    };
    assert_eq!(next(), "READY=1");
    // Whoever is told that it is ready finds it so.
    let address = program.address().await;
    let url = format!("http://{address}{}", path::READYZ);
    assert_eq!(reqwest::get(url).await.expect("an answer").status(), 200);
    let since = std::time::Instant::now();
    for _ in 0..5 {
        assert_eq!(next(), "WATCHDOG=1");
    }
    assert!(since.elapsed() < Duration::from_secs(10), "{:?}", since.elapsed());
    program.signal("TERM").await;
    while next() != "STOPPING=1" {}
    assert_eq!(program.exit_code().await, Some(0));
}
