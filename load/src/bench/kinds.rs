//! `bench kinds`: what an open link of each kind takes.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::contenders::Contender;
use super::{Bench, crowd, report};
use crate::fleet::{Fleet, Way};
use crate::machine::{self, Kernel};
use crate::process::Server;
use crate::stats::Spread;
use crate::table::{grouped, table};

/// A kind of link, and how its clients are told apart in the table.
const KINDS: [(Way, &str); 8] = [
    (Way::Chat, "chat socket, silent"),
    (Way::Raw, "raw echo, silent"),
    (Way::Socket, "clock by socket"),
    (Way::Events, "clock by event stream"),
    (Way::Stream, "clock by HTTP stream"),
    (Way::Frame, "clock by forever frame"),
    (Way::LongPoll, "clock by long polls"),
    (Way::Poll, "clock by short polls"),
];

/// Bytes per link, of the server and of the kernel's sockets.
#[derive(Clone, Copy, Debug)]
struct Run {
    server: f64,
    kernel: f64,
}

pub(super) fn kinds(bench: &Bench) -> Result<()> {
    let cores = report::cores()?;
    let links = bench.sizes().into_iter().min().unwrap_or_default();
    machine::allow_files(links as u64 + 1_000)?;
    machine::pin(cores.load)?;
    let (rounds, time) = (bench.rounds(3), bench.time(5.0, 2.0));
    let mut runs = KINDS.map(|_| Vec::new());
    for round in 1..=rounds {
        report::say(&format!("round {round} of {rounds}: {} of each", grouped(links as f64)));
        for ((way, name), runs) in KINDS.iter().zip(&mut runs) {
            let mut server = Server::start(Contender::Echoclock.start(bench), Some(cores.server))?;
            runs.push(run(*way, &mut server, links, time).with_context(|| (*name).to_owned())?);
        }
    }
    let kib = |bytes: f64| format!("{:.1}", bytes / 1024.0);
    let mut rows = vec![["", "KiB of the server", "KiB of the kernel"].map(str::to_owned).to_vec()];
    let mut figures = Vec::new();
    for ((_, name), runs) in KINDS.iter().zip(&runs) {
        let spread = |of: fn(&Run) -> f64| Spread::of(runs.iter().map(of));
        let (server, kernel) = (spread(|run| run.server), spread(|run| run.kernel));
        rows.push(vec![(*name).to_owned(), report::cell(server, kib), report::cell(kernel, kib)]);
        figures.push(json!({
            "kind": name,
            "links": links,
            "resident_bytes_per_link": report::spread(server),
            "kernel_bytes_per_link": report::spread(kernel),
        }));
    }
    report::say(&format!("\n{} links of each kind\n{}", grouped(links as f64), table(&rows)));
    report::write(bench, "kinds", cores, Value::Array(figures))
}

fn run(way: Way, server: &mut Server, links: usize, time: Duration) -> Result<Run> {
    let mut fleet = Fleet::new(server.address)?;
    fleet.run(crowd::SETTLES)?;
    let (empty, kernel) = (server.resident(), Kernel::look());
    fleet.open_all(std::iter::repeat_n(way, links), "")?;
    fleet.run(time)?;
    let (used, kernel) = (server.resident(), Kernel::look().since(kernel));
    ensure!(fleet.lost.is_empty(), "links were lost: {:?}", fleet.lost[0]);
    ensure!(fleet.open_links() == links, "{} of {links} are open", fleet.open_links());
    ensure!(server.has_ended().is_none(), "the server ended:\n{}", server.said());
    let each = |bytes: u64| bytes as f64 / links as f64;
    Ok(Run {
        server: each(used.saturating_sub(empty)),
        kernel: each(kernel.sockets + kernel.slabs),
    })
}
