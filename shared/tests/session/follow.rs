//! The clock: cursor, counts, silence, rest.

use echoclock_shared::feed::{Item, Period, Seq, Tick};
use echoclock_shared::problem::Problem;
use echoclock_shared::session::{
    Cause, ClockReport, Effect, Event, Finding, Follow, FromClock, Intent, LinkEvent, LinkState,
    PageEvent, Part, Probed,
};
use std::time::Duration;

use crate::table::{Table, clock_reports, clock_target, info, lost, opened, targets};

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
fn a_gap_that_leads_back_is_followed_and_nothing_after_it_is_a_repeat() {
    for (after, oldest) in [(864_010, 14), (14, 14), (14, 1), (14, 0)] {
        let mut table = Table::default();
        let link = table.open_clock();
        table.tick(link, after);
        let gap = LinkEvent::Clock(FromClock::Item(Item::gap(Seq::new(oldest))));
        let told = clock_reports(&table.link(link, gap));
        let (after, at) = (Seq::new(after), Seq::new(oldest));
        assert_eq!(told, [ClockReport::StartedAnew { after, oldest: at }]);
        for seq in oldest..oldest + 3 {
            let told = clock_reports(&table.tick(link, seq));
            assert!(matches!(told[..], [ClockReport::Ticked { .. }]), "{seq} of {told:?}");
        }
        let counts = table.session.clock().counts();
        assert_eq!(
            (counts.received, counts.missed, counts.repeated, counts.gaps),
            (4, 0, 0, 1),
            "after {after}"
        );
        table.link(link, lost());
        assert_eq!(targets(&table.wake())[0].1, clock_target(Period::S1, Some(oldest + 2)));
    }
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
    let target = |after| clock_target(Period::S1, after);
    let effects = table.wake();
    assert_eq!(targets(&effects)[0].1, target(Some(10)));
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
    let effects = table.wake();
    assert_eq!(targets(&effects)[0].1, target(None));
    table.tick(opened(&effects), 3);
    let counts = table.session.clock().counts();
    assert_eq!((counts.received, counts.repeated, counts.gaps), (2, 0, 1));
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
    let after = Some(9 + Follow::REST_AFTER.as_secs());
    assert_eq!(targets(&effects)[0].1, clock_target(Period::S1, after));
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
        assert_eq!(targets(&effects)[0].1, clock_target(every, None));
        assert_eq!(table.session.clock().counts().received, 0);
    }
}
