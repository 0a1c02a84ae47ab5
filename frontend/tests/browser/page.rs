//! The adapters of the page itself: time, pictures, chance, memory and the last words.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use echoclock_frontend::browser::{
    Frame, Interval, PageWatch, Task, Timer, clock, crash, dice, document_base, is_visible,
    storage, take_root,
};
use echoclock_shared::session::PageEvent;
use echoclock_shared::time::UnixMillis;
use js_sys::{Function, Reflect};
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Document, Element, Event, Window, window};

use crate::heard::{Heard, Uncaught};
use crate::support::{pass, until};

const SOON: Duration = Duration::from_millis(10);

fn here() -> (Window, Document) {
    let window = window().expect("a window");
    let document = window.document().expect("a document");
    (window, document)
}

fn made(tag: &str) -> Element {
    let (_, document) = here();
    let element = document.create_element(tag).expect("an element");
    document.body().expect("a body").append_child(&element).expect("a child");
    element
}

#[wasm_bindgen_test]
async fn a_timer_comes_once_and_not_before_its_time() {
    let heard = Heard::default();
    let ear = heard.ear();
    let start = clock::mono();
    let _timer = Timer::after(Duration::from_micros(19_001), move || ear(clock::mono()));
    until("the timer", || heard.len() > 0).await;
    // The browser's own clock is cut to a tenth of a millisecond.
    assert!(heard.all()[0] - start >= Duration::from_millis(19), "{:?}", heard.all());
    pass(Duration::from_millis(60)).await;
    assert_eq!(heard.len(), 1);
}

#[wasm_bindgen_test]
async fn a_timer_that_is_dropped_does_not_come() {
    let uncaught = Uncaught::watch();
    let heard = Heard::<()>::default();
    let (timer, interval) = (heard.ear(), heard.ear());
    drop(Timer::after(SOON, move || timer(())));
    drop(Interval::every(SOON, move || interval(())));
    pass(SOON * 5).await;
    assert_eq!((heard.len(), uncaught.count()), (0, 0));
}

#[wasm_bindgen_test]
async fn an_interval_comes_again_until_it_is_dropped() {
    let heard = Heard::default();
    let ear = heard.ear();
    let interval = Interval::every(SOON, move || ear(()));
    until("three times", || heard.len() >= 3).await;
    drop(interval);
    let last = heard.len();
    pass(SOON * 5).await;
    assert_eq!(heard.len(), last);
}

#[wasm_bindgen_test]
async fn a_frame_comes_once() {
    let uncaught = Uncaught::watch();
    let heard = Heard::default();
    let (ear, dropped) = (heard.ear(), heard.ear());
    let _frame = Frame::next(move || ear("wanted"));
    drop(Frame::next(move || dropped("dropped")));
    until("the frame", || heard.len() > 0).await;
    pass(Frame::WITHIN * 2).await;
    assert_eq!((heard.all(), uncaught.count()), (vec!["wanted"], 0));
}

#[wasm_bindgen_test]
async fn a_page_without_pictures_gets_its_frame_by_a_timer() {
    let (window, _) = here();
    let name = "requestAnimationFrame".into();
    let real = Reflect::get(&window, &name).expect("browsers paint");
    // A browser that does not paint.
    Reflect::set(&window, &name, &Function::new_no_args("return 0")).expect("it can be set");
    let heard = Heard::default();
    let ear = heard.ear();
    let frame = Frame::next(move || ear(()));
    Reflect::set(&window, &name, &real).expect("it can be set back");
    until("the frame", || heard.len() > 0).await;
    drop(frame);
    assert_eq!(heard.len(), 1);
}

#[wasm_bindgen_test]
async fn a_task_runs_until_it_is_dropped() {
    let heard = Heard::default();
    let (runs, ends) = (heard.ear(), heard.ear());
    let _task = Task::spawn(async move {
        pass(SOON).await;
        runs("runs");
    });
    let dropped = Task::spawn(async move {
        pass(SOON).await;
        ends("dropped");
    });
    pass(Duration::ZERO).await;
    drop(dropped);
    until("the task", || heard.len() > 0).await;
    pass(SOON * 5).await;
    assert_eq!(heard.all(), ["runs"]);
}

#[wasm_bindgen_test]
async fn a_task_may_drop_itself() {
    let place = Rc::new(RefCell::new(None));
    let (inside, heard) = (Rc::clone(&place), Heard::default());
    let ear = heard.ear();
    place.replace(Some(Task::spawn(async move {
        drop(inside.borrow_mut().take());
        ear("before the wait");
        pass(SOON).await;
        ear("after the wait");
    })));
    until("the task", || heard.len() > 0).await;
    pass(SOON * 5).await;
    assert_eq!(heard.all(), ["before the wait"]);
}

#[wasm_bindgen_test]
async fn the_page_tells_of_the_network_and_of_being_seen() {
    let uncaught = Uncaught::watch();
    let (window, document) = here();
    let heard = Heard::default();
    let watch = PageWatch::new(heard.ear());
    assert_eq!(heard.all(), [], "all is as usual");
    let tell = || {
        for name in ["offline", "online"] {
            let event = Event::new(name).expect("an event");
            window.dispatch_event(&event).expect("it can be dispatched");
        }
        let event = Event::new("visibilitychange").expect("an event");
        document.dispatch_event(&event).expect("it can be dispatched");
    };
    tell();
    let told =
        [PageEvent::Online(false), PageEvent::Online(true), PageEvent::Visible(is_visible())];
    assert_eq!(heard.all(), told);
    drop(watch);
    tell();
    assert_eq!((heard.len(), uncaught.count()), (told.len(), 0), "a dropped watch hears nothing");
}

#[wasm_bindgen_test]
fn both_clocks_go() {
    let (mono, wall) = (clock::mono(), clock::wall());
    assert!(mono > Duration::ZERO && clock::mono() >= mono);
    assert!(wall > UnixMillis::parse("2026-01-01T00:00:00Z").expect("an instant"));
}

#[wasm_bindgen_test]
fn local_time_is_utc_moved_by_its_offset() {
    let instant = UnixMillis::parse("2026-11-22T16:42:07Z").expect("an instant");
    let local = clock::local(instant);
    let minutes = 16 * 60 + 42 + local.offset_minutes;
    let of_day = u32::try_from(minutes.rem_euclid(24 * 60)).expect("not below zero");
    assert_eq!((local.hour * 60 + local.minute, local.second), (of_day, 7));
    assert_eq!((local.year, local.month), (2026, 11));
}

#[wasm_bindgen_test]
fn the_dice_fall_this_way_and_that() {
    let throws: Vec<u16> = (0..64).map(|_| dice()).collect();
    assert!(throws.iter().any(|throw| *throw != throws[0]), "{throws:?}");
}

#[wasm_bindgen_test]
fn what_is_remembered_can_be_forgotten() {
    storage::write("echoclock.test", Some("here"));
    assert_eq!(storage::read("echoclock.test").as_deref(), Some("here"));
    storage::write("echoclock.test", None);
    assert_eq!(storage::read("echoclock.test"), None);
}

#[wasm_bindgen_test]
fn the_root_is_emptied_of_the_loading_line() {
    let app = made("main");
    app.set_id("app");
    app.set_text_content(Some("Loading…"));
    let root = take_root("app");
    assert_eq!((root.id().as_str(), root.text_content().as_deref()), ("app", Some("")));
    app.remove();
    assert_eq!(take_root("app").tag_name(), "BODY");
    assert!(document_base().starts_with("http://"));
}

#[wasm_bindgen_test]
fn the_last_words_can_be_read_and_come_once() {
    let (_, document) = here();
    crash::show("It has crashed", "Reload it.", "index out of bounds");
    crash::show("It has crashed", "Reload it.", "and once more");
    let crash = document.query_selector("[data-testid=crash]").expect("a selector");
    let crash = crash.expect("it was found");
    let text = crash.text_content().expect("an element has text");
    assert!(text.contains("index out of bounds") && !text.contains("once more"), "{text}");
    assert_eq!(crash.get_attribute("role").as_deref(), Some("alert"));
    assert!(crash.query_selector("button").expect("a selector").is_some());
    crash.remove();
    assert!(document.query_selector("[data-testid=crash]").expect("a selector").is_none());
}
