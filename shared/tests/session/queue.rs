//! Requests that queue in the browser, for want of a connection.

use std::time::Duration;

use echoclock_shared::echo::FromBrowser;
use echoclock_shared::session::{
    Effect, Event, Finding, Intent, Link, LinkEvent, LinkId, LinkState, PageEvent, Part, Probed,
    Target, Trouble,
};
use echoclock_shared::transport::Transport;

use crate::table::{Table, connect_time, info, pong, targets};

const OVER_HTTP: [Transport; 5] =
    [Transport::Poll, Transport::LongPoll, Transport::Stream, Transport::Frame, Transport::Events];

/// Wakes the session for as long, the chat's server answering every ping or not at all.
fn run(table: &mut Table, chat: LinkId, long: Duration, answers: bool) -> Vec<Effect> {
    let end = table.now.mono + long;
    let mut all = Vec::new();
    while let Some(deadline) = table.session.next_deadline().filter(|at| *at <= end) {
        table.now.mono = deadline;
        let effects = table.handle(Event::Woke);
        if answers && effects.contains(&Effect::Send { link: chat, message: FromBrowser::Ping }) {
            all.extend(table.link(chat, pong(table.now)));
        }
        all.extend(effects);
    }
    table.now.mono = end;
    all
}

fn trouble(table: &Table, transport: Transport) -> Option<Trouble> {
    table.session.lane(transport).link().trouble().cloned()
}

fn answered(table: &mut Table, finding: Finding) -> Vec<Effect> {
    let part = Part::Lane(Transport::Events);
    table.handle(Event::Probed(Probed { part, asked: table.now.mono, finding }))
}

#[test]
fn a_request_that_waits_while_the_socket_answers_queues() {
    for transport in OVER_HTTP {
        let mut table = Table::default();
        let chat = table.open_chat();
        table.pass(Duration::from_millis(500));
        let link = table.connect(Part::Lane(transport));
        let effects = run(&mut table, chat, Duration::from_secs(60), true);
        assert_eq!(trouble(&table, transport), Some(Trouble::Queued), "{transport}");
        assert!(effects.contains(&Effect::TellTabs), "{transport}");
        let plain = Effect::Probe(Part::Lane(transport), Target::Echo);
        assert!(effects.contains(&plain), "{transport}: it was asked whether plain requests wait");
        assert!(!effects.contains(&Effect::Drop(link)), "{transport} keeps its place");
        assert!(!answered(&mut table, Finding::Unreachable).contains(&Effect::TellTabs));
        table.link(link, LinkEvent::Begun);
        assert_eq!(trouble(&table, transport), None, "{transport} is on its way");
    }
}

#[test]
fn it_is_noticed_within_four_seconds() {
    let mut table = Table::default();
    let chat = table.open_chat();
    table.connect(Part::Lane(Transport::Events));
    run(&mut table, chat, Duration::from_secs(2), true);
    assert_eq!(trouble(&table, Transport::Events), None);
    run(&mut table, chat, Duration::from_secs(2), true);
    assert_eq!(trouble(&table, Transport::Events), Some(Trouble::Queued));
}

#[test]
fn a_dead_network_is_no_queue() {
    let mut table = Table::default();
    let chat = table.open_chat();
    let link = table.connect(Part::Lane(Transport::Stream));
    let effects = run(&mut table, chat, Link::HELLO_WITHIN, false);
    assert!(effects.contains(&Effect::Drop(link)), "nothing answers at all");
    assert!(!effects.contains(&Effect::TellTabs));
}

#[test]
fn what_is_held_back_on_the_way_does_not_queue() {
    let mut table = Table::default();
    let chat = table.open_chat();
    table.pass(Duration::from_millis(500));
    let link = table.connect(Part::Lane(Transport::Events));
    run(&mut table, chat, Duration::from_millis(2_100), true);
    answered(&mut table, Finding::Info(info(None)));
    assert_eq!(trouble(&table, Transport::Events), Some(Trouble::OnlyPlainRequests));
    let effects = run(&mut table, chat, Link::HELLO_WITHIN, true);
    assert!(effects.contains(&Effect::Drop(link)), "it is given up as ever");
    assert_ne!(trouble(&table, Transport::Events), Some(Trouble::Queued));
}

#[test]
fn a_poll_may_come_to_queue_later() {
    let mut table = Table::default();
    let chat = table.open_chat();
    let link = table.connect(Part::Lane(Transport::Poll));
    table.link(link, LinkEvent::Answered);
    let effects = run(&mut table, chat, Duration::from_secs(30), true);
    assert_eq!(trouble(&table, Transport::Poll), Some(Trouble::Queued));
    assert!(!effects.contains(&Effect::Drop(link)), "the question stands");
    table.link(link, LinkEvent::Answered);
    assert_eq!(trouble(&table, Transport::Poll), None);
}

#[test]
fn a_hidden_page_makes_room_for_other_tabs_at_once() {
    let mut table = Table::default();
    table.open_chat();
    for transport in Transport::ALL {
        let link = table.connect(Part::Lane(transport));
        table.link(link, connect_time());
    }
    let told = table.handle(Event::Page(PageEvent::OtherTabQueues));
    assert!(!told.iter().any(|effect| matches!(effect, Effect::Drop(_))), "it is looked at");
    table.handle(Event::Page(PageEvent::Visible(false)));
    table.handle(Event::Page(PageEvent::OtherTabQueues));
    for transport in Transport::ALL {
        let state = table.session.lane(transport).link().state();
        let rests = matches!(state, LinkState::Resting);
        assert_eq!(rests, transport != Transport::Socket, "{transport}");
    }
    let effects = table.handle(Event::Page(PageEvent::Visible(true)));
    assert_eq!(targets(&effects).len(), OVER_HTTP.len());
}

#[test]
fn what_rests_does_not_queue() {
    let mut table = Table::default();
    let chat = table.open_chat();
    table.connect(Part::Lane(Transport::Stream));
    run(&mut table, chat, Duration::from_secs(10), true);
    assert_eq!(trouble(&table, Transport::Stream), Some(Trouble::Queued));
    table.handle(Event::Page(PageEvent::Visible(false)));
    table.handle(Event::Page(PageEvent::OtherTabQueues));
    assert_eq!(trouble(&table, Transport::Stream), None);
}

#[test]
fn a_lane_that_queues_can_be_stopped() {
    let mut table = Table::default();
    let chat = table.open_chat();
    let link = table.connect(Part::Lane(Transport::Frame));
    run(&mut table, chat, Duration::from_secs(20), true);
    let (part, code, reason) =
        (Part::Lane(Transport::Frame), echoclock_shared::close::CloseCode::NORMAL, String::new());
    let effects = table.user(Intent::Disconnect { part, code, reason });
    assert!(effects.contains(&Effect::Drop(link)));
    assert_eq!(trouble(&table, Transport::Frame), None);
}
