//! `bench echo`: messages there and back, as many as one core of the server can do.

use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::contenders::{Contender, ECHOES, chosen};
use super::echo_load::{Load, Shape};
use super::{Bench, report};
use crate::machine;
use crate::process::Server;
use crate::stats::Spread;
use crate::table::{grouped, table};

/// One run: messages a second, microseconds of the server for each, and how busy the load was.
#[derive(Clone, Copy, Debug)]
struct Run {
    rate: f64,
    cpu: f64,
    load: f64,
}

pub(super) fn echo(bench: &Bench) -> Result<()> {
    let cores = report::cores()?;
    machine::allow_files(4096)?;
    let contenders = chosen(bench, ECHOES)?;
    let start = |contender: &Contender| {
        Server::start(contender.start(bench), Some(cores.server))
            .with_context(|| contender.name().to_owned())
    };
    let servers = contenders.iter().map(start).collect::<Result<Vec<_>>>()?;
    machine::pin(cores.load)?;
    let (rounds, time) = (bench.rounds(5), bench.time(2.0, 0.5));
    let mut runs = vec![vec![Vec::new(); contenders.len()]; SHAPES.len()];
    for round in 1..=rounds {
        for (shape, runs) in SHAPES.iter().zip(&mut runs) {
            report::say(&format!("round {round} of {rounds}: {}", named(*shape)));
            // Everybody's turn comes in every round, so that what changes on the machine meets all.
            for ((contender, server), runs) in contenders.iter().zip(&servers).zip(runs) {
                let done = run(*contender, server, *shape, time);
                runs.push(done.with_context(|| contender.name().to_owned())?);
            }
        }
    }
    let mut figures = Vec::new();
    for (shape, runs) in SHAPES.iter().zip(&runs) {
        report::say(&shown(*shape, &contenders, runs));
        figures.extend(contenders.iter().zip(runs).map(|(who, runs)| written(*shape, *who, runs)));
    }
    report::write(bench, "echo", cores, Value::Array(figures))
}

fn run(contender: Contender, server: &Server, shape: Shape, time: Duration) -> Result<Run> {
    let mut load = Load::start(server.address, contender.echo(), shape)?;
    load.run(time / 5)?;
    let (cpu, own, started) = (server.cpu(), own_cpu(), Instant::now());
    let messages = load.run(time)? as f64;
    let took = started.elapsed().as_secs_f64();
    let (cpu, own) = (server.cpu() - cpu, own_cpu() - own);
    drop(load);
    // The links' ends are no part of the next one's run.
    thread::sleep(Duration::from_millis(50));
    Ok(Run {
        rate: messages / took,
        cpu: cpu.as_secs_f64() * 1e6 / messages.max(1.0),
        load: own.as_secs_f64() / took,
    })
}

fn own_cpu() -> Duration {
    crate::process::cpu(std::process::id())
}

fn shown(shape: Shape, contenders: &[Contender], runs: &[Vec<Run>]) -> String {
    let spread = |runs: &Vec<Run>, of: fn(&Run) -> f64| Spread::of(runs.iter().map(of));
    let ours = contenders.iter().position(|who| *who == Contender::Echoclock);
    let head = ["", "messages/s", "echoclock ×", "µs CPU each", "echoclock ×", "load busy"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    for (contender, theirs) in contenders.iter().zip(runs) {
        let (rate, cpu) = (spread(theirs, |run| run.rate), spread(theirs, |run| run.cpu));
        let of_ours = |of: fn(&Run) -> f64| ours.and_then(|place| spread(&runs[place], of));
        rows.push(vec![
            contender.name().to_owned(),
            report::cell(rate, grouped),
            report::ratio(of_ours(|run| run.rate), rate),
            report::cell(cpu, |figure| format!("{figure:.2}")),
            report::ratio(of_ours(|run| run.cpu), cpu),
            report::cell(
                Spread::of(spread(theirs, |run| run.load).map(|load| load.median)),
                |part| format!("{:.0} %", part * 100.0),
            ),
        ]);
    }
    format!("\n{}\n{}", named(shape), table(&rows))
}

fn written(shape: Shape, contender: Contender, runs: &[Run]) -> Value {
    let spread = |of: fn(&Run) -> f64| report::spread(Spread::of(runs.iter().map(of)));
    json!({
        "server": contender.name(),
        "links": shape.links,
        "bytes": shape.bytes,
        "messages_per_second": spread(|run| run.rate),
        "cpu_microseconds_per_message": spread(|run| run.cpu),
        "load_busy": spread(|run| run.load),
        "rounds": runs.iter().map(|run| json!([run.rate, run.cpu])).collect::<Vec<_>>(),
    })
}

fn named(shape: Shape) -> String {
    format!("{} links × {} bytes", grouped(shape.links as f64), grouped(shape.bytes as f64))
}

const SHAPES: [Shape; 3] = [
    Shape { links: 100, bytes: 64 },
    Shape { links: 200, bytes: 16 * 1024 },
    Shape { links: 1000, bytes: 1024 },
];
