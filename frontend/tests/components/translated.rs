//! A page that a translator has been at tells the same as one that it comes to afterwards.

use std::collections::VecDeque;
use std::time::Duration;

use echoclock_frontend::address::{Address, ConfigTrouble};
use echoclock_frontend::place::Place;
use echoclock_frontend::stores::{
    ChatRow, ChatRowBody, ClockNote, ClockNoteBody, Delivery, LinkView, SeenTick, Stores,
};
use echoclock_frontend::wire::{Row, SeenBy, What};
use echoclock_shared::echo::SendKey;
use echoclock_shared::feed::{ConnectTime, Period, Seq};
use echoclock_shared::limits::{OUTBOX_MAX, TEXT_MAX};
use echoclock_shared::session::{Cause, Counts, Ended, LinkState, Part, Trouble, Way};
use echoclock_shared::time::UnixMillis;
use echoclock_shared::transport::Transport;
use leptos::prelude::{ArcRwSignal, GetUntracked, Set, Update};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Element, HtmlElement, Node};

use crate::bench::Bench;
use crate::links::{a_link, open, view};
use crate::server::info;
use crate::translator::Manner;
use crate::transports::ledger;

const NOW: UnixMillis = UnixMillis::new(1_795_365_725_250);

/// What happens next on a page.
enum Step {
    Store(fn(Stores)),
    Press(&'static str),
    Write(&'static str, fn() -> String),
}

const fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

fn waiting() -> LinkState {
    let last = Ended { cause: Cause::Lost, open_for: Some(secs(3)) };
    LinkState::Waiting { until: secs(42), last }
}

fn address(user: Option<&str>, config: Result<&str, ConfigTrouble>) -> Address {
    let config = config.map(str::to_owned);
    Address::choose(user, &config, "http://here/")
}

fn say(stores: Stores, id: u64, delivery: Delivery) {
    let body = ChatRowBody::Message {
        key: SendKey::new(id).expect("a small number"),
        text: "é".repeat(1_000).into(),
        delivery: ArcRwSignal::new(delivery),
    };
    stores.chat.rows.update(|rows| rows.push(ChatRow { id, at: NOW, body }));
}

fn deliver(stores: Stores, delivery: &Delivery) {
    for row in stores.chat.rows.get_untracked() {
        if let ChatRowBody::Message { delivery: now, .. } = row.body {
            now.set(delivery.clone());
        }
    }
}

fn echoed(way: Way) -> Delivery {
    Delivery::Echoed {
        text: "come back".to_owned(),
        received: NOW,
        round_trip: Duration::from_micros(1_270),
        way,
        instance: None,
    }
}

fn tick(stores: Stores, steps: u64) {
    let period = stores.clock.period.get_untracked();
    let tick = period.tick(period.newest_at(NOW).plus(steps));
    let delay = i64::try_from(steps * 1_000).ok();
    stores.clock.last.set(Some(SeenTick { tick, delay }));
    stores.clock.delays.set(VecDeque::from([900, 1_000 * i64::try_from(steps).unwrap_or(0)]));
    stores.clock.counts.set(Counts { received: steps, late: steps / 2, ..Counts::default() });
}

fn note(stores: Stores, id: u64, body: ClockNoteBody) {
    stores.clock.notes.update(|notes| notes.push(ClockNote { id, at: NOW, body }));
}

fn lane(stores: Stores, steps: u64) {
    for transport in Transport::ALL {
        let lane = stores.lanes.of(transport);
        lane.clock.link.set(view(open(), None));
        lane.clock.counts.set(Counts { received: steps, missed: steps, ..Counts::default() });
        lane.requests.set(steps);
        lane.ledger.set(Some(ledger(steps)));
        let tick = Period::S1.tick(Seq::new(1_795_365_725 + steps));
        lane.clock.last.set(Some(SeenTick { tick, delay: None }));
    }
    stores.page.now.update(|now| *now += Duration::from_millis(250));
}

fn wire_row(stores: Stores, id: u64, raw: &str) {
    let row = Row {
        id,
        at: NOW,
        seen_by: SeenBy::Server,
        part: Part::Chat,
        way: None,
        what: What::Event,
        size: Some(3),
        raw: raw.into(),
        told: None,
        computed: true,
        cut: true,
    };
    stores.wire.rows.update(|rows| rows.push(row));
}

fn queue(stores: Stores, transport: Transport) {
    let connecting = LinkState::Connecting { link: a_link(), until: secs(10) };
    stores.lanes.of(transport).clock.link.set(view(connecting, Some(Trouble::Queued)));
}

const STORY: &[Step] = &[
    Step::Store(|stores| {
        stores.server.address.set(address(None, Ok("")));
        let connecting = LinkState::Connecting { link: a_link(), until: secs(35) };
        stores.page.now.set(secs(30));
        stores.chat.link.set(view(connecting.clone(), None));
        stores.clock.link.set(view(connecting, None));
    }),
    Step::Store(|stores| {
        stores.chat.link.set(view(open(), None));
        stores.clock.link.set(view(open(), None));
        let hello = ConnectTime { now: NOW, instance: "f3f019bf".to_owned(), every: Period::S1 };
        stores.clock.connected.set(Some(hello));
        stores.clock.offset_error.set(Some(640));
        stores.server.info.set(Some(info()));
        note(stores, 1, ClockNoteBody::Opened(None));
        tick(stores, 0);
    }),
    Step::Store(|stores| {
        stores.page.now.set(secs(31));
        tick(stores, 4);
        say(stores, 1, Delivery::Queued);
        stores.chat.waiting.set(1);
    }),
    Step::Store(|stores| deliver(stores, &Delivery::Sent { times: 3 })),
    Step::Press("[data-testid=chat-log] .whole"),
    Step::Store(|stores| deliver(stores, &echoed(Way::Socket))),
    Step::Store(|stores| {
        say(stores, 2, Delivery::Queued);
        deliver(stores, &echoed(Way::Post));
        say(stores, 3, Delivery::Refused { reason: Some("too much".to_owned()) });
        stores.chat.dropped.set(7);
        stores.clock.notes_dropped.set(8);
        stores.chat.waiting.set(0);
    }),
    Step::Store(|stores| {
        stores.chat.dropped.set(9);
        stores.clock.notes_dropped.set(10);
        stores.chat.rows.update(|rows| drop(rows.remove(0)));
    }),
    // The server says something else of itself and of the request.
    Step::Store(|stores| {
        stores.server.info.update(|info| {
            let info = info.as_mut().expect("it has been told");
            info.draining = true;
            info.done.echoes = 4_321;
            info.request.via = None;
            info.request.client = None;
            info.socket.reason = Some("no such page".to_owned());
            info.request.host = Some("here".to_owned());
        });
    }),
    // It stops.
    Step::Store(|stores| {
        stores.chat.link.set(view(waiting(), None));
        stores.clock.link.set(view(waiting(), Some(Trouble::Unreachable)));
        stores.page.seems_offline.set(true);
        stores.clock.connected.set(None);
        stores.server.info.set(None);
        let ended = Ended { cause: Cause::Lost, open_for: None };
        note(stores, 2, ClockNoteBody::Ended(ended));
    }),
    Step::Store(|stores| {
        stores.page.now.set(secs(40));
        stores.page.seems_offline.set(false);
        let posts = view(waiting(), Some(Trouble::OnlyPlainRequests));
        stores.chat.link.set(LinkView { posts: Some(0), ..posts });
        stores.chat.waiting.set(OUTBOX_MAX);
    }),
    Step::Store(|stores| {
        stores.chat.link.set(view(LinkState::Idle { last: None }, None));
        stores.clock.link.set(view(LinkState::Resting, None));
        stores.chat.waiting.set(2);
    }),
    // The user does something.
    Step::Write("#message", || "x".repeat(TEXT_MAX)),
    Step::Write("#message", || "x".repeat(TEXT_MAX + 1)),
    Step::Write("#close-code", || "1001".to_owned()),
    Step::Write("#close-reason", || "x".repeat(124)),
    Step::Write("#close-code", || "1000".to_owned()),
    Step::Store(|stores| {
        stores.server.address.set(address(Some("ftp://x"), Err(ConfigTrouble::NotFetched)))
    }),
    Step::Store(|stores| {
        stores.server.address.set(address(Some("x y"), Err(ConfigTrouble::NotFetched)))
    }),
    Step::Store(|stores| stores.server.address.set(address(Some("http://there"), Ok("")))),
    Step::Store(|stores| stores.server.address.set(address(None, Ok("http://far/")))),
    Step::Store(|stores| stores.clock.period.set(Period::Ms100)),
    // What was recorded.
    Step::Press("[data-testid=wire-button]"),
    Step::Store(|stores| {
        wire_row(stores, 1, "first");
        stores.wire.waiting.set(3);
        stores.wire.dropped.set(4);
    }),
    Step::Write("#wire-text", || "second".to_owned()),
    Step::Store(|stores| {
        wire_row(stores, 2, &"second ".repeat(80));
        stores.wire.waiting.set(0);
        stores.wire.dropped.set(5);
    }),
    Step::Press("[data-testid=wire-rows] .whole"),
    Step::Press("[data-testid=wire-button]"),
    // The lanes.
    Step::Store(|stores| stores.page.place.set(Place::Transports)),
    Step::Press("#lane-events summary"),
    Step::Press("#lane-poll summary"),
    Step::Store(|stores| lane(stores, 5)),
    Step::Store(|stores| {
        stores.lanes.offset_error.set(Some(640));
        lane(stores, 2_000);
    }),
    Step::Store(|stores| stores.lanes.offset_error.set(Some(900))),
    Step::Store(|stores| queue(stores, Transport::Stream)),
    Step::Store(|stores| queue(stores, Transport::Frame)),
    Step::Press(".controls .quiet"),
    Step::Store(|stores| lane(stores, 3)),
    Step::Press(".controls .quiet"),
    Step::Store(|stores| stores.lanes.offset_error.set(None)),
    Step::Store(|stores| stores.lanes.period.set(Period::S60)),
    Step::Store(|stores| stores.page.place.set(Place::Live)),
];

#[wasm_bindgen_test]
async fn a_translated_page_tells_what_a_page_tells() {
    for manner in Manner::ALL {
        let mut early = Bench::new(|_| {}).await;
        early.translate(manner);
        let plain = Bench::new(|_| {}).await;
        for (at, step) in STORY.iter().enumerate() {
            for bench in [&early, &plain] {
                match step {
                    Step::Store(change) => {
                        change(bench.stores);
                        bench.settle().await;
                    }
                    Step::Press(selector) => {
                        bench.get(selector).unchecked_into::<HtmlElement>().click();
                        bench.settle().await;
                    }
                    Step::Write(field, text) => bench.fill(field, &text()).await,
                }
            }
            let (told, meant) = (outline(&early), translated(outline(&plain)));
            let first = told.iter().zip(&meant).position(|(told, meant)| told != meant);
            let around = |lines: &[String]| {
                let at = first.unwrap_or(lines.len().saturating_sub(1));
                lines[at.saturating_sub(3)..lines.len().min(at + 3)].join("\n")
            };
            assert!(
                told == meant,
                "{manner:?}, step {at}, told:\n{}\nmeant:\n{}",
                around(&told),
                around(&meant)
            );
        }
        // Whatever language the page is in by now, these know their own, or that it is not known.
        assert_eq!(early.count(".notranslate:not([lang])"), 0, "{manner:?}");
        assert_eq!(early.count("[lang=en]:not([dir=ltr])"), 0, "{manner:?}");
        assert_eq!(early.count(".said:not([dir=auto][lang=''])"), 0, "{manner:?}");
        assert!(early.count(".said") > 0 && early.count("[lang=en]") > 20, "{manner:?}");
        let words = told_in_translation(&early);
        assert!(words > 40, "{manner:?}: what stays as it is has been translated: {words}");
    }
}

/// What a page shows, an element or a text a line.
fn outline(bench: &Bench) -> Vec<String> {
    let mut lines = Vec::new();
    walk(bench.root(), &mut lines);
    lines
}

fn walk(element: &Element, lines: &mut Vec<String>) {
    let children = element.child_nodes();
    for node in (0..children.length()).filter_map(|at| children.get(at)) {
        match node.dyn_into::<Element>() {
            // The translator's own.
            Ok(font) if font.tag_name() == "FONT" => walk(&font, lines),
            Ok(element) => {
                lines.push(format!("<{}>", element.tag_name()));
                walk(&element, lines);
            }
            Err(node) => lines.extend(text(&node).map(|text| mark(element, &text))),
        }
    }
}

/// A text as it is meant to be read, and whether a translator may be at it.
fn mark(parent: &Element, text: &str) -> String {
    let marked = parent.closest("[translate=no], textarea").expect("a selector").is_some();
    format!("{}{text}", if marked { "as it is: " } else { "to translate: " })
}

fn text(node: &Node) -> Option<String> {
    let text = (node.node_type() == Node::TEXT_NODE).then(|| node.text_content()).flatten()?;
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// What a translator makes of an outline.
fn translated(lines: Vec<String>) -> Vec<String> {
    let translate = |line: String| match line.strip_prefix("to translate: ") {
        Some(_) => "to translate: TRANSLATED".to_owned(),
        None => line,
    };
    lines.into_iter().map(translate).collect()
}

fn told_in_translation(bench: &Bench) -> usize {
    outline(bench).iter().filter(|line| line.ends_with("TRANSLATED")).count()
}
