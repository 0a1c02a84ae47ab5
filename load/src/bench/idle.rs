//! `bench idle`: open WebSockets on which nothing is said.

use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::contenders::{Contender, ECHOES, chosen};
use super::crowd::{self, Crowd};
use super::echo_load::Protocol;
use super::{Bench, report};
use crate::fleet::{Fleet, Way};
use crate::frame::{self, Kind};
use crate::machine::{self, Kernel};
use crate::process::Server;
use crate::table::{grouped, table};

/// One run, of so many sockets; all but the last for each of them.
#[derive(Clone, Copy, Debug)]
struct Run {
    /// Bytes of the server once it is open.
    opened: f64,
    /// Bytes of the server once a message was echoed on it.
    used: f64,
    /// Bytes of the kernel.
    kernel: f64,
    /// Microseconds of the server for all of them in a second of silence.
    cpu: f64,
}

pub(super) fn idle(bench: &Bench) -> Result<()> {
    let cores = report::cores()?;
    let sizes = bench.sizes();
    machine::allow_files(sizes.iter().max().map_or(0, |most| *most as u64) + 1_000)?;
    machine::pin(cores.load)?;
    let contenders = chosen(bench, ECHOES)?;
    let (rounds, time) = (bench.rounds(3), bench.time(5.0, 1.0));
    let mut crowd = Crowd::new(&sizes, &contenders);
    for round in 1..=rounds {
        for &links in &sizes {
            report::say(&format!("round {round} of {rounds}: {} sockets", grouped(links as f64)));
            for &contender in &contenders {
                let command = contender.start(bench);
                let done = Server::start(command, Some(cores.server))
                    .and_then(|mut server| run(contender, &mut server, links, time));
                crowd.push(links, contender, done);
            }
        }
    }
    let mut figures = Vec::new();
    for &links in &sizes {
        report::say(&shown(&crowd, links, &contenders));
        figures.extend(contenders.iter().map(|who| written(&crowd, links, *who)));
    }
    report::say(&crowd.growth("KiB a socket", |run: &Run| run.used / 1024.0));
    report::write(bench, "idle", cores, Value::Array(figures))
}

fn run(contender: Contender, server: &mut Server, links: usize, time: Duration) -> Result<Run> {
    thread::sleep(crowd::SETTLES);
    let (empty, kernel) = (server.resident(), Kernel::look());
    let mut fleet = Fleet::new(server.address)?;
    let way = match contender.echo() {
        Protocol::Socket(path) => Way::Quiet(path),
        Protocol::Bare => Way::Bare,
    };
    let ways = std::iter::repeat_n(way, links);
    fleet.open_all(ways, "").with_context(|| contender.name().to_owned())?;
    fleet.run(crowd::SETTLES)?;
    let opened = server.resident();
    let kernel = Kernel::look().since(kernel);
    let cpu = server.cpu();
    fleet.run(time)?;
    let cpu = (server.cpu() - cpu).as_secs_f64() * 1e6 / time.as_secs_f64();
    let message = frame::masked(Kind::Binary, &[7; 1024]);
    for id in fleet.ids() {
        fleet.say(id, &message);
    }
    fleet.run(Duration::from_secs(1))?;
    let used = server.resident();
    ensure!(fleet.lost.is_empty(), "sockets were lost: {:?}", fleet.lost[0]);
    let echoed = fleet.sums().messages;
    ensure!(way == Way::Bare || echoed == links as u64, "{echoed} of {links} echoes came");
    ensure!(server.has_ended().is_none(), "the server ended:\n{}", server.said());
    let each = |bytes: u64| bytes as f64 / links as f64;
    Ok(Run {
        opened: each(opened.saturating_sub(empty)),
        used: each(used.saturating_sub(empty)),
        kernel: each(kernel.sockets + kernel.slabs),
        cpu,
    })
}

fn shown(crowd: &Crowd<Run>, links: usize, contenders: &[Contender]) -> String {
    let ours = |of: fn(&Run) -> f64| crowd.spread(links, Contender::Echoclock, of);
    let kib = |bytes: f64| format!("{:.1}", bytes / 1024.0);
    let head = ["", "KiB open", "KiB after an echo", "echoclock ×", "KiB kernel", "µs CPU/s"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    for &contender in contenders {
        let spread = |of: fn(&Run) -> f64| crowd.spread(links, contender, of);
        let used = spread(|run| run.used);
        let mut row = vec![
            contender.name().to_owned(),
            report::cell(spread(|run| run.opened), kib),
            report::cell(used, kib),
            report::ratio(ours(|run| run.used), used),
            report::cell(spread(|run| run.kernel), kib),
            report::cell(spread(|run| run.cpu), grouped),
        ];
        row.extend(crowd.failure(links, contender));
        rows.push(row);
    }
    format!("\n{} sockets\n{}", grouped(links as f64), table(&rows))
}

fn written(crowd: &Crowd<Run>, links: usize, contender: Contender) -> Value {
    let spread = |of: fn(&Run) -> f64| report::spread(crowd.spread(links, contender, of));
    json!({
        "server": contender.name(),
        "sockets": links,
        "resident_bytes_per_open_socket": spread(|run| run.opened),
        "resident_bytes_per_used_socket": spread(|run| run.used),
        "kernel_bytes_per_socket": spread(|run| run.kernel),
        "cpu_microseconds_per_second": spread(|run| run.cpu),
        "failure": crowd.failure(links, contender),
    })
}
