//! The chat: outbox, heartbeat, close.

use echoclock_shared::close::CloseCode;
use echoclock_shared::echo::{Fault, FaultCode, FromBrowser, FromServer};
use echoclock_shared::limits::{OUTBOX_MAX, TEXT_MAX};
use echoclock_shared::session::{
    CannotSay, Cause, Chat, ChatReport, Effect, Intent, Link, LinkEvent, LinkState, Part, Side, Way,
};
use echoclock_shared::time::UnixMillis;
use std::time::Duration;

use crate::table::{Table, closed, echo, hello, key, lost, opened, pong, reports, say, sent};

#[test]
fn what_is_said_while_there_is_no_link_goes_out_in_order_once_there_is() {
    let mut table = Table::default();
    table.user(say("one"));
    let link = table.connect(Part::Chat);
    table.user(say("two"));
    assert_eq!(sent(&table.link(link, hello())), ["one", "two"]);
    assert_eq!(sent(&table.user(say("three"))), ["three"]);
    table.link(link, echo(1, "one"));
    let effects = table.link(link, lost());
    assert!(sent(&effects).is_empty());
    let link = opened(&table.wake());
    assert_eq!(
        sent(&table.link(link, hello())),
        ["two", "three"],
        "what was echoed is not sent again"
    );
}

#[test]
fn an_echo_counts_once_and_only_on_the_link_that_has_the_word() {
    let mut table = Table::default();
    let old = table.open_chat();
    table.user(say("one"));
    table.link(old, lost());
    let link = opened(&table.wake());
    table.link(link, hello());
    assert_eq!(table.link(old, echo(1, "one")), [], "an older link is mute");
    table.pass(Duration::from_millis(12));
    let round_trip = Duration::from_millis(12);
    let received = UnixMillis::default();
    let (text, way) = ("one".to_owned(), Way::Socket);
    let expected = ChatReport::Echoed { key: key(1), text, received, round_trip, way };
    assert_eq!(reports(&table.link(link, echo(1, "one"))), [expected]);
    assert_eq!(reports(&table.link(link, echo(1, "one"))), []);
}

#[test]
fn a_refused_message_leaves_the_outbox() {
    let mut table = Table::default();
    let link = table.open_chat();
    table.user(say("one"));
    let fault = |number| Fault { code: FaultCode::BadField, key: number, message: "no".to_owned() };
    let mut refuse =
        |number| reports(&table.link(link, LinkEvent::Echo(FromServer::Error(fault(number)))));
    assert_eq!(refuse(None), [ChatReport::Complained(fault(None))]);
    assert_eq!(refuse(Some(key(9))), [ChatReport::Complained(fault(Some(key(9))))]);
    assert_eq!(
        refuse(Some(key(1))),
        [ChatReport::Refused { key: key(1), fault: fault(Some(key(1))) }]
    );
    assert!(table.session.chat().outbox().is_empty());
}

#[test]
fn what_can_not_be_said_is_named() {
    let mut table = Table::default();
    for _ in 0..OUTBOX_MAX {
        table.user(say("x"));
    }
    let long = "x".repeat(TEXT_MAX + 1);
    for (text, why) in [
        ("", CannotSay::Empty),
        (long.as_str(), CannotSay::TooLong { bytes: TEXT_MAX + 1 }),
        ("one more", CannotSay::Full),
    ] {
        let expected = ChatReport::NotSaid { text: text.to_owned(), why };
        assert_eq!(reports(&table.user(say(text))), [expected]);
    }
}

#[test]
fn a_new_link_is_asked_for_the_servers_time_a_few_times() {
    let mut table = Table::default();
    let link = table.connect(Part::Chat);
    table.link(link, hello());
    for _ in 1..Chat::SETTLING_PINGS {
        table.link(link, pong(table.now));
        assert_eq!(table.session.next_deadline(), Some(table.now.mono + Chat::SETTLING_PING_AFTER));
        assert_eq!(table.wake(), [Effect::Send { link, message: FromBrowser::Ping }]);
    }
    table.link(link, pong(table.now));
    assert_eq!(table.session.next_deadline(), Some(table.now.mono + Chat::PING_AFTER));
}

#[test]
fn a_silent_socket_is_asked_and_then_let_go() {
    let mut table = Table::default();
    let link = table.open_chat();
    let asked = [Effect::Send { link, message: FromBrowser::Ping }];
    assert_eq!(table.session.next_deadline(), Some(table.now.mono + Chat::PING_AFTER));
    assert_eq!(table.wake(), asked);
    table.link(link, pong(table.now));
    table.user(say("one"));
    assert_eq!(table.session.next_deadline(), Some(table.now.mono + Chat::PING_AFTER_IN_FLIGHT));
    assert_eq!(table.wake(), asked);
    assert_eq!(table.session.next_deadline(), Some(table.now.mono + Chat::PONG_WITHIN));
    assert!(table.wake().contains(&Effect::Drop(link)));
    assert!(matches!(
        table.session.chat().link().state(),
        LinkState::Waiting { last, .. } if last.cause == Cause::Silent
    ));
}

#[test]
fn the_user_closes_with_a_code_and_sees_the_answer() {
    let mut table = Table::default();
    let link = table.open_chat();
    let bye =
        Intent::Disconnect { part: Part::Chat, code: CloseCode(4000), reason: "bye".to_owned() };
    let close = Effect::Close { link, code: CloseCode(4000), reason: "bye".to_owned() };
    assert_eq!(table.user(bye.clone())[0], close);
    assert_eq!(table.user(bye), [], "once is enough");
    let effects = table.link(link, closed(4000, "bye"));
    let cause =
        Cause::Closed { by: Side::Browser, code: CloseCode(4000), reason: "bye".to_owned() };
    assert!(matches!(&reports(&effects)[..], [ChatReport::Ended(ended)] if ended.cause == cause));
    assert_eq!(table.session.next_deadline(), None, "nothing is retried");
}

#[test]
fn a_close_that_is_not_answered_ends_all_the_same() {
    let mut table = Table::default();
    let link = table.open_chat();
    let bye =
        Intent::Disconnect { part: Part::Chat, code: CloseCode::NORMAL, reason: String::new() };
    table.user(bye);
    assert_eq!(table.session.next_deadline(), Some(table.now.mono + Link::CLOSE_WITHIN));
    assert!(table.wake().contains(&Effect::Drop(link)));
    assert!(matches!(
        table.session.chat().link().state(),
        LinkState::Idle { last: Some(last) } if last.cause == Cause::CloseUnanswered
    ));
}
