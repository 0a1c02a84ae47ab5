//! `bench fanout`: one item a second to many followers.

use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::contenders::{Contender, FOLLOWED, chosen};
use super::crowd::{self, Crowd};
use super::{Bench, report};
use crate::fleet::Fleet;
use crate::machine::{self, Kernel};
use crate::process::Server;
use crate::table::{grouped, table};

/// One run, of so many followers.
#[derive(Clone, Copy, Debug)]
struct Run {
    /// Microseconds of the server for each item.
    cpu: f64,
    /// Bytes of the server for each follower.
    resident: f64,
    /// Bytes of the kernel for each follower: of its sockets, and all that it keeps in slabs.
    sockets: f64,
    slabs: f64,
    /// Items that arrived, of those that were due.
    arrived: f64,
}

pub(super) fn fanout(bench: &Bench) -> Result<()> {
    let cores = report::cores()?;
    let sizes = bench.sizes();
    machine::allow_files(sizes.iter().max().map_or(0, |most| *most as u64) + 1_000)?;
    machine::pin(cores.load)?;
    let contenders = chosen(bench, FOLLOWED)?;
    let (rounds, time) = (bench.rounds(3), bench.time(10.0, 3.0));
    let mut crowd = Crowd::new(&sizes, &contenders);
    for round in 1..=rounds {
        for &followers in &sizes {
            report::say(&format!(
                "round {round} of {rounds}: {} followers",
                grouped(followers as f64)
            ));
            for &contender in &contenders {
                let command = contender.start(bench);
                let done = Server::start(command, Some(cores.server))
                    .and_then(|mut server| run(contender, &mut server, followers, time));
                crowd.push(followers, contender, done);
            }
        }
    }
    let mut figures = Vec::new();
    for &followers in &sizes {
        report::say(&shown(&crowd, followers, &contenders));
        figures.extend(contenders.iter().map(|who| written(&crowd, followers, *who)));
    }
    report::say(&crowd.growth("µs CPU an item", |run: &Run| run.cpu));
    report::write(bench, "fanout", cores, Value::Array(figures))
}

fn run(contender: Contender, server: &mut Server, followers: usize, time: Duration) -> Result<Run> {
    thread::sleep(crowd::SETTLES);
    let (empty, kernel) = (server.resident(), Kernel::look());
    let mut fleet = Fleet::new(server.address)?;
    let ways = contender.followed().iter().cycle().take(followers).copied();
    fleet.open_all(ways, "").with_context(|| contender.name().to_owned())?;
    // The newest item, which everybody gets at the start, is no part of the measurement.
    fleet.run(Duration::from_secs(2))?;
    let (cpu, before, started) = (server.cpu(), fleet.sums(), Instant::now());
    fleet.run(time)?;
    let took = started.elapsed().as_secs_f64();
    let items = (fleet.sums().items - before.items) as f64;
    let cpu = (server.cpu() - cpu).as_secs_f64() * 1e6;
    let (resident, kernel) = (server.resident(), Kernel::look().since(kernel));
    ensure!(fleet.lost.is_empty(), "followers were lost: {:?}", fleet.lost[0]);
    ensure!(server.has_ended().is_none(), "the server ended:\n{}", server.said());
    let each = |bytes: u64| bytes as f64 / followers as f64;
    Ok(Run {
        cpu: cpu / items.max(1.0),
        resident: each(resident.saturating_sub(empty)),
        sockets: each(kernel.sockets),
        slabs: each(kernel.slabs),
        arrived: items / (followers as f64 * took),
    })
}

fn shown(crowd: &Crowd<Run>, followers: usize, contenders: &[Contender]) -> String {
    let ours = |of: fn(&Run) -> f64| crowd.spread(followers, Contender::Echoclock, of);
    let kib = |bytes: f64| format!("{:.1}", bytes / 1024.0);
    let head = [
        "",
        "µs CPU an item",
        "echoclock ×",
        "KiB each",
        "echoclock ×",
        "KiB kernel each",
        "arrived",
    ];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    for &contender in contenders {
        let spread = |of: fn(&Run) -> f64| crowd.spread(followers, contender, of);
        let (cpu, resident) = (spread(|run| run.cpu), spread(|run| run.resident));
        let mut row = vec![
            contender.name().to_owned(),
            report::cell(cpu, |figure| format!("{figure:.1}")),
            report::ratio(ours(|run| run.cpu), cpu),
            report::cell(resident, kib),
            report::ratio(ours(|run| run.resident), resident),
            report::cell(spread(|run| run.sockets + run.slabs), kib),
            report::cell(spread(|run| run.arrived), |part| format!("{:.0} %", part * 100.0)),
        ];
        row.extend(crowd.failure(followers, contender));
        rows.push(row);
    }
    format!("\n{} followers\n{}", grouped(followers as f64), table(&rows))
}

fn written(crowd: &Crowd<Run>, followers: usize, contender: Contender) -> Value {
    let spread = |of: fn(&Run) -> f64| report::spread(crowd.spread(followers, contender, of));
    json!({
        "server": contender.name(),
        "followers": followers,
        "cpu_microseconds_per_item": spread(|run| run.cpu),
        "resident_bytes_per_follower": spread(|run| run.resident),
        "kernel_socket_bytes_per_follower": spread(|run| run.sockets),
        "kernel_slab_bytes_per_follower": spread(|run| run.slabs),
        "arrived": spread(|run| run.arrived),
        "failure": crowd.failure(followers, contender),
    })
}
