//! The lanes of the Transports view.

use std::time::Duration;

use echoclock_frontend::place::Place;
use echoclock_frontend::stores::{LaneLedger, Mark, SeenTick, Stores, Track, What};
use echoclock_shared::feed::{Period, Seq};
use echoclock_shared::ledger::{Entry, Ledger, LedgerId, Totals, What as Passed};
use echoclock_shared::session::{Counts, Intent, LinkState, Part, Trouble};
use echoclock_shared::time::UnixMillis;
use echoclock_shared::transport::Transport;
use leptos::prelude::{Set, Update};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::HtmlElement;

use crate::bench::Bench;
use crate::links::{a_link, open, view};

async fn bench(fill: impl FnOnce(Stores)) -> Bench {
    Bench::new(|stores| {
        stores.page.place.set(Place::Transports);
        fill(stores);
    })
    .await
}

/// Has the numbers be read again, as they are four times a second.
async fn beat(bench: &Bench) {
    bench.stores.page.now.update(|now| *now += Duration::from_millis(250));
    bench.settle().await;
}

fn live(delay: i64, late: bool) -> Mark {
    let at = echoclock_frontend::browser::clock::mono();
    Mark { at, what: What::Live { delay: Some(delay), late } }
}

pub(crate) fn ledger(ticks: u64) -> LaneLedger {
    let request = Passed::Request {
        method: "GET".to_owned(),
        target: "/api/clock/events".to_owned(),
        version: "HTTP/1.1".to_owned(),
        headers: vec![("host".to_owned(), "here".to_owned())],
    };
    let entry = |n, what| Entry {
        n,
        at: UnixMillis::default(),
        request: 1,
        size: 1,
        cut: false,
        computed: false,
        what,
    };
    let response = Passed::Response { status: 200, headers: Vec::new() };
    LaneLedger {
        ledger: Ledger {
            link: LedgerId::from_random(7),
            now: UnixMillis::default(),
            opened: UnixMillis::default(),
            totals: Totals { requests: 1, received: 500, sent: 11_500 },
            dropped: 0,
            entries: vec![entry(1, request), entry(2, response)],
        },
        ticks,
    }
}

#[wasm_bindgen_test]
async fn all_lanes_are_there_and_stand_still() {
    let bench = bench(|_| {}).await;
    assert_eq!(bench.count(".lane"), 6);
    assert_eq!(bench.count(".lane[data-state=idle]"), 6);
    assert_eq!(bench.text("#lane-poll h3"), "Short polling");
    assert_eq!(bench.text("#lane-socket code"), "/api/clock/socket");
    assert_eq!(bench.text("#lane-frame [data-number=p50]"), "–");
    assert_eq!(bench.text("#lane-frame [data-number=bytes]"), "–");
    assert!(bench.find("[data-testid=crowded]").is_none());
    let hidden: HtmlElement = bench.get(".view.live").unchecked_into();
    assert!(hidden.hidden(), "the Live view is there, out of sight");
}

#[wasm_bindgen_test]
async fn lanes_are_started_and_stopped_each_and_all() {
    let bench = bench(|_| {}).await;
    let all = |make: fn(Transport) -> Intent| Transport::ALL.map(make).to_vec();
    let rests = |selector| bench.get(selector).get_attribute("aria-disabled").is_some();
    assert!(rests(".controls .buttons button:nth-child(2)"), "nothing to stop");
    bench.press(".controls", "Stop all").await;
    assert_eq!(bench.intents(), []);
    bench.press(".controls", "Start all").await;
    assert_eq!(bench.intents(), all(|transport| Intent::Connect(Part::Lane(transport))));

    for transport in Transport::ALL {
        bench.stores.lanes.of(transport).clock.link.set(view(open(), None));
    }
    bench.settle().await;
    assert!(rests(".controls .primary"), "nothing to start");
    bench.press(".controls", "Start all").await;
    assert_eq!(bench.intents(), []);
    bench.press(".controls", "Stop all").await;
    let stopped = bench.intents();
    assert_eq!(stopped.len(), 6);
    bench.press("#lane-events .lane-head", "Stop").await;
    assert_eq!(bench.intents(), stopped[4..5]);
    bench
        .stores
        .lanes
        .of(Transport::Events)
        .clock
        .link
        .set(view(LinkState::Idle { last: None }, None));
    bench.settle().await;
    bench.press("#lane-events .lane-head", "Start").await;
    assert_eq!(bench.intents(), [Intent::Connect(Part::Lane(Transport::Events))]);
}

#[wasm_bindgen_test]
async fn the_paces_are_chosen_for_all() {
    let bench = bench(|_| {}).await;
    bench.fill("#lanes-every", "100ms").await;
    bench.fill("#ask-every", "250").await;
    let asked = Intent::AskEvery(Duration::from_millis(250));
    assert_eq!(bench.intents(), [Intent::LanesEvery(Period::Ms100), asked]);
    assert_eq!(bench.value("#ask-every"), "250");
    bench.stores.lanes.period.set(Period::Ms100);
    bench.settle().await;
    assert!(bench.text(".times").starts_with("12 s ago"), "{}", bench.text(".times"));
}

#[wasm_bindgen_test]
async fn a_tick_leaves_a_mark_and_the_numbers_follow() {
    let bench = bench(|_| {}).await;
    let lane = bench.stores.lanes.of(Transport::Events);
    lane.track.set(Track::of(vec![live(1_000, false), live(2_000_000, true)]));
    lane.clock.counts.set(Counts { received: 2, missed: 3, late: 1, ..Counts::default() });
    lane.requests.set(4);
    let tick = Period::S1.tick(Seq::new(1_795_365_725));
    lane.clock.last.set(Some(SeenTick { tick, delay: None }));
    lane.ledger.set(Some(ledger(100)));
    beat(&bench).await;
    let path = |class: &str| {
        bench.attribute(&format!("#lane-events .track .{class}"), "d").unwrap_or_default()
    };
    assert_eq!(path("live").matches('M').count(), 1);
    assert_eq!(path("late").matches('M').count(), 1);
    assert_eq!(path("stems").matches('M').count(), 2);
    for (number, text) in [
        ("p50", "1.0 ms"),
        ("p99", "2.00 s"),
        ("ticks", "2"),
        ("missed", "3"),
        ("late", "1"),
        ("requests", "4"),
        ("bytes", "12.0 kB"),
        ("overhead", "35 B"),
    ] {
        assert_eq!(bench.text(&format!("#lane-events [data-number={number}]")), text, "{number}");
    }
    assert_eq!(bench.attribute("#lane-events", "data-seq").as_deref(), Some("1795365725"));
}

#[wasm_bindgen_test]
async fn a_pause_keeps_what_is_shown() {
    let bench = bench(|_| {}).await;
    let lane = bench.stores.lanes.of(Transport::Poll);
    lane.requests.set(1);
    beat(&bench).await;
    bench.press(".controls", "Pause").await;
    lane.requests.set(2);
    lane.track.set(Track::of(vec![live(1_000, false)]));
    beat(&bench).await;
    assert_eq!(bench.text("#lane-poll [data-number=requests]"), "1");
    assert_eq!(bench.attribute("#lane-poll .track .live", "d").as_deref(), Some(""));
    bench.press(".controls", "Resume").await;
    assert_eq!(bench.text("#lane-poll [data-number=requests]"), "2");
    assert_ne!(bench.attribute("#lane-poll .track .live", "d").as_deref(), Some(""));
}

#[wasm_bindgen_test]
async fn what_queues_is_told_once_for_all_and_at_its_lane() {
    let connecting = LinkState::Connecting { link: a_link(), until: Duration::from_secs(10) };
    let bench = bench(|stores| {
        for transport in [Transport::Stream, Transport::Events] {
            let link = view(connecting.clone(), Some(Trouble::Queued));
            stores.lanes.of(transport).clock.link.set(link);
        }
    })
    .await;
    let notice = bench.text("[data-testid=crowded]");
    assert!(notice.contains("HTTP streaming, Server-Sent Events."), "{notice}");
    assert!(notice.contains("six HTTP/1.1 connections"), "{notice}");
    let lane = bench.text("#lane-stream [data-testid=lane-status]");
    assert!(lane.contains("Waiting for a connection"), "{lane}");
    assert_eq!(bench.text("#lane-stream [data-testid=link-timer]"), "", "it is not given up");
    for transport in [Transport::Stream, Transport::Events] {
        bench.stores.lanes.of(transport).clock.link.set(view(open(), None));
    }
    bench.settle().await;
    assert!(bench.find("[data-testid=crowded]").is_none());
}

#[wasm_bindgen_test]
async fn the_lesson_tells_this_runs_own_exchange() {
    let bench =
        bench(|stores| stores.lanes.of(Transport::Events).ledger.set(Some(ledger(1)))).await;
    assert_eq!(bench.count("[data-testid=lesson]"), 0, "closed at first");
    let summary: HtmlElement = bench.get("#lane-events summary").unchecked_into();
    summary.click();
    bench.settle().await;
    let lesson = bench.text("#lane-events [data-testid=lesson]");
    for part in ["How it works", "What it costs", "When to use it", "section 9.2"] {
        assert!(lesson.contains(part), "{part} in {lesson}");
    }
    assert!(bench.count("#lane-events .sequence .up") > 0);
    let lane = bench.stores.lanes.of(Transport::Events);
    lane.clock.counts.set(Counts { received: 5, ..Counts::default() });
    lane.requests.set(1);
    beat(&bench).await;
    let run = bench.text("#lane-events [data-testid=run]");
    assert!(run.starts_with("In this run: 5 ticks over 1 request"), "{run}");
    let exchange = bench.text("#lane-events [data-testid=exchange]");
    assert_eq!(exchange, "GET /api/clock/events HTTP/1.1\nhost: here\n\nHTTP/1.1 200");
}
