//! The Wire drawer.

use echoclock_frontend::browser::SocketNews;
use echoclock_frontend::wire::{ROWS_MAX, Row, SeenBy, What};
use echoclock_shared::info::Info;
use echoclock_shared::session::{Effect, Event, Intent, LinkId, Moment, Part, Session};
use echoclock_shared::time::UnixMillis;
use leptos::prelude::Set;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{HtmlElement, window};

use crate::bench::Bench;
use crate::server::info;
use crate::support::until;

const WIRE: &str = "[data-testid=wire]";
const ROWS: &str = "[data-testid=wire-rows] li";

/// Opens links of the chat and the clock, as a session does.
fn links(bench: &Bench) -> [LinkId; 2] {
    let mut session = Session::default();
    [Part::Chat, Part::Clock].map(|wanted| {
        let effects = session.handle(Event::User(Intent::Connect(wanted)), &Moment::default());
        let opened = |effect: &Effect| {
            if let Effect::Open { link, .. } = effect { Some(*link) } else { None }
        };
        let link = effects.iter().find_map(opened).expect("a link is opened");
        bench.stores.wire.wire().opened(wanted, link, None);
        link
    })
}

fn focused() -> Option<String> {
    let document = window().and_then(|window| window.document())?;
    document.active_element().map(|element| element.id())
}

#[wasm_bindgen_test]
async fn the_drawer_records_while_it_is_open() {
    let bench = Bench::new(|_| {}).await;
    let [chat, clock] = links(&bench);
    let wire = bench.stores.wire.wire();
    assert!(bench.find(WIRE).is_none());
    assert_eq!(
        bench.attribute("[data-testid=wire-button]", "aria-expanded").as_deref(),
        Some("false")
    );
    wire.ear(chat).says("before");

    bench.press(".page-foot", "Wire").await;
    assert_eq!(
        bench.attribute("[data-testid=wire-button]", "aria-expanded").as_deref(),
        Some("true")
    );
    assert_eq!(focused().as_deref(), Some("wire-drawer"));
    assert!(bench.text(WIRE).contains("Nothing has passed yet"));
    wire.ear(chat).says("hello <b>");
    wire.ear(clock).hears(&SocketNews::Text("tick".to_owned()));
    until("both rows are there", || bench.count(ROWS) == 2).await;
    let row = bench.text(ROWS);
    for words in ["Chat", "text to the server", "9 B", "hello <b>"] {
        assert!(row.contains(words), "{words}: {row}");
    }
    assert!(!bench.text(WIRE).contains("before"));

    bench.press(WIRE, "Close").await;
    assert!(bench.find(WIRE).is_none());
    let button = bench.get("[data-testid=wire-button]");
    let active = window().and_then(|it| it.document()).and_then(|it| it.active_element());
    assert_eq!(active, Some(button), "the focus goes back");
    wire.ear(chat).says("after");
    assert_eq!(wire.take().rows.len(), 0, "nobody gathers");
}

#[wasm_bindgen_test]
async fn escape_closes_it_from_within() {
    let bench = Bench::new(|_| {}).await;
    bench.press(".page-foot", "Wire").await;
    bench.enter("#wire-text", |init| init.set_key("Escape")).await;
    assert!(bench.find(WIRE).is_none());
}

#[wasm_bindgen_test]
async fn rows_are_filtered_by_link_and_by_text() {
    let bench = Bench::new(|_| {}).await;
    let [chat, clock] = links(&bench);
    let wire = bench.stores.wire.wire();
    bench.press(".page-foot", "Wire").await;
    for text in ["one", "two", "three"] {
        wire.ear(chat).says(text);
        wire.ear(clock).hears(&SocketNews::Text(text.to_owned()));
    }
    until("all rows are there", || bench.count(ROWS) == 6).await;
    bench.fill("#wire-part", "Clock").await;
    assert_eq!(bench.count(ROWS), 3);
    bench.fill("#wire-text", "TWO").await;
    assert_eq!(bench.count(ROWS), 1);
    bench.fill("#wire-text", "four").await;
    assert_eq!(bench.count(ROWS), 0);
    assert!(bench.text(WIRE).contains("No row fits."));
    bench.fill("#wire-text", "").await;
    bench.fill("#wire-part", "").await;
    assert_eq!(bench.count(ROWS), 6);
}

#[wasm_bindgen_test]
async fn a_size_that_is_computed_says_so_in_words_too() {
    let bench = Bench::new(|_| {}).await;
    bench.press(".page-foot", "Wire").await;
    let rows = [(1, false), (2, true)].map(|(id, computed)| Row {
        id,
        at: UnixMillis::default(),
        seen_by: SeenBy::Server,
        part: Part::Clock,
        way: None,
        what: What::Event,
        size: Some(300),
        raw: "tick".into(),
        told: None,
        computed,
        cut: false,
    });
    bench.stores.wire.rows.set(rows.into());
    bench.settle().await;
    assert_eq!(bench.texts(".wire-rows .size"), ["300 B", "≈ 300 B computed"]);
    assert_eq!(bench.texts(".wire-rows .size[title] .unseen"), ["computed"]);
}

#[wasm_bindgen_test]
async fn it_stands_still_while_it_is_paused_and_loses_nothing() {
    let bench = Bench::new(|_| {}).await;
    let [chat, _] = links(&bench);
    let wire = bench.stores.wire.wire();
    bench.press(".page-foot", "Wire").await;
    bench.press(WIRE, "Pause").await;
    wire.ear(chat).says("one");
    let pause = || bench.text(".wire-tools .buttons button");
    until("it tells what waits", || pause() == "Pause (1 new)").await;
    assert_eq!(bench.count(ROWS), 0);
    bench.get(".wire-tools .buttons button[aria-pressed=true]");
    bench.press(WIRE, "Pause (1 new)").await;
    assert_eq!(bench.count(ROWS), 1);
    bench.press(WIRE, "Clear").await;
    assert_eq!(bench.count(ROWS), 0);
    assert!(bench.buttons(".wire-tools").contains(&"Export".to_owned()));
    assert!(bench.is_disabled(".wire-tools .buttons button:last-child"), "there is nothing");
}

#[wasm_bindgen_test]
async fn it_says_how_much_it_has_dropped() {
    let bench = Bench::new(|_| {}).await;
    let [chat, _] = links(&bench);
    let wire = bench.stores.wire.wire();
    bench.press(".page-foot", "Wire").await;
    for _ in 0..ROWS_MAX + 5 {
        wire.ear(chat).says("x");
    }
    until("it says so", || bench.find("[data-testid=wire-dropped]").is_some()).await;
    assert!(bench.text("[data-testid=wire-dropped]").starts_with("5 older rows are not kept"));
    assert_eq!(bench.count(ROWS), 1_000);
}

#[wasm_bindgen_test]
async fn a_long_row_is_shown_in_part_until_it_is_asked_for() {
    let bench = Bench::new(|_| {}).await;
    let [chat, _] = links(&bench);
    let wire = bench.stores.wire.wire();
    bench.press(".page-foot", "Wire").await;
    wire.ear(chat).says(&"x".repeat(500));
    until("the row is there", || bench.count(ROWS) == 1).await;
    assert_eq!(bench.count("li.clamped"), 1);
    bench.press(ROWS, "All of it").await;
    assert_eq!(bench.count("li.clamped"), 0);
    let row: HtmlElement = wasm_bindgen::JsCast::unchecked_into(bench.get(ROWS));
    assert!(row.inner_text().contains(&"x".repeat(500)));
}

#[wasm_bindgen_test]
async fn it_says_that_the_server_tells_nothing_where_that_is_so() {
    let bench = Bench::new(|_| {}).await;
    bench.press(".page-foot", "Wire").await;
    assert!(bench.find("[data-testid=wire-one-sided]").is_none());
    bench.stores.server.info.set(Some(Info { ledgers: false, ..info() }));
    bench.settle().await;
    assert!(bench.text("[data-testid=wire-one-sided]").contains("--no-ledgers"));
    let nothing = bench.text(".wire-rows .nothing");
    assert!(!nothing.contains("What the server saw"), "{nothing}");
}
