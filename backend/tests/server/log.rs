//! The program itself: a log that nobody reads, and the signals that end it.
#![cfg(unix)]

use std::net::SocketAddr;
use std::process::{ExitStatus, Stdio};

use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::net::TcpSocket;
use tokio::process::{Child, ChildStderr, Command};
use tokio::time::timeout;

use crate::support::{self, PATIENCE, Wire};

/// The program, listening on a port of its own.
struct Program {
    child: Child,
    address: SocketAddr,
    log: Log,
}

type Log = Lines<BufReader<ChildStderr>>;

impl Program {
    async fn start() -> Self {
        let mut command = if cfg!(target_os = "linux") {
            // The tests may run under `nohup`, and the program must not.
            let mut env = Command::new("env");
            env.args(["--default-signal=HUP", PROGRAM]);
            env
        } else {
            Command::new(PROGRAM)
        };
        command.args(ARGUMENTS);
        Self::start_by(command).await
    }

    async fn start_by(mut command: Command) -> Self {
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.kill_on_drop(true).spawn().expect("the program starts");
        let mut log = BufReader::new(child.stderr.take().expect("it is a pipe")).lines();
        let line = until(&mut log, "listening on").await;
        assert!(!line.contains('\x1b'), "{line:?} has colours, and this is no terminal");
        let (_, url) = line.split_once("http://").expect("where it listens");
        let address = url.trim_end_matches('/').parse().expect("an address");
        Self { child, address, log }
    }

    fn signal(&self, name: &str) {
        let id = self.child.id().expect("it runs").to_string();
        let sent = std::process::Command::new("kill").args([format!("-{name}"), id]).status();
        assert!(sent.expect("kill starts").success(), "{name}");
    }

    /// Has it open no file past those of so many numbers.
    #[cfg(target_os = "linux")]
    fn may_open(&self, files: u32) {
        let id = self.child.id().expect("it runs").to_string();
        let limit = format!("--nofile={files}:");
        let done = std::process::Command::new("prlimit").args(["--pid", &id, &limit]).status();
        assert!(done.expect("prlimit starts").success());
    }

    async fn ended(&mut self) -> ExitStatus {
        let ended = timeout(PATIENCE, self.child.wait()).await;
        ended.expect("the program ends").expect("it can be waited for")
    }

    /// Asks for what is not there, many times.
    async fn be_refused(&self, times: usize, path: &str) {
        let request = format!("HEAD {path} HTTP/1.1\r\nhost: test\r\n\r\n");
        self.ask(Wire::open(self.address).await, times, &request, "404").await;
    }

    /// Has more logged than the pipe and the program have room for: as much as all clients together
    /// may be the reason for, in the longest lines that there are.
    async fn flood(&self) {
        let name = "x".repeat(950);
        let request =
            format!("HEAD /api/info HTTP/1.1\r\nhost: {name}\r\norigin: http://y{name}\r\n\r\n");
        for client in 1..=12 {
            let from = SocketAddr::from(([127, 0, 1, client], 0));
            let socket = TcpSocket::new_v4().expect("a socket");
            socket.bind(from).expect("all of 127.0.0.0/8 is this machine");
            let stream = socket.connect(self.address).await.expect("the server accepts");
            self.ask(Wire(stream), 50, &request, "403").await;
        }
    }

    async fn ask(&self, mut wire: Wire, times: usize, request: &str, status: &str) {
        for _ in 0..times {
            wire.write(request).await;
            let head = wire.read_head().await;
            assert!(head.starts_with(&format!("http/1.1 {status}")), "{head}");
        }
    }

    /// Waits until the first signal has had its effect.
    async fn until_it_drains(&self) {
        let ready = || async {
            let mut wire = Wire::open(self.address).await;
            wire.write("GET /readyz HTTP/1.1\r\nhost: test\r\n\r\n").await;
            wire.read_head().await.starts_with("http/1.1 200")
        };
        while ready().await {}
    }
}

/// Reads the log up to a line that holds `text`.
async fn until(log: &mut Log, text: &str) -> String {
    loop {
        let line = timeout(PATIENCE, log.next_line()).await.expect("in time").expect("text");
        let line = line.unwrap_or_else(|| panic!("the log ends without {text:?}"));
        if line.contains(text) {
            return line;
        }
    }
}

/// Reads the rest of the log.
async fn rest(log: &mut Log) -> Vec<String> {
    let mut lines = vec![];
    while let Some(line) = timeout(PATIENCE, log.next_line()).await.expect("in time").expect("text")
    {
        lines.push(line);
    }
    lines
}

const PROGRAM: &str = env!("CARGO_BIN_EXE_echoclock");
const ARGUMENTS: [&str; 3] = ["serve", "--listen", "127.0.0.1:0"];

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_log_that_nobody_reads_stops_nobody_and_says_what_it_dropped() {
    let mut program = Program::start().await;
    program.flood().await;
    program.be_refused(1, "/api/nothing-here").await;
    let told = until(&mut program.log, " lines dropped").await;
    let (before, _) = told.split_once(" lines dropped").expect("it is there");
    let (_, number) = before.rsplit_once(' ').expect("a word");
    assert_ne!(number.parse::<u64>().expect("a number"), 0);
    assert!(told.contains(" WARN "), "{told}");
    // And it goes on.
    program.signal("TERM");
    program.ended().await;
    assert!(rest(&mut program.log).await.iter().any(|line| line.contains("stopped")));
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn signals_end_a_program_whose_log_is_stuck() {
    for (signal, code) in [("TERM", 143), ("INT", 130), ("QUIT", 131)] {
        let mut program = Program::start().await;
        program.flood().await;
        program.signal(signal);
        assert_eq!(program.ended().await.code(), Some(0), "{signal}");

        let mut program = Program::start().await;
        program.flood().await;
        program.signal(signal);
        program.until_it_drains().await;
        program.signal(signal);
        assert_eq!(program.ended().await.code(), Some(code), "{signal} twice");
    }
}

#[tokio::test]
async fn a_log_that_can_be_written_no_more_ends_nobody() {
    let Program { mut child, address, log } = Program::start().await;
    drop(log);
    for _ in 0..3 {
        let mut wire = Wire::open(address).await;
        wire.write("HEAD /api/nothing-here HTTP/1.1\r\nhost: test\r\n\r\n").await;
        assert!(wire.read_head().await.starts_with("http/1.1 404"));
    }
    assert_eq!(child.try_wait().expect("it can be asked"), None);
}

#[tokio::test]
async fn a_terminal_that_goes_away_has_the_program_end_in_order() {
    let mut program = Program::start().await;
    program.signal("HUP");
    program.until_it_drains().await;
    // It may come several times.
    program.signal("HUP");
    assert_eq!(program.ended().await.code(), Some(0));
    let log = rest(&mut program.log).await;
    assert!(log.iter().any(|line| line.contains("SIGHUP came")), "{log:#?}");
    assert!(log.last().is_some_and(|line| line.contains("stopped")), "{log:#?}");
}

#[tokio::test]
async fn a_request_to_end_after_a_terminal_has_gone_is_the_first_one() {
    for signal in ["TERM", "INT", "QUIT"] {
        let mut program = Program::start().await;
        program.signal("HUP");
        program.until_it_drains().await;
        program.signal(signal);
        assert_eq!(program.ended().await.code(), Some(0), "{signal}");
        let log = rest(&mut program.log).await;
        assert!(log.last().is_some_and(|line| line.contains("stopped")), "{signal}: {log:#?}");
    }
    // The second one of these still ends it at once.
    let mut program = Program::start().await;
    program.signal("HUP");
    program.until_it_drains().await;
    program.signal("TERM");
    program.signal("INT");
    let code = program.ended().await.code();
    assert!([Some(128 + 2), Some(128 + 15)].contains(&code), "{code:?}");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn what_is_to_outlive_its_terminal_does() {
    let mut command = Command::new("sh");
    let script = format!("trap '' HUP; exec {PROGRAM} {}", ARGUMENTS.join(" "));
    command.args(["-c", &script]);
    let mut program = Program::start_by(command).await;
    program.signal("HUP");
    program.be_refused(1, "/api/nothing-here").await;
    program.signal("TERM");
    program.ended().await;
    let log = rest(&mut program.log).await;
    assert!(!log.iter().any(|line| line.contains("SIGHUP")), "{log:#?}");
    assert!(log.iter().any(|line| line.contains("SIGTERM came")), "{log:#?}");
}

#[tokio::test]
async fn one_client_has_a_bounded_share_of_the_log() {
    let mut program = Program::start().await;
    program.be_refused(300, "/api/nothing-here").await;
    program.signal("TERM");
    program.ended().await;
    let log = rest(&mut program.log).await;
    let (more, refused): (Vec<_>, Vec<_>) = log
        .iter()
        .filter(|line| line.contains("refused"))
        .partition(|line| line.contains("more of this kind from 127.0.0.1"));
    assert!((50..150).contains(&refused.len()), "{log:#?}");
    let held: usize = more
        .iter()
        .filter_map(|line| line.split_once("… and ")?.1.split(' ').next()?.parse::<usize>().ok())
        .sum();
    assert_eq!(held + refused.len(), 300, "{more:#?}");
}

#[tokio::test]
async fn a_long_line_is_cut_and_nothing_in_it_turns_the_terminal() {
    let mut program = Program::start().await;
    program.be_refused(1, &format!("/api/{}", "\u{202e}".repeat(20_000))).await;
    let line = until(&mut program.log, "refused").await;
    assert!(line.len() < 2_000 && line.contains(" bytes more"), "{line}");
    assert!(!line.contains('\u{202e}'), "{line}");
    program.be_refused(1, "/api/%0aFAKE%1b[31m").await;
    let line = until(&mut program.log, "FAKE").await;
    assert!(line.contains("refused") && !line.contains('\x1b'), "{line}");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_program_that_can_open_no_file_says_so_once_and_serves_again_when_it_can() {
    let site = tempfile::tempdir().expect("a folder");
    std::fs::write(site.path().join("index.html"), "<!doctype html>").expect("a file");
    let mut command = Command::new(PROGRAM);
    command.args(ARGUMENTS).arg("--site").arg(site.path());
    let mut program = Program::start_by(command).await;
    let mut wire = Wire::open(program.address).await;
    let mut status = async || {
        wire.write("HEAD / HTTP/1.1\r\nhost: test\r\n\r\n").await;
        let head = wire.read_head().await;
        assert_eq!(head.contains("retry-after: "), head.starts_with("http/1.1 503"), "{head}");
        head[..12].to_owned()
    };
    assert_eq!(status().await, "http/1.1 200");
    program.may_open(3);
    for _ in 0..5 {
        assert_eq!(status().await, "http/1.1 503");
    }
    program.may_open(100);
    assert_eq!(status().await, "http/1.1 200");
    program.signal("TERM");
    assert_eq!(program.ended().await.code(), Some(0));
    let log = rest(&mut program.log).await;
    let told = |line: &&String| line.contains("ERROR") && line.contains("files of the site");
    assert_eq!(log.iter().filter(told).count(), 1, "{log:#?}");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn the_last_place_is_taken_without_a_word_and_costs_nobody_his() {
    let mut program = Program::start().await;
    let id = program.child.id().expect("it runs");
    let ask = async |wire: &mut Wire| {
        wire.write("HEAD /healthz HTTP/1.1\r\nhost: test\r\n\r\n").await;
        wire.read_head().await[..12].to_owned()
    };
    let mut first = Wire::open(program.address).await;
    assert_eq!(ask(&mut first).await, "http/1.1 200");
    let is_open = |file: &u32| std::fs::read_link(format!("/proc/{id}/fd/{file}")).is_ok();
    let next = (0..100).find(|file| !is_open(file)).expect("not all are open");
    program.may_open(next + 1);
    let mut last = Wire::open(program.address).await;
    for _ in 0..3 {
        assert_eq!(ask(&mut last).await, "http/1.1 200");
        assert_eq!(ask(&mut first).await, "http/1.1 200");
    }
    program.signal("TERM");
    assert_eq!(program.ended().await.code(), Some(0));
    let log = rest(&mut program.log).await;
    assert!(!log.iter().any(|line| line.contains("ERROR")), "{log:#?}");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn who_finds_no_room_for_one_more_connection_is_told_so() {
    let program = Program::start().await;
    let id = program.child.id().expect("it runs");
    let open = |file: u32| std::fs::read_link(format!("/proc/{id}/fd/{file}")).ok();
    let is_socket = |file| open(file).is_some_and(|it| it.to_string_lossy().starts_with("socket:"));
    let sockets = || (0..100).filter(|file| is_socket(*file)).count();
    let before = sockets();
    // Once one was answered and is gone, all is open that stays so.
    let mut wire = Wire::open(program.address).await;
    wire.write("GET /healthz HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n").await;
    assert!(wire.read_to_end().await.starts_with(b"HTTP/1.1 200"));
    drop(wire);
    support::until("its end", || sockets() == before).await;
    let next = (0..100).find(|file| open(*file).is_none()).expect("not all are open");
    program.may_open(next);
    let ask = async || {
        let mut wire = Wire::open(program.address).await;
        wire.write("GET /healthz HTTP/1.1\r\nhost: test\r\n\r\n").await;
        String::from_utf8(wire.read_to_end().await).expect("text")
    };
    for _ in 0..5 {
        let answer = ask().await;
        assert!(answer.starts_with("HTTP/1.1 503 Service Unavailable\r\n"), "{answer}");
        assert!(answer.contains("\r\nretry-after: ") && answer.ends_with('}'), "{answer}");
    }
    // One that says nothing is told the same, and keeps nobody waiting.
    let mut silent = Wire::open(program.address).await;
    assert!(silent.read_head().await.starts_with("http/1.1 503"));
    program.may_open(next + 100);
    let mut wire = Wire::open(program.address).await;
    wire.write("GET /healthz HTTP/1.1\r\nhost: test\r\n\r\n").await;
    assert!(wire.read_head().await.starts_with("http/1.1 200"));
}
