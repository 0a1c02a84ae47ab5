//! Ledgers: others' pushed out, and more memory than they may have.

use std::io::{Read, Write};
use std::time::Duration;

use anyhow::{Result, ensure};

use super::client::{self, ATTACKER, HONEST};
use super::ring::{Ring, Start};
use super::{Attack, Bounds};
use crate::frame::{self, Kind};

pub(super) const ALL: &[Attack] = &[
    Attack {
        name: "ledgers-wiped",
        tries: "2,000 new ids, to push out the ledger of somebody else's open stream",
        short: true,
        waits: false,
        start: Start::Plain,
        flags: &["--client-requests=100000", "--requests=100000"],
        bounds: Bounds { growth: 64.0, cpu: 1.5, delay: 20.0 },
        run: wipe,
    },
    Attack {
        name: "ledgers-filled",
        tries: "ledgers filled with entries of their dearest kind",
        short: true,
        waits: false,
        start: Start::Plain,
        flags: &["--client-requests=100000", "--requests=100000", "--socket-messages=1000000"],
        bounds: Bounds { growth: 48.0, cpu: 2.0, delay: 20.0 },
        run: fill,
    },
];

fn wipe(ring: &mut Ring) -> Result<()> {
    let link = "honestlink0123456789";
    let mut follower = client::connect(ring.address, HONEST)?;
    client::ask(&mut follower, &format!("GET /api/clock/events?link={link} HTTP/1.1"))?;
    client::head(&mut follower)?;
    let address = ring.address;
    let ledger = || client::fetch(address, HONEST, &format!("GET /api/links/{link} HTTP/1.1"));
    let before = ledger()?;
    ensure!(before.contains(" 200 "), "the ledger is not there: {before}");
    ask_for(ring, 2_000, |number| format!("GET /api/clock?link=attacker{number:012} HTTP/1.1"))?;
    let after = ledger()?;
    ensure!(after.contains(" 200 "), "an open stream's ledger was pushed out");
    // Its later entries are kept too.
    std::thread::sleep(Duration::from_millis(1_300));
    let later = ledger()?;
    let sent = |text: &str| text.len();
    ensure!(sent(&later) > sent(&after), "an open stream's ledger goes on without entries");
    Ok(())
}

fn fill(ring: &mut Ring) -> Result<()> {
    let headers: String = (0..90).map(|number| format!("\r\nx{number}: y")).collect();
    let links = if ring.short { 500 } else { 1_000 };
    ask_for(ring, links * 8, |number| {
        format!("GET /api/clock?link=filler{:012} HTTP/1.1{headers}", number % links)
    })?;
    // Messages of a few bytes take the most beside what they hold.
    for number in 0..20 {
        let path = format!("/api/echo/raw?link=messages{number:012}");
        let mut stream = client::socket(ring.address, &path)?;
        stream.set_read_timeout(Some(Duration::from_millis(20)))?;
        stream.write_all(&frame::masked(Kind::Text, &[1; 2_048]).repeat(200))?;
        let mut buffer = vec![0; 1 << 16];
        while let Ok(1..) = stream.read(&mut buffer) {}
    }
    Ok(())
}

/// Asks so often on one connection, twenty at a time.
fn ask_for(ring: &mut Ring, times: usize, line: impl Fn(usize) -> String) -> Result<()> {
    let mut stream = client::connect(ring.address, ATTACKER)?;
    let mut buffer = vec![0; 1 << 16];
    let mut answered = 0;
    for first in (0..times).step_by(20) {
        let requests: Vec<u8> =
            (first..first + 20).flat_map(|number| client::request(&line(number))).collect();
        stream.write_all(&requests)?;
        let mut missing = 20;
        while missing > 0 {
            let length = stream.read(&mut buffer)?;
            ensure!(length > 0, "the connection was ended after {answered} answers");
            let text = &buffer[..length];
            let here = text.windows(9).filter(|part| part == b"HTTP/1.1 ").count();
            answered += here;
            missing -= here.min(missing);
        }
    }
    ring.note(format!("{answered} requests were answered"));
    Ok(())
}
