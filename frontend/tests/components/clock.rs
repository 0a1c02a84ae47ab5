//! The clock.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use echoclock_frontend::browser::clock;
use echoclock_frontend::stores::{ClockNote, ClockNoteBody, SeenTick, Stores};
use echoclock_shared::feed::{ConnectTime, Period, Seq};
use echoclock_shared::session::{Counts, Intent};
use echoclock_shared::time::UnixMillis;
use js_sys::Array;
use leptos::prelude::{Set, Update};
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{MutationObserver, MutationObserverInit, MutationRecord, Node, SvgElement};

use crate::bench::Bench;
use crate::links::{open, view};

const NOW: UnixMillis = UnixMillis::new(1_795_365_725_250);

fn tick(period: Period, steps: u64, delay: Option<i64>) -> Option<SeenTick> {
    Some(SeenTick { tick: period.tick(period.newest_at(NOW).plus(steps)), delay })
}

fn hello() -> ConnectTime {
    ConnectTime { now: NOW, instance: "f3f019bf".to_owned(), every: Period::S1 }
}

fn turn(bench: &Bench, hand: &str) -> String {
    let hand: SvgElement = bench.get(&format!(".hand.{hand}")).unchecked_into();
    hand.style().get_property_value("transform").expect("a property")
}

#[wasm_bindgen_test]
async fn the_face_and_the_digits_go_by_the_ticks() {
    let bench = Bench::new(|_| {}).await;
    assert_eq!(bench.text("[data-testid=clock-utc]"), "--:--:--");
    assert_eq!(bench.text("[data-testid=clock-delay]"), "–");
    assert_eq!(bench.attribute("[data-testid=clock]", "data-seq"), None);
    assert_eq!(bench.count(".hand"), 0, "a face without a time shows none");

    bench.stores.clock.connected.set(Some(hello()));
    bench.stores.clock.offset_error.set(Some(640));
    bench.stores.clock.last.set(tick(Period::S1, 0, Some(1_200)));
    bench.settle().await;
    let local = clock::local(NOW);
    let time = format!("{:02}:{:02}:{:02}", local.hour, local.minute, local.second);
    assert_eq!(bench.text("[data-testid=clock-utc]"), "16:42:05");
    assert_eq!(bench.text("[data-testid=clock-local]"), time);
    assert_eq!(bench.text("[data-testid=clock-since]"), time);
    assert_eq!(bench.text("[data-testid=clock-delay]"), "1.2 ms ± 0.6 ms");
    let seq = bench.attribute("[data-testid=clock]", "data-seq");
    assert_eq!(seq.as_deref(), Some("1795365725"));
    let minute = f64::from(local.minute) * 6.0 + 0.5;
    assert_eq!(turn(&bench, "minute"), format!("rotate({minute}deg)"));

    bench.stores.clock.period.set(Period::Ms250);
    bench.stores.clock.last.set(tick(Period::Ms250, 0, None));
    bench.settle().await;
    assert_eq!(bench.text("[data-testid=clock-utc]"), "16:42:05.25");
    assert_eq!(bench.text("[data-testid=clock-delay]"), "– ± 0.6 ms");
}

#[wasm_bindgen_test]
async fn a_tick_changes_texts_and_attributes_of_the_clock_only() {
    let bench = Bench::new(|stores: Stores| {
        stores.chat.link.set(view(open(), None));
        stores.clock.link.set(view(open(), None));
        stores.clock.last.set(tick(Period::S1, 0, Some(1_000)));
        stores.clock.delays.set(VecDeque::from([900, 1_000]));
    })
    .await;
    let changes = Rc::new(RefCell::new(Vec::<MutationRecord>::new()));
    let callback = Closure::<dyn Fn(Array)>::new({
        let changes = Rc::clone(&changes);
        move |records: Array| {
            changes.borrow_mut().extend(records.iter().map(JsCast::unchecked_into));
        }
    });
    let observer = MutationObserver::new(callback.as_ref().unchecked_ref()).expect("an observer");
    let all = MutationObserverInit::new();
    all.set_subtree(true);
    all.set_child_list(true);
    all.set_attributes(true);
    all.set_character_data(true);
    let page = bench.get("main");
    observer.observe_with_options(&page, &all).expect("it can be observed");

    let clock = bench.stores.clock;
    clock.last.set(tick(Period::S1, 1, Some(1_100)));
    clock.delays.update(|delays| delays.push_back(1_100));
    clock.counts.update(|counts| counts.received += 1);
    bench.settle().await;

    observer.disconnect();
    let changes = changes.take();
    assert!((5..20).contains(&changes.len()), "a tick is a small thing: {}", changes.len());
    let section: Node = bench.get("[data-testid=clock]").unchecked_into();
    for record in changes {
        let target = record.target().expect("a target");
        let place = target.parent_element().map(|parent| parent.outer_html()).unwrap_or_default();
        assert_ne!(record.type_(), "childList", "{place}");
        assert!(section.contains(Some(&target)), "{place}");
    }
}

#[wasm_bindgen_test]
async fn the_period_is_chosen_from_all_there_are() {
    let bench = Bench::new(|stores: Stores| stores.clock.period.set(Period::S5)).await;
    assert_eq!(bench.count("#every option"), 6);
    assert_eq!(bench.value("#every"), "5s");
    bench.fill("#every", "100ms").await;
    assert_eq!(bench.intents(), [Intent::Every(Period::Ms100)]);
    bench.stores.clock.period.set(Period::Ms100);
    bench.settle().await;
    assert_eq!(bench.value("#every"), "100ms");
}

#[wasm_bindgen_test]
async fn losses_are_counted_and_told() {
    let note = |id, body| ClockNote { id, at: NOW, body };
    let bench = Bench::new(|stores: Stores| {
        let counts = Counts { received: 3_600, missed: 8, repeated: 2, late: 0, gaps: 1 };
        stores.clock.counts.set(counts);
        stores.clock.notes.set(vec![
            note(1, ClockNoteBody::Opened(Some(hello()))),
            note(2, ClockNoteBody::Gap { oldest: Seq::new(99), lost: Some(5_400) }),
            note(3, ClockNoteBody::Missed { count: 1, before: Seq::new(120) }),
            note(4, ClockNoteBody::CursorRefused { after: Seq::new(130) }),
            note(5, ClockNoteBody::StartedAnew { oldest: Seq::new(70) }),
        ]);
        stores.clock.notes_dropped.set(1);
    })
    .await;
    for (name, number, is_loss) in [
        ("received", "3,600", false),
        ("missed", "8", true),
        ("repeated", "2", false),
        ("late", "0", false),
        ("gaps", "1", true),
    ] {
        let selector = format!("[data-testid=count-{name}]");
        assert_eq!(bench.text(&selector), number);
        let parent = bench.get(&selector).parent_element().expect("a parent");
        assert_eq!(parent.class_list().contains("loss"), is_loss, "{name}");
    }
    let notes = bench.text("[data-testid=clock-notes]");
    for words in [
        "5,400 ticks are gone for good. The clock goes on at tick 99.",
        "1 tick was left out without a word before tick 120.",
        "does not know tick 130",
        "was set back, and goes on at tick 70.",
    ] {
        assert!(notes.contains(words), "{notes}");
    }
    assert_eq!(bench.count("[data-testid=clock-notes] li[data-note=gap]"), 3);
    assert!(bench.text(".notes .dropped").starts_with("1 older note is not kept"));
}

#[wasm_bindgen_test]
async fn the_sparkline_is_drawn_through_the_delays() {
    let bench = Bench::new(|stores: Stores| {
        stores.clock.delays.set(VecDeque::from([0, 2_000, -500]));
    })
    .await;
    let points = bench.attribute("[data-testid=clock-sparkline] polyline", "points");
    assert_eq!(points.map(|points| points.split(' ').count()), Some(3));
    assert_eq!(bench.text(".spark .top"), "2.0 ms");
    assert_eq!(bench.text(".spark .bottom"), "−0.5 ms");
}
