//! The chat by plain requests: when it goes over, what goes by them, and when it comes back.

use echoclock_shared::close::CloseCode;
use echoclock_shared::echo::{Fault, FaultCode, FromServer};
use echoclock_shared::info::{Info, Opening};
use echoclock_shared::problem::Problem;
use echoclock_shared::session::{
    Cause, ChatReport, Effect, Event, Finding, Garbled, Intent, Link, LinkEvent, LinkId, PageEvent,
    Part, Posting, PostingEnd, Probed, Side, Stranger, Target, Trouble, Way,
};
use echoclock_shared::time::UnixMillis;
use std::time::Duration;

use crate::table::{
    Table, closed, echo, hello, info, key, lost, opened, pong, posted, reports, say, sent, targets,
};

const PROBE: Effect = Effect::Probe(Part::Chat, Target::Echo);

fn works() -> Finding {
    let now = UnixMillis::new(3_600_000);
    Finding::Info(Box::new(Info { now, ..*info(None) }))
}

fn is_on(table: &Table) -> bool {
    table.session.chat().posting().is_on()
}

/// A chat whose sockets have failed often enough; its last effects.
fn gone_over(table: &mut Table) -> Vec<Effect> {
    let mut link = table.connect(Part::Chat);
    for _ in 1..Posting::STRIKES {
        table.link(link, lost());
        table.find(works());
        link = opened(&table.wake());
    }
    table.link(link, lost());
    table.find(works())
}

/// Lets time pass until a socket is opened, and has the server greet on it.
fn socket_opens(table: &mut Table) -> LinkId {
    loop {
        if let [(link, _)] = targets(&table.wake())[..] {
            table.link(link, hello());
            return link;
        }
    }
}

#[test]
fn the_chat_goes_over_after_sockets_in_a_row_that_could_not_be_opened_or_did_not_last() {
    for ends in [
        |_: &mut Table, _: LinkId| {},
        |table: &mut Table, link: LinkId| {
            table.link(link, hello());
            table.pass(Duration::from_secs(2));
            table.link(link, pong(table.now));
        },
    ] {
        let mut table = Table::default();
        table.user(say("one"));
        let mut link = table.connect(Part::Chat);
        for strike in 1..=Posting::STRIKES {
            ends(&mut table, link);
            assert!(table.link(link, lost()).contains(&PROBE), "the end is looked into");
            assert!(!is_on(&table));
            let effects = table.find(works());
            assert_eq!(is_on(&table), strike == Posting::STRIKES);
            if is_on(&table) {
                assert_eq!(reports(&effects)[0], ChatReport::PostingBegun);
                assert!(matches!(&posted(&effects)[..], [(_, text)] if text == "one"));
                return;
            }
            link = opened(&table.wake());
        }
    }
}

#[test]
fn an_opening_that_arrives_as_one_that_opens_nothing_is_proof_enough() {
    let no_upgrade = |version: &str| Trouble::NoUpgrade(version.to_owned());
    for (version, upgrade, found) in [
        ("HTTP/1.0", false, no_upgrade("HTTP/1.0")),
        ("HTTP/1.1", false, no_upgrade("HTTP/1.1")),
        ("HTTP/1.0", true, Trouble::OldHttp),
        ("HTTP/1.1", true, Trouble::OnlyPlainRequests),
        ("HTTP/2.0", true, Trouble::OnlyPlainRequests),
    ] {
        let is_proof = found != Trouble::OnlyPlainRequests;
        let mut table = Table::default();
        table.user(say("one"));
        let link = table.connect(Part::Chat);
        table.link(link, lost());
        let opening = Some(Opening { http_version: version.to_owned(), upgrade });
        let Finding::Info(info) = works() else { panic!("the server answers") };
        let effects = table.find(Finding::Info(Box::new(Info { opening, ..*info })));
        assert_eq!(is_on(&table), is_proof, "{version} {upgrade}");
        assert_eq!(posted(&effects).len(), usize::from(is_proof));
        let trouble = table.session.chat().link().trouble().cloned();
        assert_eq!(trouble, Some(found));
    }
}

#[test]
fn a_socket_that_lasted_or_a_server_that_ended_it_or_is_gone_or_refuses_starts_the_count_over() {
    let draining = Finding::Info(Box::new(Info { draining: true, ..*info(None) }));
    let now = UnixMillis::new(10_000);
    let just_started = Finding::Info(Box::new(Info { now, started: now, ..*info(None) }));
    for finding in [
        Finding::Unreachable,
        Finding::NotOurs(Stranger { status: 502, media_type: String::new() }),
        Finding::Info(info(Some("this origin may not connect"))),
        draining,
        just_started,
    ] {
        let mut table = Table::default();
        let mut link = table.connect(Part::Chat);
        for _ in 0..3 {
            for _ in 1..Posting::STRIKES {
                table.link(link, lost());
                table.find(works());
                link = opened(&table.wake());
            }
            table.pass(Duration::from_millis(1));
            table.link(link, lost());
            table.find(finding.clone());
            link = opened(&table.wake());
        }
        assert!(!is_on(&table), "{finding:?}");
    }
    let mut table = Table::default();
    let mut link = table.connect(Part::Chat);
    for _ in 0..2 * Posting::STRIKES {
        table.link(link, hello());
        table.pass(Link::LASTED);
        table.link(link, lost());
        table.find(works());
        link = opened(&table.wake());
    }
    assert!(!is_on(&table));
}

#[test]
fn what_was_asked_before_the_socket_ended_says_nothing_of_it() {
    let mut table = Table::default();
    let mut link = table.connect(Part::Chat);
    for _ in 0..2 * Posting::STRIKES {
        let asked = table.now.mono;
        table.pass(Duration::from_millis(1));
        table.link(link, lost());
        table.handle(Event::Probed(Probed { part: Part::Chat, asked, finding: works() }));
        link = opened(&table.wake());
    }
    assert!(!is_on(&table));
}

#[test]
fn an_open_socket_keeps_what_it_carries() {
    let mut table = Table::default();
    let mut link = table.connect(Part::Chat);
    for _ in 1..Posting::STRIKES {
        table.link(link, lost());
        table.find(works());
        link = opened(&table.wake());
    }
    table.link(link, lost());
    let link = opened(&table.wake());
    table.link(link, hello());
    assert_eq!(sent(&table.user(say("one"))), ["one"]);
    table.find(works());
    assert!(!is_on(&table), "it may last");
    table.link(link, lost());
    assert!(matches!(&posted(&table.find(works()))[..], [(_, text)] if text == "one"));
}

#[test]
fn messages_go_one_at_a_time_and_in_order() {
    let mut table = Table::default();
    assert!(posted(&gone_over(&mut table)).is_empty());
    let [(first, _)] = posted(&table.user(say("one")))[..] else { panic!("it goes at once") };
    assert!(posted(&table.user(say("two"))).is_empty(), "one at a time");
    table.pass(Duration::from_millis(40));
    let effects = table.link(first, echo(1, "one"));
    let (received, round_trip) = (Default::default(), Duration::from_millis(40));
    let (text, way) = ("one".to_owned(), Way::Post);
    assert_eq!(
        reports(&effects),
        [
            ChatReport::Echoed { key: key(1), text, received, round_trip, way },
            ChatReport::Sent { key: key(2) }
        ]
    );
    assert_eq!(effects[0], Effect::Drop(first));
    let [(second, _)] = posted(&effects)[..] else { panic!("the next one goes") };
    assert_eq!(table.link(first, echo(2, "two")), [], "an older request is mute");
    let fault = Fault { code: FaultCode::TextTooLong, key: None, message: "no".to_owned() };
    let effects = table.link(second, LinkEvent::Echo(FromServer::Error(fault.clone())));
    let refused = ChatReport::Refused { key: key(2), fault: Fault { key: Some(key(2)), ..fault } };
    assert_eq!(reports(&effects), [refused], "the answer is to that message");
    assert!(table.session.chat().outbox().is_empty());
}

#[test]
fn a_message_without_an_answer_goes_again_after_a_while() {
    let unfit = || LinkEvent::Echo(FromServer::Pong { now: Default::default() });
    for (event, dropped) in [
        (lost(), false),
        (LinkEvent::Impossible("no address".to_owned()), false),
        (unfit(), true),
        (echo(9, "another"), true),
        (LinkEvent::Garbled(Garbled::Unreadable("noise".to_owned())), true),
    ] {
        let mut table = Table::default();
        gone_over(&mut table);
        let [(post, _)] = posted(&table.user(say("one")))[..] else { panic!("it goes at once") };
        let effects = table.link(post, event.clone());
        assert!(effects.contains(&PROBE), "{event:?} is looked into");
        assert_eq!(effects.contains(&Effect::Drop(post)), dropped, "{event:?}");
        assert_eq!(table.session.chat().posting().failures(), 1);
        table.find(works());
        assert!(matches!(&posted(&table.wake())[..], [(_, text)] if text == "one"), "{event:?}");
    }
}

#[test]
fn an_answer_that_does_not_come_is_given_up() {
    let mut table = Table::default();
    gone_over(&mut table);
    let link = socket_opens(&mut table);
    let [(post, _)] = posted(&table.user(say("one")))[..] else { panic!("it goes at once") };
    let due = table.now.mono + Posting::ANSWER_WITHIN;
    table.link(link, lost());
    while table.session.next_deadline().is_some_and(|next| next < due) {
        if let [(link, _)] = targets(&table.wake())[..] {
            table.link(link, lost());
        }
    }
    let effects = table.wake();
    assert_eq!(table.now.mono, due);
    assert!(effects.contains(&Effect::Drop(post)) && effects.contains(&PROBE), "{effects:?}");
}

#[test]
fn the_chat_comes_back_to_a_socket_that_has_lasted() {
    let mut table = Table::default();
    gone_over(&mut table);
    let link = socket_opens(&mut table);
    let lasts_at = table.now.mono + Link::LASTED;
    table.link(link, pong(table.now));
    table.wake();
    let [(post, _)] = posted(&table.user(say("one")))[..] else { panic!("it is posted still") };
    let effects = loop {
        assert!(is_on(&table));
        if table.now.mono >= lasts_at {
            break table.link(link, pong(table.now));
        }
        table.link(link, pong(table.now));
        table.wake();
    };
    assert_eq!(table.now.mono, lasts_at, "it is asked for a sign of life just then");
    assert!(
        reports(&effects).starts_with(&[ChatReport::PostingEnded(PostingEnd::SocketLasts)]),
        "{effects:?}"
    );
    assert!(effects.contains(&Effect::Drop(post)), "{effects:?}");
    assert_eq!(sent(&effects), ["one"]);
    assert!(!is_on(&table));
    table.link(link, lost());
    table.find(works());
    assert!(!is_on(&table), "a socket has lasted since, so the count starts over");
}

#[test]
fn a_socket_that_dies_again_changes_nothing() {
    let mut table = Table::default();
    gone_over(&mut table);
    for _ in 0..3 {
        let link = socket_opens(&mut table);
        assert!(sent(&table.user(say("x"))).is_empty());
        table.link(link, lost());
        table.find(works());
        assert!(is_on(&table));
    }
}

#[test]
fn where_nothing_answers_the_chat_waits_and_needs_one_more_socket_only_to_go_over_again() {
    let mut table = Table::default();
    gone_over(&mut table);
    let [(post, _)] = posted(&table.user(say("one")))[..] else { panic!("it goes at once") };
    table.link(post, lost());
    let effects = table.find(Finding::Unreachable);
    assert_eq!(reports(&effects), [ChatReport::PostingEnded(PostingEnd::NoAnswer)]);
    assert!(!is_on(&table));
    let link = opened(&table.wake());
    table.link(link, lost());
    assert!(posted(&table.find(Finding::Unreachable)).is_empty());
    let link = opened(&table.wake());
    assert!(posted(&table.link(link, lost())).is_empty(), "a socket is tried first");
    assert!(matches!(&posted(&table.find(works()))[..], [(_, text)] if text == "one"));
}

#[test]
fn a_message_that_the_server_refuses_for_the_moment_goes_once_more_after_a_while() {
    let mut table = Table::default();
    gone_over(&mut table);
    let [(mut post, _)] = posted(&table.user(say("one")))[..] else { panic!("it goes at once") };
    let problem = Problem {
        title: "Too Many Requests".to_owned(),
        status: 429,
        detail: "wait a moment".to_owned(),
        parameter: None,
    };
    let mut pauses = vec![];
    for failures in 1..4 {
        let effects = table.link(post, LinkEvent::Refused(problem.clone()));
        assert!(!effects.contains(&PROBE), "it is asked too much already");
        assert!(reports(&effects).is_empty() && posted(&effects).is_empty(), "{effects:?}");
        assert!(is_on(&table), "it answers");
        let posting = table.session.chat().posting();
        assert_eq!((posting.failures(), posting.refusal()), (failures, Some(&problem)));
        let began = table.now.mono;
        post = loop {
            if let [(post, _)] = posted(&table.wake())[..] {
                break post;
            }
        };
        pauses.push(table.now.mono - began);
    }
    assert!(pauses.is_sorted() && pauses[0] < pauses[2], "{pauses:?}");
    table.link(post, echo(1, "one"));
    let posting = table.session.chat().posting();
    assert_eq!((posting.failures(), posting.refusal()), (0, None));
    // No answer at all is told as that.
    let [(post, _)] = posted(&table.user(say("two")))[..] else { panic!("it goes at once") };
    table.link(post, LinkEvent::Refused(problem));
    let [(post, _)] = posted(&table.user(Intent::Connect(Part::Chat)))[..] else { panic!("again") };
    assert!(table.link(post, lost()).contains(&PROBE));
    assert_eq!(table.session.chat().posting().refusal(), None);
}

#[test]
fn where_only_the_trial_socket_answers_it_takes_the_messages() {
    let mut table = Table::default();
    gone_over(&mut table);
    socket_opens(&mut table);
    let [(post, _)] = posted(&table.user(say("one")))[..] else { panic!("it goes at once") };
    table.link(post, lost());
    assert_eq!(sent(&table.find(Finding::Unreachable)), ["one"]);
}

#[test]
fn a_page_that_is_left_posts_nothing_and_tries_a_socket_first_when_it_is_back() {
    let mut table = Table::default();
    gone_over(&mut table);
    let [(post, _)] = posted(&table.user(say("one")))[..] else { panic!("it goes at once") };
    let effects = table.handle(Event::Page(PageEvent::Left));
    assert!(effects.contains(&Effect::Drop(post)), "{effects:?}");
    assert!(posted(&table.find(works())).is_empty());
    let effects = table.handle(Event::Page(PageEvent::Restored));
    assert!(posted(&effects).is_empty());
    table.link(opened(&effects), lost());
    assert!(matches!(&posted(&table.find(works()))[..], [(_, text)] if text == "one"));
}

#[test]
fn a_hint_of_the_browser_or_the_user_cuts_both_waits_short() {
    for event in [Event::Page(PageEvent::Visible(true)), Event::User(Intent::Connect(Part::Chat))] {
        let mut table = Table::default();
        gone_over(&mut table);
        let [(post, _)] = posted(&table.user(say("one")))[..] else { panic!("it goes at once") };
        table.link(post, lost());
        let effects = table.handle(event);
        assert_eq!((targets(&effects).len(), posted(&effects).len()), (1, 1));
    }
}

#[test]
fn the_users_goodbye_ends_both_ways() {
    for opens in [false, true] {
        let mut table = Table::default();
        gone_over(&mut table);
        let link = opens.then(|| socket_opens(&mut table));
        let [(post, _)] = posted(&table.user(say("one")))[..] else { panic!("it goes at once") };
        let (code, reason) = (CloseCode::NORMAL, String::new());
        let effects = table.user(Intent::Disconnect { part: Part::Chat, code, reason });
        assert!(effects.contains(&Effect::Drop(post)), "{effects:?}");
        assert!(reports(&effects).contains(&ChatReport::PostingEnded(PostingEnd::Stopped)));
        if let Some(link) = link {
            let effects = table.link(link, closed(1000, ""));
            assert!(matches!(&reports(&effects)[..], [ChatReport::Ended(ended)]
                if matches!(ended.cause, Cause::Closed { by: Side::Browser, .. })));
        }
        assert_eq!(table.session.next_deadline(), None, "nothing is tried any more");
        assert!(posted(&table.find(works())).is_empty());
        assert!(posted(&table.user(say("two"))).is_empty());
    }
}
