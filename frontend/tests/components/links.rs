//! A connection in each of its states, as both parts show it.

use std::time::Duration;

use echoclock_frontend::address::Address;
use echoclock_frontend::stores::{LinkView, Stores};
use echoclock_shared::close::CloseCode;
use echoclock_shared::problem::Problem;
use echoclock_shared::session::{
    Cause, Ended, Event, Intent, LinkId, LinkState, Moment, Part, Session, Side, Stranger, Trouble,
};
use leptos::prelude::Set;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::bench::Bench;

/// Returns the first link of a session.
pub(crate) fn a_link() -> LinkId {
    let mut session = Session::default();
    session.handle(Event::User(Intent::Connect(Part::Chat)), &Moment::default());
    session.chat().link().current().expect("it is being connected")
}

pub(crate) fn open() -> LinkState {
    LinkState::Open { link: a_link(), since: Moment { mono: secs(10), ..Moment::default() } }
}

pub(crate) fn view(state: LinkState, trouble: Option<Trouble>) -> LinkView {
    LinkView { state, failures: 3, trouble, posts: None, refusal: None }
}

fn waiting() -> LinkState {
    LinkState::Waiting { until: secs(42), last: Ended { cause: Cause::Lost, open_for: None } }
}

fn about_to_stop() -> Problem {
    Problem {
        title: "Service Unavailable".to_owned(),
        status: 503,
        detail: "the server is about to stop".to_owned(),
        parameter: None,
    }
}

fn refused_for_a_while() -> LinkState {
    let last = Ended { cause: Cause::Refused(about_to_stop()), open_for: None };
    LinkState::Waiting { until: secs(42), last }
}

const fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

fn idle(cause: Cause) -> LinkState {
    LinkState::Idle { last: Some(Ended { cause, open_for: Some(secs(3)) }) }
}

#[wasm_bindgen_test]
async fn messages_that_go_by_plain_requests_are_told() {
    let posts = LinkView { posts: Some(0), ..view(waiting(), Some(Trouble::OnlyPlainRequests)) };
    let bench = Bench::new(move |stores: Stores| {
        stores.page.now.set(secs(30));
        stores.chat.link.set(posts);
    })
    .await;
    let attribute = |name| bench.attribute("[data-testid=chat]", name);
    assert_eq!(attribute("data-way").as_deref(), Some("post"));
    assert_eq!(attribute("data-trouble"), None, "who is heard has no trouble");
    assert!(bench.text("[data-testid=chat-status]").starts_with("By plain requests"));
    assert_eq!(bench.text("[data-testid=chat] [data-testid=link-timer]"), "next try in 12 s");
    assert_eq!(bench.text("[data-testid=chat] .by"), "POST");
    assert_eq!(bench.text("[data-testid=composer-waiting]"), "", "nothing waits for the socket");
    bench.stores.chat.link.set(view(open(), None));
    bench.settle().await;
    assert_eq!(attribute("data-way").as_deref(), Some("socket"));
}

#[wasm_bindgen_test]
async fn who_runs_a_proxy_is_told_what_mends_it() {
    let no_upgrade = Some(Trouble::NoUpgrade("HTTP/1.0".to_owned()));
    let posts = LinkView { posts: Some(0), ..view(waiting(), no_upgrade) };
    let bench = Bench::new(move |stores: Stores| stores.chat.link.set(posts)).await;
    let status = bench.text("[data-testid=chat-status]");
    assert!(status.contains("without its Upgrade, over HTTP/1.0"), "{status}");
    let mend = bench.text("[data-testid=chat] [data-testid=link-mend] code");
    assert!(mend.contains("proxy_set_header Upgrade $http_upgrade;"), "{mend}");
    bench.stores.chat.link.set(view(open(), None));
    bench.settle().await;
    assert!(bench.find("[data-testid=link-mend]").is_none());
}

#[wasm_bindgen_test]
async fn every_state_is_told_and_offers_what_can_be_done() {
    let link = a_link();
    let bench = Bench::new(|stores| {
        let here = Address::choose(None, &Ok(String::new()), "http://here/");
        stores.server.address.set(here);
        stores.page.now.set(secs(30));
    })
    .await;
    let by_user =
        Cause::Closed { by: Side::Browser, code: CloseCode(4001), reason: "bye".to_owned() };
    let refused = Trouble::Refused("http://there may not use this server".to_owned());
    let impossible = Cause::Impossible("The address names no host.".to_owned());
    for (state, trouble, name, trouble_name, said, timer, buttons) in [
        (LinkState::Idle { last: None }, None, "idle", None, "Not connected", "", "Connect"),
        (idle(by_user), None, "idle", None, "answered with 4001: a code of the", "", "Connect"),
        (idle(Cause::LetGo), None, "idle", None, "You let it go", "", "Connect"),
        (idle(impossible), None, "idle", Some("impossible"), "names no host.", "", "Connect"),
        (
            LinkState::Connecting { link, until: secs(35) },
            None,
            "connecting",
            None,
            "first message is awaited",
            "up to 5 s",
            "Disconnect",
        ),
        (open(), None, "open", None, "Open", "for 20 s", "Disconnect"),
        (
            LinkState::Closing { link, until: secs(32) },
            None,
            "closing",
            None,
            "answer is awaited",
            "up to 2 s",
            "Connect",
        ),
        (
            waiting(),
            None,
            "waiting",
            None,
            "No connection could be made",
            "next try in 12 s",
            RETRY,
        ),
        (
            waiting(),
            Some(Trouble::Unreachable),
            "waiting",
            Some("unreachable"),
            "no answer from http://here/api/",
            "next try in 12 s",
            RETRY,
        ),
        (
            waiting(),
            Some(refused),
            "waiting",
            Some("refused"),
            "http://there may not use this server.",
            "next try in 12 s",
            RETRY,
        ),
        (
            refused_for_a_while(),
            Some(Trouble::Problem(about_to_stop())),
            "waiting",
            Some("problem"),
            "refuses the request: the server is about to stop.",
            "next try in 12 s",
            RETRY,
        ),
        (
            waiting(),
            Some(Trouble::NotOurs(Stranger { status: 404, media_type: String::new() })),
            "waiting",
            Some("not-ours"),
            "HTTP status 404 with nothing.",
            "next try in 12 s",
            RETRY,
        ),
        (
            waiting(),
            Some(Trouble::OnlyPlainRequests),
            "waiting",
            Some("only-plain-requests"),
            "Look at what stands between",
            "next try in 12 s",
            RETRY,
        ),
        (LinkState::Resting, None, "resting", None, "Nobody looks", "", "Disconnect"),
    ] {
        for (part, store) in [("chat", bench.stores.chat.link), ("clock", bench.stores.clock.link)]
        {
            store.set(view(state.clone(), trouble.clone()));
            bench.settle().await;
            let section = format!("[data-testid={part}]");
            let attribute = |name| bench.attribute(&section, name);
            assert_eq!(attribute("data-state").as_deref(), Some(name), "{part}, {state:?}");
            assert_eq!(attribute("data-trouble").as_deref(), trouble_name, "{part}, {state:?}");
            let words = bench.text(&format!("[data-testid={part}-status]"));
            assert!(words.contains(said), "{part}, {state:?}: {words}");
            assert_eq!(bench.text(&format!("{section} [data-testid=link-timer]")), timer);
            let offered = bench.buttons(&format!("{section} .actions")).join(", ");
            assert_eq!(offered, buttons, "{part}, {state:?}");
        }
    }
}

#[wasm_bindgen_test]
async fn the_wait_counts_down_without_a_word_to_screen_readers() {
    let bench = Bench::new(|stores| stores.chat.link.set(view(waiting(), None))).await;
    let status = bench.get("[data-testid=chat-status]");
    for (now, left) in [(30_000, "12 s"), (30_001, "12 s"), (41_500, "1 s"), (43_000, "0 s")] {
        bench.stores.page.now.set(Duration::from_millis(now));
        bench.settle().await;
        let timer = bench.text("[data-testid=chat] [data-testid=link-timer]");
        assert_eq!(timer, format!("next try in {left}"));
        let words = status.text_content().unwrap_or_default();
        assert!(!words.contains("next try"), "it would be read out each second: {words}");
    }
}

#[wasm_bindgen_test]
async fn the_buttons_ask_for_what_they_say() {
    let bench = Bench::new(|stores: Stores| stores.clock.link.set(view(waiting(), None))).await;
    bench.press("[data-testid=clock]", "Retry now").await;
    bench.press("[data-testid=clock]", "Disconnect").await;
    bench.press("[data-testid=chat]", "Connect").await;
    assert_eq!(
        bench.intents(),
        [
            Intent::Connect(Part::Clock),
            Intent::Disconnect {
                part: Part::Clock,
                code: CloseCode::NORMAL,
                reason: String::new()
            },
            Intent::Connect(Part::Chat),
        ]
    );
}

#[wasm_bindgen_test]
async fn no_network_is_a_hint_and_only_while_it_matters() {
    let bench = Bench::new(|stores| {
        stores.page.seems_offline.set(true);
        stores.chat.link.set(view(open(), None));
        stores.clock.link.set(view(waiting(), None));
    })
    .await;
    assert!(bench.find("[data-testid=chat] [data-testid=offline-hint]").is_none());
    assert!(bench.text("[data-testid=clock] [data-testid=offline-hint]").contains("no network"));
    bench.stores.page.seems_offline.set(false);
    bench.settle().await;
    assert!(bench.find("[data-testid=offline-hint]").is_none());
}

const RETRY: &str = "Retry now, Disconnect";
