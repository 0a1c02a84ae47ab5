//! The stores: who wakes, what is kept, and what is cut off.

#![cfg(not(target_arch = "wasm32"))]

mod bench;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use echoclock_frontend::stores::{
    ChatRow, ChatRowBody, ClockNoteBody, DELAYS_MAX, Delivery, HISTORY_MAX, NOTES_MAX, What,
};
use echoclock_shared::close::CloseCode;
use echoclock_shared::echo::{Fault, FaultCode, FromServer, SendKey};
use echoclock_shared::feed::{Item, Period, Seq};
use echoclock_shared::session::{
    CloseReport, Event, FromClock, Garbled, Intent, LinkEvent, Part, PostingEnd, Way,
};
use echoclock_shared::time::UnixMillis;
use echoclock_shared::transport::Transport;
use leptos::prelude::{Get, GetUntracked, ImmediateEffect, RwSignal, Track};

use crate::bench::{Bench, clock_hello, echo, hello, live};

fn delivery(row: &ChatRow) -> Delivery {
    let ChatRowBody::Message { delivery, .. } = &row.body else { panic!("no message: {row:?}") };
    delivery.get_untracked()
}

/// Counts how often a signal wakes whoever reads it.
fn wakings(track: impl Fn() + Send + Sync + 'static) -> (Arc<AtomicUsize>, ImmediateEffect) {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    let effect = ImmediateEffect::new(move || {
        track();
        counted.fetch_add(1, Ordering::Relaxed);
    });
    count.store(0, Ordering::Relaxed);
    (count, effect)
}

fn wakings_of<T: Send + Sync + 'static>(
    signal: RwSignal<T>,
) -> (Arc<AtomicUsize>, ImmediateEffect) {
    wakings(move || signal.track())
}

#[test]
fn a_tick_never_wakes_the_chat() {
    let mut bench = Bench::connected();
    bench.say("hello");
    let chat = bench.stores.chat;
    let counts = [
        wakings_of(chat.link),
        wakings_of(chat.waiting),
        wakings_of(chat.rows),
        wakings_of(chat.dropped),
    ];
    let clock = wakings_of(bench.stores.clock.last);
    for seq in 1_000..1_010 {
        bench.tick(Period::S1, seq);
    }
    assert_eq!(clock.0.load(Ordering::Relaxed), 10);
    assert!(counts.iter().all(|(count, _)| count.load(Ordering::Relaxed) == 0));
    bench.say("and back");
    let woken = counts.map(|(count, _)| count.load(Ordering::Relaxed));
    assert_eq!(woken, [0, 1, 1, 0], "what is said wakes the rows and the number that waits");
}

#[test]
fn a_delivery_wakes_its_own_row_only() {
    let mut bench = Bench::new();
    bench.user(Intent::Connect(Part::Chat));
    bench.say("text 1");
    assert_eq!(delivery(&bench.rows()[0]), Delivery::Queued);
    bench.chat_hears(hello());
    assert_eq!(delivery(&bench.rows()[0]), Delivery::Sent { times: 1 });
    bench.chat_link(LinkEvent::Closed(CloseReport::lost()));
    bench.user(Intent::Connect(Part::Chat));
    bench.chat_hears(hello());
    assert_eq!(delivery(&bench.rows()[0]), Delivery::Sent { times: 2 });
    assert_eq!(bench.stores.chat.waiting.get_untracked(), 1);

    let (rows, _effect) = wakings_of(bench.stores.chat.rows);
    bench.now.mono += Duration::from_millis(30);
    bench.echo(1);
    assert_eq!(
        delivery(&bench.rows()[0]),
        Delivery::Echoed {
            text: "text 1".to_owned(),
            received: UnixMillis::new(5),
            round_trip: Duration::from_millis(30),
            way: Way::Socket,
            instance: Some("paper".to_owned()),
        }
    );
    assert_eq!(rows.load(Ordering::Relaxed), 0);
    assert_eq!(bench.stores.chat.waiting.get_untracked(), 0);
}

#[test]
fn a_refused_message_says_why() {
    let mut bench = Bench::connected();
    bench.say("too long for this server");
    let key = SendKey::new(1);
    let message = "the text is too long".to_owned();
    let fault = Fault { code: FaultCode::TextTooLong, key, message: message.clone() };
    bench.chat_hears(FromServer::Error(fault));
    let row = bench.rows().pop().expect("a row");
    assert_eq!(delivery(&row), Delivery::Refused { reason: Some(message) });
    bench.say("");
    let row = bench.rows().pop().expect("a row");
    assert!(matches!(row.body, ChatRowBody::NotSaid { .. }), "{row:?}");
}

#[test]
fn history_is_cut_at_its_oldest_row_that_waits_no_more() {
    let mut bench = Bench::connected();
    bench.say("text 1");
    for _ in 0..HISTORY_MAX {
        bench.chat_link(LinkEvent::Garbled(Garbled::Unreadable("noise".to_owned())));
    }
    let rows = bench.rows();
    assert_eq!((rows.len(), bench.stores.chat.dropped.get_untracked()), (HISTORY_MAX, 2));
    assert_eq!(delivery(&rows[0]), Delivery::Sent { times: 1 }, "it still waits");
    bench.echo(1);
    bench.chat_link(LinkEvent::Garbled(Garbled::Unreadable("noise".to_owned())));
    let rows = bench.rows();
    assert_eq!((rows.len(), bench.stores.chat.dropped.get_untracked()), (HISTORY_MAX, 3));
    assert!(matches!(rows[0].body, ChatRowBody::Garbled(_)));
    assert!(rows.windows(2).all(|pair| pair[0].id < pair[1].id), "ids rise");
}

#[test]
fn attempts_that_fail_alike_have_one_row() {
    let mut bench = Bench::connected();
    for _ in 0..5 {
        bench.chat_link(LinkEvent::Closed(CloseReport::lost()));
        bench.user(Intent::Connect(Part::Chat));
    }
    let endings = |rows: Vec<ChatRow>| {
        rows.iter().filter(|row| matches!(row.body, ChatRowBody::Ended(_))).count()
    };
    assert_eq!(endings(bench.rows()), 1);
    assert_eq!(bench.stores.chat.link.get_untracked().failures, 5);
    bench.chat_hears(hello());
    bench.chat_link(LinkEvent::Closed(CloseReport::lost()));
    assert_eq!(endings(bench.rows()), 2, "a link that was open has an ending of its own");
}

#[test]
fn the_way_by_plain_requests_is_told_at_its_two_ends() {
    let mut bench = Bench::new();
    bench.user(Intent::Connect(Part::Chat));
    let posts = |bench: &Bench| bench.stores.chat.link.get_untracked().posts;
    while posts(&bench).is_none() {
        bench.chat_link(LinkEvent::Closed(CloseReport::lost()));
        bench.plain_requests_work();
        bench.user(Intent::Connect(Part::Chat));
    }
    assert!(bench.stores.chat.link.get_untracked().carries());
    let rows = bench.rows().len();
    assert!(matches!(bench.rows()[rows - 1].body, ChatRowBody::PostingBegun));
    bench.say("text 1");
    bench.happen(Event::Link(bench.post.expect("a message is posted"), echo(1)));
    let Delivery::Echoed { way, instance, .. } = delivery(&bench.rows()[rows]) else {
        panic!("it is echoed")
    };
    assert_eq!((way, instance), (Way::Post, None), "an echo does not say whose it is");
    for _ in 0..3 {
        bench.chat_hears(hello());
        bench.chat_link(LinkEvent::Closed(CloseReport::lost()));
        bench.user(Intent::Connect(Part::Chat));
    }
    assert_eq!(bench.rows().len(), rows + 1, "sockets that come and go have no rows");
    let (code, reason) = (CloseCode::NORMAL, String::new());
    bench.user(Intent::Disconnect { part: Part::Chat, code, reason });
    assert_eq!(posts(&bench), None);
    let rows = bench.rows();
    assert!(
        matches!(
            [&rows[rows.len() - 2].body, &rows[rows.len() - 1].body],
            [ChatRowBody::PostingEnded(PostingEnd::Stopped), ChatRowBody::Ended(_)]
        ),
        "{rows:?}"
    );
}

#[test]
fn delays_and_notes_are_capped() {
    let mut bench = Bench::connected();
    let clock = bench.stores.clock;
    // Every other tick is missed, and each hole is a note.
    for step in 0..200 {
        bench.tick(Period::S1, 1_000 + 2 * step);
    }
    assert_eq!(clock.delays.get_untracked().len(), DELAYS_MAX);
    assert_eq!(clock.notes.get_untracked().len(), NOTES_MAX);
    // One opening and 199 holes.
    assert_eq!(clock.notes_dropped.get_untracked(), 100);
    assert_eq!(clock.counts.get_untracked().missed, 199);
    let last = clock.last.get_untracked().expect("ticks came");
    assert_eq!(last.tick.seq, Seq::new(1_398));
    assert_eq!(clock.delays.get_untracked().back().copied(), last.delay);
    assert!(clock.offset_error.get_untracked().is_some());
}

#[test]
fn another_clock_starts_from_nothing() {
    let mut bench = Bench::connected();
    let clock = bench.stores.clock;
    bench.tick(Period::S1, 1_000);
    bench.user(Intent::Every(Period::S5));
    assert_eq!(clock.period.get_untracked(), Period::S5);
    assert_eq!(clock.last.get_untracked(), None);
    assert!(clock.delays.get_untracked().is_empty());
    assert_eq!(clock.connected.get_untracked(), None);
    bench.clock_hears(clock_hello(Period::S5));
    bench.tick(Period::S5, 200);
    assert!(clock.connected.get_untracked().is_some_and(|hello| hello.every == Period::S5));
    assert_eq!(clock.delays.get_untracked().len(), 1);
    let notes = clock.notes.get_untracked();
    let opened = |body: &ClockNoteBody| matches!(body, ClockNoteBody::Opened(_));
    assert_eq!(notes.iter().filter(|note| opened(&note.body)).count(), 2);
}

#[test]
fn a_clock_that_starts_anew_is_told_and_keeps_nothing_of_the_wrong_time() {
    let mut bench = Bench::connected();
    let clock = bench.stores.clock;
    for seq in [1_000, 865_000] {
        bench.tick(Period::S1, seq);
    }
    bench.clock_hears(FromClock::Item(Item::gap(Seq::new(1_001))));
    assert_eq!(clock.last.get_untracked(), None);
    assert!(clock.delays.get_untracked().is_empty());
    bench.tick(Period::S1, 1_001);
    assert_eq!(clock.delays.get_untracked().len(), 1);
    assert_eq!(clock.last.get_untracked().map(|last| last.tick.seq), Some(Seq::new(1_001)));
    let told = clock.notes.get_untracked().pop().map(|note| note.body);
    assert_eq!(told, Some(ClockNoteBody::StartedAnew { oldest: Seq::new(1_001) }));
    assert_eq!(clock.counts.get_untracked().repeated, 0);
}

#[test]
fn a_lane_that_starts_anew_keeps_nothing_of_the_wrong_time() {
    let tick = |seq| live(Period::S1, seq);
    for (frame_before, frame) in [
        (vec![1_000, 865_000], vec![]),
        (vec![], vec![1_000, 865_000]),
        (vec![1_000, 865_000], vec![865_001, 865_002]),
    ] {
        let mut bench = Bench::connected();
        let lane = bench.stores.lanes.of(Transport::Events);
        bench.user(Intent::Connect(Part::Lane(Transport::Events)));
        let opened = bench.lane_heard(clock_hello(Period::S1));
        bench.happen(opened);
        let before: Vec<_> = frame_before.iter().map(|seq| bench.lane_heard(tick(*seq))).collect();
        bench.happen_in_a_frame(before);
        let known = lane.track.get_untracked().quantiles().map_or(0, |it| it.of);
        assert_eq!(known, frame_before.len());

        let anew = FromClock::Item(Item::gap(Seq::new(1_001)));
        let told = frame.into_iter().map(tick).chain([anew, live(Period::S1, 1_001)]);
        let told: Vec<_> = told.map(|message| bench.lane_heard(message)).collect();
        bench.happen_in_a_frame(told);
        let track = lane.track.get_untracked();
        let what: Vec<_> = track.marks().map(|mark| mark.what).collect();
        let [What::Opened, What::Hole, What::Live { delay: Some(delay), .. }] = what[..] else {
            panic!("the opening, the hole, and the tick after it: {what:?}");
        };
        assert_eq!(track.quantiles().map(|it| (it.p50, it.p99, it.of)), Some((delay, delay, 1)));
        assert_eq!(lane.clock.delays.get_untracked(), [delay]);
    }
}

#[test]
fn a_network_that_seems_gone_is_told() {
    let mut bench = Bench::connected();
    let hint = bench.stores.page.seems_offline;
    let online = |online| Event::Page(echoclock_shared::session::PageEvent::Online(online));
    bench.happen(online(false));
    assert!(hint.get());
    bench.happen(online(true));
    assert!(!hint.get());
}
