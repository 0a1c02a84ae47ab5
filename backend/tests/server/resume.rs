//! The shared session against the real server, over a network that cuts, delays and black-holes.

use std::sync::Arc;
use std::time::Duration;

use echoclock_backend::feed::clock::WallClock;
use echoclock_shared::close::CloseCode;
use echoclock_shared::feed::{Period, Seq};
use echoclock_shared::session::{Cause, Intent, Part, Side};
use echoclock_shared::transport::Transport;

use crate::support::clock::SetAhead;
use crate::support::page::{Page, View};
use crate::support::proxy::{Proxy, Weather};
use crate::support::{self, Setup};

#[tokio::test]
async fn every_message_is_echoed_once_over_a_network_that_keeps_cutting() {
    let server = support::start().await;
    let proxy = Proxy::start(server.address()).await;
    let mut page = Page::open(proxy.address()).await;
    for number in 0..200 {
        page.say(number.to_string()).await;
        if number % 40 == 20 {
            proxy.cut();
        }
    }
    let view = page.until("every echo", |view| view.echoed.len() == 200).await;
    assert_eq!(view.echoed, (0..200).map(|number| number.to_string()).collect::<Vec<_>>());
    assert!(view.chat_ends.len() >= 2, "the network did cut: {:?}", view.chat_ends);
    let echoes = server.info().await.done.echoes;
    assert!(echoes >= 200, "the server counts {echoes} echoes");
    let ticked =
        page.until("the clock to go on", |view| view.clock_open && view.ticks.len() > 3).await;
    assert_is_whole(&ticked);
}

#[tokio::test]
async fn a_black_hole_is_noticed_and_what_was_missed_is_made_good() {
    let server = support::start().await;
    let proxy = Proxy::start(server.address()).await;
    let mut page = Page::open(proxy.address()).await;
    page.until("both halves open", |view| {
        view.chat_open && view.clock_open && !view.ticks.is_empty()
    })
    .await;
    proxy.set_weather(Weather::BlackHole);
    page.say("into the dark".to_owned()).await;
    let view =
        page.until("both silences noticed", |view| !view.chat_open && !view.clock_open).await;
    assert_eq!((view.chat_ends, view.clock_ends), (vec![Cause::Silent], vec![Cause::Silent]));
    proxy.set_weather(Weather::Carry { delay: Duration::ZERO });
    let before = view.ticks.len();
    let view = page
        .until("the echo", |view| !view.echoed.is_empty() && view.ticks.len() > before + 5)
        .await;
    assert_eq!(view.echoed, ["into the dark"]);
    assert_is_whole(&view);
}

#[tokio::test]
async fn delay_is_measured_and_borne() {
    let delay = Duration::from_millis(150);
    let server = support::start().await;
    let proxy = Proxy::start(server.address()).await;
    proxy.set_weather(Weather::Carry { delay });
    let mut page = Page::open(proxy.address()).await;
    page.until("an open chat", |view| view.chat_open).await;
    page.say("far away".to_owned()).await;
    let view = page.until("the echo", |view| !view.echoed.is_empty()).await;
    assert!(view.round_trips.iter().all(|round_trip| *round_trip >= delay * 2), "{view:?}");
}

#[tokio::test]
async fn another_server_takes_over_where_the_last_one_left() {
    let first = support::start().await;
    let proxy = Proxy::start(first.address()).await;
    let mut page = Page::open(proxy.address()).await;
    page.until("a tick", |view| view.chat_open && !view.ticks.is_empty()).await;
    let second = support::start().await;
    proxy.set_target(second.address());
    first.stop().await;
    page.say("to whom it may concern".to_owned()).await;
    let view = page.until("the echo", |view| !view.echoed.is_empty() && view.clock_open).await;
    assert!(
        matches!(
            view.chat_ends[..],
            [Cause::Closed { by: Side::Server, code: CloseCode::GOING_AWAY, .. }]
        ),
        "{:?}",
        view.chat_ends
    );
    let ticks = view.ticks.len();
    assert_is_whole(&page.until("the clock to go on", |view| view.ticks.len() > ticks + 1).await);
    assert_eq!(second.info().await.done.echoes, 1);
}

#[tokio::test]
async fn where_no_socket_gets_through_messages_go_by_plain_requests_until_one_lasts() {
    let server = support::start().await;
    let proxy = Proxy::start(server.address()).await;
    proxy.set_weather(Weather::NoSockets);
    let mut page = Page::open(proxy.address()).await;
    for text in ["one", "two"] {
        page.say(text.to_owned()).await;
    }
    let view = page.until("both echoes", |view| view.echoed.len() == 2).await;
    assert_eq!((view.echoed, view.by_post), (vec!["one".to_owned(), "two".to_owned()], 2));
    assert!(view.posting && view.chat_ends.len() >= 3, "{:?}", view.chat_ends);
    proxy.set_weather(Weather::Carry { delay: Duration::ZERO });
    page.want(Intent::Connect(Part::Chat)).await;
    page.until("an open socket", |view| view.chat_open).await;
    page.say("three".to_owned()).await;
    let view = page.until("a socket that lasts", |view| !view.posting).await;
    assert_eq!((view.echoed.len(), view.by_post), (3, 3), "until then messages are posted");
    page.say("four".to_owned()).await;
    let view = page.until("the last echo", |view| view.echoed.len() == 4).await;
    assert_eq!((view.by_post, server.info().await.done.echoes), (3, 4));
}

#[tokio::test]
async fn a_restart_alone_never_turns_the_chat_to_plain_requests() {
    let mut server = support::start().await;
    let proxy = Proxy::start(server.address()).await;
    let mut page = Page::open(proxy.address()).await;
    for restart in 0..5 {
        page.until("an open chat", |view| view.chat_open).await;
        server.stop().await;
        page.until("the end", |view| view.chat_ends.len() > restart).await;
        server = support::start().await;
        proxy.set_target(server.address());
        page.say(restart.to_string()).await;
        let view = page.until("the echo", |view| view.echoed.len() == restart + 1).await;
        assert_eq!((view.posting, view.by_post), (false, 0));
    }
}

#[tokio::test]
async fn the_user_closes_and_nothing_is_left_open() {
    let server = support::start().await;
    let mut page = Page::open(server.address()).await;
    page.until("both halves open", |view| view.chat_open && view.clock_open).await;
    for part in [Part::Chat, Part::Clock] {
        page.want(Intent::Disconnect { part, code: CloseCode(4000), reason: "done".to_owned() })
            .await;
    }
    let view = page
        .until("both ends", |view| !view.chat_ends.is_empty() && !view.clock_ends.is_empty())
        .await;
    let answer =
        Cause::Closed { by: Side::Browser, code: CloseCode(4000), reason: "done".to_owned() };
    assert_eq!((view.chat_ends, view.clock_ends), (vec![answer], vec![Cause::LetGo]));
    server.until_nothing_is_open().await;
}

#[tokio::test]
async fn no_lane_misses_a_tick_over_a_network_that_keeps_cutting() {
    let server = support::start().await;
    let proxy = Proxy::start(server.address()).await;
    let mut page = Page::open(proxy.address()).await;
    page.want(Intent::LanesEvery(Period::Ms100)).await;
    page.want(Intent::AskEvery(Duration::from_millis(100))).await;
    for transport in Transport::ALL {
        page.want(Intent::Connect(Part::Lane(transport))).await;
    }
    for cuts in 1..=4 {
        let ticked = |view: &View| {
            view.lanes.len() == 6 && view.lanes.values().all(|ticks| ticks.len() > cuts * 5)
        };
        assert_is_whole(&page.until("every lane to tick", ticked).await);
        proxy.cut();
    }
    page.until("every lane to come back", |view| view.lanes_open == 6).await;
}

#[tokio::test]
async fn every_lane_goes_on_after_a_clock_that_was_wrong_for_a_while() {
    let wall = Arc::new(SetAhead::default());
    let server = support::start_with(Setup { wall: wall.clone(), ..Setup::default() }).await;
    let mut page = Page::open(server.address()).await;
    page.want(Intent::Every(Period::Ms100)).await;
    page.want(Intent::LanesEvery(Period::Ms100)).await;
    page.want(Intent::AskEvery(Duration::from_millis(100))).await;
    for transport in Transport::ALL {
        page.want(Intent::Connect(Part::Lane(transport))).await;
    }
    let all = |view: &View, holds: &dyn Fn(&[Seq]) -> bool| {
        view.lanes.len() == 6 && view.lanes.values().chain([&view.ticks]).all(|it| holds(it))
    };
    page.until("every lane to tick", |view| all(view, &|ticks| ticks.len() > 3)).await;
    wall.by(Duration::from_secs(864_000));
    let wrong = Period::Ms100.newest_at(wall.now()).minus(10);
    let is_wrong = |ticks: &[Seq]| ticks.last().is_some_and(|last| *last >= wrong);
    page.until("the wrong time everywhere", |view| all(view, &is_wrong)).await;
    wall.by(Duration::ZERO);
    let goes_on = |ticks: &[Seq]| ticks.iter().rev().take(5).all(|seq| *seq < wrong);
    let view = page.until("the right time everywhere", |view| all(view, &goes_on)).await;
    assert_eq!(view.missed, 0);
    for ticks in view.lanes.values().chain([&view.ticks]) {
        let last = &ticks[ticks.len() - 5..];
        assert!(last.windows(2).all(|pair| pair[1] == pair[0].plus(1)), "{last:?}");
    }
}

#[tokio::test]
async fn lanes_that_are_started_and_stopped_leave_nothing_behind() {
    let server = support::start().await;
    let mut page = Page::open(server.address()).await;
    for _ in 0..20 {
        for transport in Transport::ALL {
            page.want(Intent::Connect(Part::Lane(transport))).await;
        }
        page.until("every lane", |view| view.lanes_open == 6).await;
        for transport in Transport::ALL {
            let part = Part::Lane(transport);
            let code = CloseCode::NORMAL;
            page.want(Intent::Disconnect { part, code, reason: String::new() }).await;
        }
        page.until("no lane", |view| view.lanes_open == 0).await;
    }
    drop(page);
    server.until_nothing_is_open().await;
}

/// Every tick was seen once, none was left out, and none was gone for good.
fn assert_is_whole(view: &View) {
    assert_eq!((view.missed, view.gaps), (0, 0));
    for ticks in view.lanes.values().chain([&view.ticks]) {
        assert!(
            ticks.windows(2).all(|pair| matches!(pair, [one, next] if *next == one.plus(1))),
            "{ticks:?}"
        );
    }
}
