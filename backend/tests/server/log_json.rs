//! The log as JSON: an object a line, with one id for all that is said of a link.
#![cfg(unix)]

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::time::Duration;

use echoclock_shared::path;
use serde_json::{Map, Value};
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::ChildStderr;
use tokio::time::timeout;

use crate::support::PATIENCE;
use crate::support::asked::Asked;
use crate::support::raw::frame;

type Line = Map<String, Value>;

/// The program's log.
struct Log(Lines<BufReader<ChildStderr>>);

impl Log {
    /// Returns the next line that says this.
    async fn until(&mut self, message: &str) -> Line {
        loop {
            let line = timeout(PATIENCE, self.0.next_line()).await.expect("in time").expect("text");
            let line = line.unwrap_or_else(|| panic!("the log ends without {message:?}"));
            let object: Line = serde_json::from_str(&line).expect(&line);
            let keys: Vec<_> =
                ["time", "level", "target", "message"].map(|key| &object[key]).into();
            assert!(keys.iter().all(|value| value.is_string()), "{line}");
            if object["message"].as_str().expect("a text").contains(message) {
                return object;
            }
        }
    }
}

/// Returns what a line's link is called.
fn link(line: &Line) -> String {
    let link = line["link"].as_str().expect("a name").to_owned();
    assert!(link.len() == 16 && link.bytes().all(|byte| byte.is_ascii_hexdigit()), "{link}");
    link
}

#[tokio::test]
async fn all_that_is_said_of_a_link_has_its_id() {
    let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_echoclock"));
    command.args(["serve", "--listen", "127.0.0.1:0", "--log", "json"]);
    command.args(["--log-level", "info,echoclock_backend=debug"]);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.kill_on_drop(true).spawn().expect("the program starts");
    let mut log = Log(BufReader::new(child.stderr.take().expect("it is a pipe")).lines());
    let listens = log.until("listening on http://").await;
    let said = listens["message"].as_str().expect("a text");
    let address = said.trim_start_matches("listening on http://").trim_end_matches('/');
    let address: SocketAddr = address.parse().expect("an address");

    let mut links = BTreeSet::new();
    let stream = Asked::at(address, "GET /api/clock/stream?every=60s HTTP/1.1").await;
    let opened = log.until("stream opened").await;
    drop(stream);
    let closed = log.until("stream closed").await;
    assert_eq!(link(&opened), link(&closed));
    links.insert(link(&closed));
    let keys: Vec<_> = closed.keys().map(String::as_str).collect();
    let mut expected = vec!["client", "lasted", "level", "link", "message", "messages", "peer"];
    expected.extend(["reason", "target", "time"]);
    assert_eq!(keys, expected);
    assert_eq!((&closed["level"], &closed["messages"]), (&"INFO".into(), &1.into()));
    assert_eq!(closed["reason"], "the client left");
    assert_eq!(closed["message"], "stream closed: stream of clock every 60s");

    let opening = "connection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\
                   sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==";
    let said = format!("GET {} HTTP/1.1\r\n{opening}", path::ECHO_RAW);
    let mut socket = Asked::at(address, &said).await;
    let opened = log.until("socket opened").await;
    socket.wire.write(frame(0x88, b"\x03\xe8")).await;
    let closed = log.until("socket closed").await;
    socket.wire.read_to_end().await;
    let last = log.until("the client's side").await;
    let names = [link(&opened), link(&closed), link(&last)];
    assert!(names.iter().all(|name| *name == names[0]), "{names:?}");
    assert!(links.insert(names[0].clone()), "another link has another name");

    assert_eq!(Asked::at(address, "GET /api/clock/stream?x=y HTTP/1.1").await.status(), 400);
    let refused = log.until("refused").await;
    assert!(links.insert(link(&refused)), "so has one that is refused");
    assert_eq!(refused["status"], 400);

    let id = child.id().expect("it runs").to_string();
    let sent = Command::new("kill").args(["-TERM", &id]).status();
    assert!(sent.expect("kill starts").success());
    log.until("stopped").await;
    let ended = timeout(PATIENCE + Duration::from_secs(5), child.wait()).await;
    assert!(ended.expect("it ends").expect("it can be waited for").success());
}
