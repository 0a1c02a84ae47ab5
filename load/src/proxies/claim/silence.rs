//! Sockets and streams stay open over 70 s of silence, and a request waits for a minute.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use super::all;
use crate::frame::Kind;
use crate::proxies::client::{Client, Messages, Next, PATIENCE};
use crate::proxies::front::Mount;

pub(super) fn silence(mount: &Mount<'_>) -> Result<()> {
    type Part<'a> = Box<dyn FnOnce() -> Result<()> + Send + 'a>;
    let stream = |form| -> (String, Part<'_>) {
        (format!("stream of {form}"), Box::new(move || stream(mount, form)))
    };
    all([
        stream("events"),
        stream("lines"),
        stream("html"),
        ("socket".to_owned(), Box::new(|| socket(mount))),
        ("waiting request".to_owned(), Box::new(|| wait(mount))),
    ])
}

/// Something is said, and 70 s later again; nothing in between.
fn stream(mount: &Mount<'_>, form: &str) -> Result<()> {
    let mut client = Client::connect(mount.address)?;
    let plan = format!("i64,w{},i64", SILENCE.as_millis());
    let path = format!("{}/api/check/stream?form={form}&plan={plan}", mount.below);
    client.ask(&format!("GET {path}"), &[], b"")?;
    let head = client.head(PATIENCE)?;
    ensure!(head.status() == 200, "the answer is {}", head.status());
    let mut body = head.body();
    let mut heard = Heard::default();
    while let Next::Piece(_) = client.next(&mut body, SILENCE + PATIENCE)? {
        heard.something();
    }
    heard.judge()
}

/// The same on a socket, which after that still echoes.
fn socket(mount: &Mount<'_>) -> Result<()> {
    let plan = format!("i64,w{},i64,w{}", SILENCE.as_millis(), PATIENCE.as_millis());
    let path = format!("{}/api/check/socket?plan={plan}", mount.below);
    let mut client = Client::open_socket(mount.address, &path)?;
    let mut messages = Messages::default();
    let mut heard = Heard::default();
    for _ in 0..2 {
        let next = client.message(&mut messages, SILENCE + PATIENCE)?;
        ensure!(matches!(next, Next::Piece(_)), "the socket ended: {next:?}");
        heard.something();
    }
    heard.judge()?;
    client.say(Kind::Text, b"still there")?;
    let next = client.message(&mut messages, PATIENCE)?;
    ensure!(next == Next::Piece(b"still there".to_vec()), "no echo, but {next:?}");
    Ok(())
}

/// The longest that a request can wait for.
fn wait(mount: &Mount<'_>) -> Result<()> {
    let mut client = Client::connect(mount.address)?;
    client.ask(&format!("GET {}/api/check/wait?ms={}", mount.below, WAIT.as_millis()), &[], b"")?;
    let head = client.head(WAIT + PATIENCE)?;
    ensure!(head.status() == 200, "the answer is {}", head.status());
    Ok(())
}

/// When something was heard, for the first and the last time.
#[derive(Default)]
struct Heard(Option<(Instant, Instant)>);

impl Heard {
    fn something(&mut self) {
        let now = Instant::now();
        self.0 = Some((self.0.map_or(now, |(first, _)| first), now));
    }

    fn judge(&self) -> Result<()> {
        let apart = self.0.map_or(Duration::ZERO, |(first, last)| last - first);
        // What is held back on the way arrives together.
        ensure!(
            apart + PATIENCE / 10 > SILENCE,
            "what is {SILENCE:?} apart arrives within {apart:.1?}"
        );
        Ok(())
    }
}

const SILENCE: Duration = Duration::from_secs(70);
const WAIT: Duration = Duration::from_secs(60);
