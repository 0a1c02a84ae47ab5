//! The chat's log.

use std::time::Duration;

use echoclock_frontend::stores::{ChatRow, ChatRowBody, Delivery, Stores};
use echoclock_shared::echo::{Fault, FaultCode, SendKey};
use echoclock_shared::session::{CannotSay, Cause, Ended, Garbled, PostingEnd, Way};
use echoclock_shared::time::UnixMillis;
use leptos::prelude::{ArcRwSignal, Set, Update};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::bench::Bench;
use crate::support::until;

fn row(id: u64, body: ChatRowBody) -> ChatRow {
    ChatRow { id, at: UnixMillis::new(1_795_365_720_250), body }
}

fn message(id: u64, text: &str) -> (ChatRow, ArcRwSignal<Delivery>) {
    let delivery = ArcRwSignal::new(Delivery::Queued);
    let body = ChatRowBody::Message {
        key: SendKey::new(id).expect("a small number"),
        text: text.into(),
        delivery: delivery.clone(),
    };
    (row(id, body), delivery)
}

fn echoed(text: &str) -> Delivery {
    Delivery::Echoed {
        text: text.to_owned(),
        received: UnixMillis::new(1_795_365_720_260),
        round_trip: Duration::from_micros(1_270),
        way: Way::Socket,
        instance: Some("f3f019bf".to_owned()),
    }
}

#[wasm_bindgen_test]
async fn a_message_stays_in_its_row_from_queued_to_echoed() {
    let (first, delivery) = message(7, "hello <b>there</b>");
    let bench = Bench::new(|stores: Stores| stores.chat.rows.set(vec![first])).await;
    let item = bench.get("li[data-key='7']");
    let state = || item.get_attribute("data-delivery").unwrap_or_default();
    assert_eq!(bench.text("li .said"), "hello <b>there</b>");
    for (now, name, receipt) in [
        (Delivery::Queued, "queued", "queued"),
        (Delivery::Sent { times: 1 }, "sent", "sent"),
        (Delivery::Sent { times: 3 }, "sent", "sent 3 times"),
    ] {
        delivery.set(now);
        bench.settle().await;
        assert_eq!((state().as_str(), bench.text(".receipt").as_str()), (name, receipt));
        assert!(bench.find(".echo").is_none());
    }
    delivery.set(echoed("hello <b>there</b>"));
    bench.settle().await;
    assert_eq!(state(), "echoed");
    assert_eq!(item.get_attribute("data-instance").as_deref(), Some("f3f019bf"));
    assert_eq!(bench.text("li .echo"), "ECHO: hello <b>there</b>");
    assert_eq!(bench.text("[data-testid=round-trip]"), "1.3 ms");
    assert!(item.is_connected(), "the row is the one from the start");
}

#[wasm_bindgen_test]
async fn an_echo_that_came_another_way_says_so() {
    let (first, delivery) = message(7, "hello");
    let bench = Bench::new(|stores: Stores| stores.chat.rows.set(vec![first])).await;
    let Delivery::Echoed { text, received, round_trip, .. } = echoed("hello") else { return };
    let (way, instance) = (Way::Post, None);
    delivery.set(Delivery::Echoed { text, received, round_trip, way, instance });
    bench.settle().await;
    assert_eq!(bench.text(".receipt"), "1.3 ms by POST");
    assert_eq!(bench.attribute("li[data-key='7']", "data-way").as_deref(), Some("post"));
}

#[wasm_bindgen_test]
async fn a_refused_message_says_why() {
    let (first, delivery) = message(1, "too much");
    let bench = Bench::new(|stores: Stores| stores.chat.rows.set(vec![first])).await;
    delivery.set(Delivery::Refused { reason: Some("the text has 16390 bytes".to_owned()) });
    bench.settle().await;
    assert_eq!(bench.attribute(".chat li", "data-delivery").as_deref(), Some("refused"));
    assert_eq!(bench.text("li .refusal"), "the text has 16390 bytes");
    assert!(bench.find("[data-testid=round-trip]").is_none());
}

#[wasm_bindgen_test]
async fn what_else_happens_is_noted_between_the_messages() {
    let fault =
        Fault { code: FaultCode::Malformed, key: None, message: "not JSON: at 1".to_owned() };
    let ended = Ended { cause: Cause::Silent, open_for: None };
    let rows = vec![
        row(1, ChatRowBody::Opened { instance: "abc".to_owned() }),
        row(2, ChatRowBody::NotSaid { text: "unsaid".into(), why: CannotSay::Full }),
        row(3, ChatRowBody::Complained(fault)),
        row(4, ChatRowBody::Garbled(Garbled::Unreadable("no type".to_owned()))),
        row(5, ChatRowBody::Ended(ended)),
        row(6, ChatRowBody::PostingBegun),
        row(7, ChatRowBody::PostingEnded(PostingEnd::SocketLasts)),
    ];
    let bench = Bench::new(|stores: Stores| stores.chat.rows.set(rows)).await;
    for (note, words) in [
        ("opened", "instance is abc."),
        ("not-said", "wait for their echo"),
        ("complained", "complains: not JSON: at 1."),
        ("garbled", "can’t be read: no type."),
        ("ended", "fell silent"),
        ("posting-begun", "goes by a POST"),
        ("posting-ended", "has lasted"),
    ] {
        let said = bench.text(&format!("[data-testid=chat-log] li[data-note={note}]"));
        assert!(said.contains(words), "{said}");
    }
    assert_eq!(bench.text("li[data-note=not-said] .said"), "unsaid", "the text is not lost");
}

#[wasm_bindgen_test]
async fn an_empty_log_invites_and_a_cut_one_says_so() {
    let bench = Bench::new(|_| {}).await;
    assert!(bench.text(".log").contains("Nothing said yet"));
    assert!(bench.find("[data-testid=chat-dropped]").is_none());
    bench.stores.chat.rows.set(vec![message(1, "x").0]);
    bench.stores.chat.dropped.set(1_234);
    bench.settle().await;
    assert!(!bench.text(".log").contains("Nothing said yet"));
    assert!(bench.text("[data-testid=chat-dropped]").starts_with("1,234 older rows are not kept"));
}

#[wasm_bindgen_test]
async fn a_long_text_is_shown_in_part_until_it_is_asked_for() {
    let (short, long) = ("x".repeat(1_000), "é".repeat(8_192));
    let rows = vec![message(1, &short).0, message(2, &long).0];
    let bench = Bench::new(|stores: Stores| stores.chat.rows.set(rows)).await;
    assert_eq!(bench.count("li.clamped"), 1);
    assert_eq!(bench.text("li.clamped .said"), long, "all of it is there to be found");
    bench.press("li[data-key='2']", "Show all 16,384 bytes").await;
    assert_eq!(bench.count("li.clamped"), 0);
    bench.press("li[data-key='2']", "Show less").await;
    assert_eq!(bench.count("li.clamped"), 1);
}

#[wasm_bindgen_test]
async fn the_log_stays_at_its_end_unless_the_user_leaves() {
    let rows = (1..=40).map(|id| message(id, "a line").0).collect();
    let bench = Bench::new(|stores: Stores| stores.chat.rows.set(rows)).await;
    let log = bench.get(".log .scrolled");
    log.set_attribute("style", "height: 100px; overflow-y: auto").expect("a style");
    let left_below = || log.scroll_height() - log.scroll_top() - log.client_height();
    until("the end is in sight", || log.scroll_height() > 200 && left_below() == 0).await;

    let add = |id| bench.stores.chat.rows.update(|rows| rows.push(message(id, "more").0));
    add(41);
    until("the new row is there", || bench.find("li[data-key='41']").is_some()).await;
    until("it is in sight", || left_below() == 0).await;

    log.set_scroll_top(50);
    until("a way back is offered", || bench.find(".jump").is_some()).await;
    add(42);
    until("another row is there", || bench.find("li[data-key='42']").is_some()).await;
    bench.settle().await;
    assert_eq!(log.scroll_top(), 50, "who reads is not torn away");

    bench.press(".log", "Jump to newest").await;
    until("the end is in sight again", || left_below() == 0).await;
    until("nothing more is offered", || bench.find(".jump").is_none()).await;
}
