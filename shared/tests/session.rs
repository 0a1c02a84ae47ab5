//! What the session decides, one situation at a time.

use std::time::Duration;

use echoclock_shared::close::CloseCode;
use echoclock_shared::echo::{Fault, FaultCode, FromBrowser, FromServer, SendKey};
use echoclock_shared::feed::{ConnectTime, Item, Period, Seq, Tick};
use echoclock_shared::info::{Done, Info, Open, Seen, Verdict};
use echoclock_shared::limits::{OUTBOX_MAX, TEXT_MAX};
use echoclock_shared::problem::Problem;
use echoclock_shared::session::{
    CannotSay, Cause, Chat, ChatReport, ClockReport, CloseReport, Effect, Event, Finding, Follow,
    FromClock, Intent, Link, LinkEvent, LinkId, LinkState, Moment, PageEvent, Part, Probed, Report,
    Session, Side, Target, Trouble,
};
use echoclock_shared::time::UnixMillis;

/// A session at a table: time stands still until it is told to pass.
#[derive(Default)]
struct Table {
    session: Session,
    now: Moment,
}

impl Table {
    fn handle(&mut self, event: Event) -> Vec<Effect> {
        self.session.handle(event, &self.now)
    }

    fn pass(&mut self, time: Duration) {
        self.now.mono += time;
    }

    /// Lets time pass until the session wants to be woken, and wakes it.
    fn wake(&mut self) -> Vec<Effect> {
        self.now.mono = self.session.next_deadline().expect("there is a deadline");
        self.handle(Event::Woke)
    }

    fn user(&mut self, intent: Intent) -> Vec<Effect> {
        self.handle(Event::User(intent))
    }

    fn connect(&mut self, part: Part) -> LinkId {
        opened(&self.user(Intent::Connect(part)))
    }

    fn link(&mut self, link: LinkId, event: LinkEvent) -> Vec<Effect> {
        self.handle(Event::Link(link, event))
    }

    fn open_chat(&mut self) -> LinkId {
        let link = self.connect(Part::Chat);
        self.link(link, hello());
        for _ in 1..Chat::SETTLING_PINGS {
            self.link(link, pong(self.now));
            self.wake();
        }
        self.link(link, pong(self.now));
        link
    }

    fn open_clock(&mut self) -> LinkId {
        let link = self.connect(Part::Clock);
        self.link(link, connect_time());
        link
    }

    fn tick(&mut self, link: LinkId, seq: u64) -> Vec<Effect> {
        let tick = Period::S1.tick(Seq::new(seq));
        self.link(link, LinkEvent::Clock(FromClock::Item(Item::Value(tick))))
    }
}

fn hello() -> LinkEvent {
    LinkEvent::Echo(FromServer::Hello {
        instance: "a".to_owned(),
        version: String::new(),
        now: UnixMillis::default(),
    })
}

fn pong(now: Moment) -> LinkEvent {
    LinkEvent::Echo(FromServer::Pong { now: UnixMillis::default().plus(now.mono) })
}

fn connect_time() -> LinkEvent {
    let hello =
        ConnectTime { now: UnixMillis::default(), instance: "a".to_owned(), every: Period::S1 };
    LinkEvent::Clock(FromClock::Hello(hello))
}

fn closed(code: u16, reason: &str) -> LinkEvent {
    LinkEvent::Closed(CloseReport { code: CloseCode(code), reason: reason.to_owned(), clean: true })
}

fn lost() -> LinkEvent {
    LinkEvent::Closed(CloseReport::lost())
}

fn say(text: &str) -> Intent {
    Intent::Say(text.to_owned())
}

fn key(key: u64) -> SendKey {
    SendKey::new(key).expect("a small key")
}

fn echo(number: u64, text: &str) -> LinkEvent {
    LinkEvent::Echo(FromServer::Echo {
        key: key(number),
        text: text.to_owned(),
        received: UnixMillis::default(),
    })
}

fn opened(effects: &[Effect]) -> LinkId {
    targets(effects).first().expect("a link is opened").0
}

fn targets(effects: &[Effect]) -> Vec<(LinkId, Target)> {
    let open = |effect: &Effect| {
        if let Effect::Open { link, target } = effect { Some((*link, *target)) } else { None }
    };
    effects.iter().filter_map(open).collect()
}

fn sent(effects: &[Effect]) -> Vec<String> {
    let text = |effect: &Effect| {
        if let Effect::Send { message: FromBrowser::Say { text, .. }, .. } = effect {
            Some(text.clone())
        } else {
            None
        }
    };
    effects.iter().filter_map(text).collect()
}

fn reports(effects: &[Effect]) -> Vec<ChatReport> {
    let chat = |effect: &Effect| {
        if let Effect::Report(Report::Chat(report)) = effect { Some(report.clone()) } else { None }
    };
    effects.iter().filter_map(chat).collect()
}

fn clock_reports(effects: &[Effect]) -> Vec<ClockReport> {
    let clock = |effect: &Effect| {
        if let Effect::Report(Report::Clock(report)) = effect { Some(report.clone()) } else { None }
    };
    effects.iter().filter_map(clock).collect()
}

fn info(refused: Option<&str>) -> Box<Info> {
    Box::new(Info {
        version: String::new(),
        instance: "a".to_owned(),
        now: UnixMillis::new(1_000),
        started: UnixMillis::default(),
        draining: false,
        socket: Verdict { allowed: refused.is_none(), reason: refused.map(ToOwned::to_owned) },
        open: Open::default(),
        done: Done::default(),
        request: Seen::default(),
    })
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
    let expected = ChatReport::Echoed { key: key(1), text: "one".to_owned(), received, round_trip };
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
fn an_attempt_without_a_hello_is_given_up_and_looked_into() {
    for (part, target) in [
        (Part::Chat, Target::Echo),
        (Part::Clock, Target::Clock { every: Period::S1, after: None }),
    ] {
        let mut table = Table::default();
        let link = table.connect(part);
        assert_eq!(table.session.next_deadline(), Some(Link::HELLO_WITHIN));
        let effects = table.wake();
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
        (Finding::NotOurs("404".to_owned()), Trouble::NotOurs("404".to_owned())),
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
fn ticks_are_counted_by_their_place() {
    let mut table = Table::default();
    let link = table.open_clock();
    for seq in [10, 11, 11, 9, 14] {
        table.tick(link, seq);
    }
    let counts = table.session.clock().counts();
    assert_eq!((counts.received, counts.repeated, counts.missed), (3, 2, 2));
    assert_eq!(table.session.clock().cursor(), Some(Seq::new(14)));
}

#[test]
fn a_gap_is_told_and_not_counted_as_missed() {
    let mut table = Table::default();
    let link = table.open_clock();
    table.tick(link, 10);
    let gap = LinkEvent::Clock(FromClock::Item(Item::gap(Seq::new(20))));
    let told = clock_reports(&table.link(link, gap));
    assert_eq!(told, [ClockReport::Gap { oldest: Seq::new(20), lost: Some(9) }]);
    table.tick(link, 20);
    let counts = table.session.clock().counts();
    assert_eq!((counts.received, counts.missed, counts.gaps), (2, 0, 1));
}

#[test]
fn late_is_more_than_a_period_after_due_on_the_servers_time_and_only_live() {
    let mut table = Table::default();
    let link = table.open_clock();
    let probed =
        Probed { part: Part::Clock, asked: Duration::ZERO, finding: Finding::Info(info(None)) };
    table.handle(Event::Probed(probed));
    for (seq, passed, sent, late) in
        [(1, 500, true, 0), (2, 900, true, 0), (3, 2_000, false, 0), (4, 2_000, true, 1)]
    {
        table.now.mono = Duration::from_millis(seq * 1_000 - 1_000 + passed);
        let tick = Period::S1.tick(Seq::new(seq));
        let tick = Tick { sent: sent.then_some(tick.due), ..tick };
        table.link(link, LinkEvent::Clock(FromClock::Item(Item::Value(tick))));
        assert_eq!(table.session.clock().counts().late, late, "tick {seq}");
    }
}

#[test]
fn the_clock_resumes_after_its_cursor_and_gives_up_one_that_is_refused() {
    let mut table = Table::default();
    let link = table.open_clock();
    table.tick(link, 10);
    table.link(link, lost());
    let target = |after| Target::Clock { every: Period::S1, after };
    let effects = table.wake();
    assert_eq!(targets(&effects)[0].1, target(Some(Seq::new(10))));
    table.link(opened(&effects), lost());
    let problem = Problem {
        title: String::new(),
        status: 400,
        detail: String::new(),
        parameter: Some("after".to_owned()),
    };
    let finding = Finding::Problem(problem);
    let told =
        table.handle(Event::Probed(Probed { part: Part::Clock, asked: table.now.mono, finding }));
    assert_eq!(clock_reports(&told), [ClockReport::CursorRefused { after: Seq::new(10) }]);
    assert_eq!(targets(&table.wake())[0].1, target(None));
}

#[test]
fn a_silent_stream_is_let_go() {
    for (period, silence) in [(Period::Ms100, 5_100), (Period::S1, 6_000), (Period::S60, 20_000)] {
        let mut table = Table::default();
        table.user(Intent::Every(period));
        table.open_clock();
        assert_eq!(table.session.next_deadline(), Some(Duration::from_millis(silence)), "{period}");
        table.wake();
        assert!(matches!(
            table.session.clock().link().state(),
            LinkState::Waiting { last, .. } if last.cause == Cause::Silent
        ));
    }
}

#[test]
fn a_hidden_page_lets_its_stream_go_and_resumes_when_seen() {
    let mut table = Table::default();
    let link = table.open_clock();
    table.tick(link, 10);
    table.handle(Event::Page(PageEvent::Visible(false)));
    for second in 1..Follow::REST_AFTER.as_secs() {
        table.now.mono = Duration::from_secs(second);
        table.tick(link, 10 + second);
    }
    table.now.mono = Follow::REST_AFTER;
    assert!(table.handle(Event::Woke).contains(&Effect::Drop(link)));
    assert_eq!(table.session.clock().link().state(), &LinkState::Resting);
    assert_eq!(table.session.next_deadline(), None);
    let effects = table.handle(Event::Page(PageEvent::Visible(true)));
    let after = Some(Seq::new(9 + Follow::REST_AFTER.as_secs()));
    assert_eq!(targets(&effects)[0].1, Target::Clock { every: Period::S1, after });
}

#[test]
fn another_period_or_server_starts_from_its_newest_item() {
    for intent in [Intent::Every(Period::S5), Intent::Readdress] {
        let mut table = Table::default();
        let link = table.open_clock();
        table.tick(link, 10);
        let effects = table.user(intent);
        assert!(effects.contains(&Effect::Drop(link)));
        let every = table.session.clock().period();
        assert_eq!(targets(&effects)[0].1, Target::Clock { every, after: None });
        assert_eq!(table.session.clock().counts().received, 0);
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
        (Target::Clock { every: Period::S1, after: None }, "clock/events?every=1s"),
        (
            Target::Clock { every: Period::Ms100, after: Some(Seq::new(5)) },
            "clock/events?every=100ms&after=5",
        ),
    ] {
        assert_eq!(target.below_api(), below_api);
    }
}
