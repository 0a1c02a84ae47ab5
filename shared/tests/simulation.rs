//! The session against a simulated server, network and clock, over many random schedules.
//!
//! A schedule is made from its seed alone. A failure names its seed;
//! `ECHOCLOCK_SEED=<seed> cargo test -p echoclock-shared --test simulation` replays that one.

#[path = "simulation/network.rs"]
mod network;
#[path = "simulation/outcome.rs"]
mod outcome;
#[path = "simulation/schedule.rs"]
mod schedule;
#[path = "simulation/server.rs"]
mod server;
#[path = "simulation/view.rs"]
mod view;
#[path = "simulation/world.rs"]
mod world;

use std::panic::{AssertUnwindSafe, catch_unwind};

use outcome::Outcome;
use world::World;

const SCHEDULES: u64 = 10_000;

#[test]
fn every_message_is_echoed_once_and_in_order_and_no_tick_is_missed_in_silence() {
    if let Ok(seed) = std::env::var("ECHOCLOCK_SEED") {
        let seed = seed.parse().expect("ECHOCLOCK_SEED is a whole number");
        println!("seed {seed}: {:?}", run(seed));
        return;
    }
    let mut total = Outcome::default();
    for seed in 0..SCHEDULES {
        total += run(seed);
    }
    println!("{SCHEDULES} schedules, seeds from 0: {total:?}");
    assert!(
        total.killed_in_flight > SCHEDULES / 2,
        "messages were seldom in flight at a kill: {total:?}"
    );
    for (what, count) in [
        ("resends", total.resent),
        ("repeated echoes", total.repeated_echoes),
        ("repeated ticks", total.repeated_ticks),
        ("gaps", total.gaps),
        ("clocks that start anew", total.started_anew),
        ("refusals", total.refused),
        ("streams that are refused for a while", total.turned_away),
        ("half-open links", total.silent),
        ("rests", total.rests),
        ("ways round sockets that do not get through", total.went_over),
        ("echoes by post", total.by_post),
        ("restarts alone", total.restarts_alone),
    ] {
        assert!(count > SCHEDULES / 100, "the schedules hardly ever have {what}: {total:?}");
    }
}

#[test]
fn a_seed_replays_its_schedule() {
    assert_eq!(run(7), run(7));
    assert_ne!(run(7), run(8));
}

fn run(seed: u64) -> Outcome {
    catch_unwind(AssertUnwindSafe(|| World::new(seed).run())).unwrap_or_else(|_| {
        panic!("seed {seed} fails, see above; ECHOCLOCK_SEED={seed} replays it")
    })
}
