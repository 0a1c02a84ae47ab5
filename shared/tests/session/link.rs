//! Links of either half: attempts, waits, endings, explanations.

use echoclock_shared::echo::FromBrowser;
use echoclock_shared::feed::Period;
use echoclock_shared::problem::Problem;
use echoclock_shared::session::{
    ChatReport, Effect, Event, Finding, Intent, Link, LinkEvent, LinkState, PageEvent, Part,
    Probed, Stranger, Target, Trouble,
};

use crate::table::{Table, clock_target, closed, hello, info, lost, opened, reports, targets};

fn stranger() -> Stranger {
    Stranger { status: 404, media_type: "text/html".to_owned() }
}

#[test]
fn a_link_is_open_with_the_servers_first_message() {
    let mut table = Table::default();
    let link = table.connect(Part::Chat);
    assert!(matches!(table.session.chat().link().state(), LinkState::Connecting { .. }));
    let effects = table.link(link, hello());
    assert!(table.session.chat().link().open().is_some());
    assert_eq!(reports(&effects), [ChatReport::Opened { instance: "a".to_owned() }]);
    assert!(
        effects.contains(&Effect::Send { link, message: FromBrowser::Ping }),
        "the server's time is asked"
    );
}

#[test]
fn an_end_decides_what_comes_next() {
    let ended_by = |event| {
        let mut table = Table::default();
        let link = table.open_chat();
        table.link(link, event);
        matches!(table.session.chat().link().state(), LinkState::Waiting { .. })
    };
    for (event, retries) in [
        (lost(), true),
        (closed(1001, "stops"), true),
        (closed(1008, "no"), true),
        (LinkEvent::Impossible("no such address".to_owned()), false),
    ] {
        assert_eq!(ended_by(event.clone()), retries, "{event:?}");
    }
}

#[test]
fn an_attempt_without_a_hello_is_given_up_and_looked_into() {
    for (part, target) in
        [(Part::Chat, Target::Echo), (Part::Clock, clock_target(Period::S1, None))]
    {
        let mut table = Table::default();
        let link = table.connect(part);
        let mut effects = Vec::new();
        while !effects.contains(&Effect::Drop(link)) {
            effects = table.wake();
        }
        assert_eq!(table.now.mono, Link::HELLO_WITHIN);
        assert_eq!(effects[..2], [Effect::Drop(link), Effect::Probe(part, target)]);
    }
}

#[test]
fn waits_start_over_only_after_a_link_that_lasted() {
    let mut table = Table::default();
    let mut link = table.open_chat();
    for failures in 1..4 {
        table.link(link, lost());
        assert_eq!(table.session.chat().link().failures(), failures);
        link = opened(&table.wake());
        table.link(link, hello());
    }
    table.pass(Link::LASTED);
    table.link(link, lost());
    assert_eq!(table.session.chat().link().failures(), 1);
}

#[test]
fn the_browsers_hints_and_the_users_wish_cut_a_wait_short() {
    for event in [
        Event::Page(PageEvent::Online(true)),
        Event::Page(PageEvent::Visible(true)),
        Event::User(Intent::Connect(Part::Chat)),
    ] {
        let mut table = Table::default();
        let link = table.open_chat();
        table.link(link, lost());
        assert_eq!(targets(&table.handle(event)).len(), 1);
    }
    let mut table = Table::default();
    let link = table.open_chat();
    table.handle(Event::Page(PageEvent::Online(false)));
    assert!(table.session.chat().link().is(link), "offline is a hint");
    assert!(table.session.seems_offline());
}

#[test]
fn trouble_is_explained_by_what_a_plain_request_finds() {
    let problem = Problem {
        title: String::new(),
        status: 400,
        detail: String::new(),
        parameter: Some("every".to_owned()),
    };
    for (finding, trouble) in [
        (Finding::Unreachable, Trouble::Unreachable),
        (
            Finding::Problem(Problem {
                title: String::new(),
                status: 403,
                detail: "origin".to_owned(),
                parameter: Some("Origin".to_owned()),
            }),
            Trouble::Refused("origin".to_owned()),
        ),
        (Finding::NotOurs(stranger()), Trouble::NotOurs(stranger())),
        (Finding::Info(info(None)), Trouble::OnlyPlainRequests),
        (Finding::Info(info(Some("origin"))), Trouble::Refused("origin".to_owned())),
        (Finding::Problem(problem.clone()), Trouble::Problem(problem)),
    ] {
        let mut table = Table::default();
        let link = table.connect(Part::Chat);
        table.link(link, lost());
        let probed = Probed { part: Part::Chat, asked: table.now.mono, finding };
        table.handle(Event::Probed(probed));
        assert_eq!(table.session.chat().link().trouble(), Some(&trouble));
        let link = opened(&table.wake());
        table.link(link, hello());
        assert_eq!(table.session.chat().link().trouble(), None, "an open link has no trouble");
    }
}

#[test]
fn another_server_is_tried_only_where_a_link_is_wanted() {
    let mut table = Table::default();
    assert!(targets(&table.user(Intent::Readdress)).is_empty());
    let link = table.connect(Part::Chat);
    table.link(link, LinkEvent::Impossible("bad address".to_owned()));
    assert_eq!(targets(&table.user(Intent::Readdress)).len(), 1, "a better address is tried");
}

#[test]
fn targets_are_relative_to_the_api() {
    for (target, below_api) in [
        (Target::Echo, "echo"),
        (clock_target(Period::S1, None), "clock/events?every=1s"),
        (clock_target(Period::Ms100, Some(5)), "clock/events?every=100ms&after=5"),
    ] {
        assert_eq!(target.below_api(), below_api);
    }
}
