//! A server that ends says so through the proxy, and one that takes its place is found at once.

use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use rustix::process::Signal;

use super::each_way;
use crate::fleet::Way;
use crate::proxies::Proxies;
use crate::proxies::client::{Next, PATIENCE, fetch};
use crate::proxies::follower::Follower;
use crate::proxies::front::{Front, Mount};

pub(in crate::proxies) fn drain(front: &mut Front, below: &str, order: &Proxies) -> Result<()> {
    let mount = Mount { address: front.address, below };
    let followers = Mutex::new(Vec::new());
    each_way(|way| {
        if way == Way::Poll {
            return Ok(());
        }
        // The slowest clock says nothing by itself meanwhile.
        let mut follower = Follower::open(&mount, way, "60s", None)?;
        follower.items(1, PATIENCE)?;
        follower.asks()?;
        followers.lock().expect("nobody panics who holds it").push((way, follower));
        Ok(())
    })?;
    // A long poll's question is on its way.
    thread::sleep(Duration::from_millis(300));
    front.server.signal(Signal::TERM);
    let followers = followers.into_inner().expect("nobody panics who holds it");
    let last_words =
        super::all(followers.into_iter().map(|(way, mut follower)| {
            (format!("{way:?}"), move || last_words(way, &mut follower))
        }));
    let status = front.server.ends_within(ENDS_WITHIN);
    // Somebody asks meanwhile, so that the proxy knows that there is none; what it answers is its own affair.
    let _ = fetch(mount.address, &format!("GET {}/api/info", mount.below), &[], b"");
    // Whatever was heard, what follows needs a server.
    front.serve_again(order)?;
    last_words?;
    let status = status.context("the server does not end")?;
    ensure!(status.success(), "the server ended with {status}");
    is_found(&mount)
}

/// Reads to the end, which has to be the one that the server has meant.
fn last_words(way: Way, follower: &mut Follower<'_>) -> Result<()> {
    let mut said = String::new();
    let code = loop {
        match follower.next(PATIENCE)? {
            Next::Piece(piece) => said += &String::from_utf8_lossy(&piece),
            Next::End(code) => break code,
        }
    };
    if way == Way::Events {
        let (_, farewell) = said.rsplit_once("retry: ").context("no retry: at the end")?;
        ensure!(farewell.contains("event: stopped"), "the last event is {farewell:?}");
    } else if way == Way::Socket {
        ensure!(code == Some(1001), "the socket is closed with {code:?}");
    } else if way == Way::LongPoll {
        let head = follower.head.as_ref().context("no answer")?;
        ensure!(head.value("retry-after").is_some(), "no Retry-After in the answer");
    }
    Ok(())
}

/// The proxy goes to the new server, and does not remember that there was none.
fn is_found(mount: &Mount<'_>) -> Result<()> {
    let began = Instant::now();
    loop {
        let answer = fetch(mount.address, &format!("GET {}/api/info", mount.below), &[], b"");
        let status = answer.map(|(head, _)| head.status());
        if matches!(status, Ok(200)) {
            return Ok(());
        }
        ensure!(began.elapsed() < FOUND_WITHIN, "the new server is not found: {status:?}");
        thread::sleep(Duration::from_millis(100));
    }
}

/// The server's own limit is 5 s.
const ENDS_WITHIN: Duration = Duration::from_secs(7);
const FOUND_WITHIN: Duration = Duration::from_secs(3);
