//! Time that does not go as expected: sleep, clocks that are set, pages that are put away.

use std::time::Duration;

use echoclock_shared::echo::FromBrowser;
use echoclock_shared::feed::{Item, Period, Seq, Tick};
use echoclock_shared::info::Info;
use echoclock_shared::session::{
    ClockReport, Effect, Event, Finding, Follow, FromClock, Intent, LinkEvent, LinkId, LinkState,
    PageEvent, Part, Target,
};
use echoclock_shared::time::UnixMillis;
use echoclock_shared::transport::Transport;

use crate::table::{Table, clock_reports, info, lost, pong, targets};

/// A tick that is sent live.
fn live(seq: u64) -> LinkEvent {
    let tick = Period::S1.tick(Seq::new(seq));
    let tick = Tick { sent: Some(tick.due), ..tick };
    LinkEvent::Clock(FromClock::Item(Item::Value(tick)))
}

fn cursors(effects: &[Effect]) -> Vec<Option<u64>> {
    let after = |(_, target): (LinkId, Target)| match target {
        Target::Clock { after, .. } => Some(after.map(Seq::get)),
        Target::Echo => None,
    };
    targets(effects).into_iter().filter_map(after).collect()
}

/// A session whose chat and lanes are open, a second after its start.
fn opened_lanes() -> (Table, LinkId, [LinkId; 6]) {
    let mut table = Table::default();
    table.now.wall = UnixMillis::new(1_000_000);
    let chat = table.open_chat();
    table.learn_time();
    let lanes = Transport::ALL.map(|transport| table.connect(Part::Lane(transport)));
    for link in lanes {
        table.link(link, live(table.now.mono.as_secs()));
    }
    (table, chat, lanes)
}

#[test]
fn a_wall_clock_that_is_set_changes_no_count() {
    for wall in [0, 1_000_000 + 3_600_000] {
        let (mut table, chat, lanes) = opened_lanes();
        let seq = table.now.mono.as_secs();
        table.now.wall = UnixMillis::new(wall);
        for step in 1..5 {
            table.pass(Duration::from_secs(1));
            table.link(chat, pong(table.now));
            for link in lanes {
                table.link(link, live(seq + step));
            }
        }
        for transport in Transport::ALL {
            let counts = *table.session.lane(transport).counts();
            assert_eq!((counts.received, counts.late, counts.missed), (5, 0, 0), "{transport}");
        }
        assert!(table.session.server_clock().error_at(table.now.mono).is_some());
    }
}

#[test]
fn after_a_sleep_the_servers_time_is_asked_for_anew() {
    let (mut table, chat, lanes) = opened_lanes();
    // The time that never goes back has stood still, the wall clock has not.
    table.now.wall = table.now.wall.plus(Duration::from_secs(3_600));
    let effects = table.link(lanes[5], live(3_700));
    assert!(effects.contains(&Effect::Probe(Part::Chat, Target::Echo)));
    assert!(effects.contains(&Effect::Send { link: chat, message: FromBrowser::Ping }));
    assert_eq!(table.session.server_clock().error_at(table.now.mono), None);
    let delay =
        |report| if let ClockReport::Ticked { delay, .. } = report { Some(delay) } else { None };
    let delays: Vec<_> = clock_reports(&effects).into_iter().filter_map(delay).collect();
    assert_eq!(delays, [None], "no delay is told by a clock that stood still");
    let effects = table.handle(Event::Woke);
    assert!(!effects.contains(&Effect::Probe(Part::Chat, Target::Echo)), "once does");
}

#[test]
fn where_the_clock_starts_anew_a_time_that_was_wrong_is_asked_for_anew() {
    let ten_days = Duration::from_secs(864_000);
    for (learnt_late, asked) in [(false, 0), (true, 1)] {
        let (mut table, _, lanes) = opened_lanes();
        let seq = table.now.mono.as_secs();
        if learnt_late {
            let now = UnixMillis::default().plus(table.now.mono + ten_days);
            table.find(Finding::Info(Box::new(Info { now, ..*info(None) })));
        }
        let mut probes = 0;
        for link in lanes {
            table.link(link, live(seq + ten_days.as_secs()));
            let gap = LinkEvent::Clock(FromClock::Item(Item::gap(Seq::new(seq))));
            let effects = table.link(link, gap);
            let probe = Effect::Probe(Part::Chat, Target::Echo);
            probes += effects.iter().filter(|effect| **effect == probe).count();
        }
        assert_eq!(probes, asked, "once for all lanes");
        if learnt_late {
            assert_eq!(table.session.server_clock().error_at(table.now.mono), None);
            table.learn_time();
        }
        table.pass(Duration::from_secs(1));
        for link in lanes {
            table.link(link, live(table.now.mono.as_secs()));
        }
        for transport in Transport::ALL {
            assert_eq!(table.session.lane(transport).counts().late, 0, "{transport}");
        }
    }
}

#[test]
fn what_slept_through_its_deadlines_is_taken_up_from_its_cursor() {
    let (mut table, chat, lanes) = opened_lanes();
    let seq = table.now.mono.as_secs();
    table.pass(Duration::from_secs(3_600));
    let effects = table.handle(Event::Woke);
    for link in lanes {
        assert!(effects.contains(&Effect::Drop(link)), "{link:?} was silent");
    }
    assert!(effects.contains(&Effect::Send { link: chat, message: FromBrowser::Ping }));
    table.pass(Duration::from_secs(30));
    let after = cursors(&table.handle(Event::Woke));
    assert_eq!(after, [Some(seq); 6]);
}

#[test]
fn a_timer_that_comes_a_minute_late_costs_nothing() {
    let (mut table, _, lanes) = opened_lanes();
    let seq = table.now.mono.as_secs();
    table.handle(Event::Page(PageEvent::Visible(false)));
    for minute in 1..4 {
        table.pass(Duration::from_secs(60));
        table.handle(Event::Woke);
        for link in lanes {
            table.link(link, live(seq + 60 * minute));
        }
    }
    for transport in Transport::ALL {
        let lane = table.session.lane(transport);
        assert_eq!(lane.link().state(), &LinkState::Resting, "{transport}");
        assert_eq!(lane.counts().missed, 0, "{transport}: late news of a link that was let go");
    }
    let after = cursors(&table.handle(Event::Page(PageEvent::Visible(true))));
    assert_eq!(after, [Some(seq); 6]);
}

#[test]
fn a_page_that_is_left_holds_nothing_and_goes_on_when_it_is_restored() {
    let (mut table, chat, lanes) = opened_lanes();
    let seq = table.now.mono.as_secs();
    table.user(Intent::Say("before".to_owned()));
    table.handle(Event::Page(PageEvent::Visible(false)));
    let effects = table.handle(Event::Page(PageEvent::Left));
    for link in lanes.into_iter().chain([chat]) {
        assert!(effects.contains(&Effect::Drop(link)), "{link:?}");
    }
    assert_eq!(table.session.next_deadline(), None);
    table.pass(Duration::from_secs(600));
    let effects = table.handle(Event::Page(PageEvent::Restored));
    assert_eq!(targets(&effects).len(), 1, "only the chat, while nobody sees the page");
    assert_eq!(table.session.chat().outbox().len(), 1, "what was said waits for its echo");
    let effects = table.handle(Event::Page(PageEvent::Visible(true)));
    assert_eq!(cursors(&effects), [Some(seq); 6]);
}

#[test]
fn a_page_that_is_restored_in_sight_goes_on_at_once() {
    let (mut table, ..) = opened_lanes();
    table.handle(Event::Page(PageEvent::Left));
    let effects = table.handle(Event::Page(PageEvent::Restored));
    assert_eq!(targets(&effects).len(), 7);
}

#[test]
fn what_is_not_wanted_is_not_restored() {
    let mut table = Table::default();
    table.handle(Event::Page(PageEvent::Left));
    assert_eq!(targets(&table.handle(Event::Page(PageEvent::Restored))), []);
    let link = table.connect(Part::Chat);
    table.link(link, lost());
    table.handle(Event::Page(PageEvent::Left));
    assert_eq!(table.session.next_deadline(), None, "no attempt while the page is away");
}

#[test]
fn a_forever_frame_begins_a_new_document_now_and_then() {
    for transport in Transport::ALL {
        let mut table = Table::default();
        let link = table.connect(Part::Lane(transport));
        let mut replaced = None;
        for second in 0..Follow::RECYCLE_AFTER.as_secs() + 2 {
            table.now.mono = Duration::from_secs(second);
            let effects = table.handle(Event::Woke);
            if transport == Transport::Frame && !targets(&effects).is_empty() {
                assert!(effects.contains(&Effect::Drop(link)));
                replaced = Some((second, cursors(&effects)));
                break;
            }
            table.link(link, live(second));
            table.link(link, LinkEvent::Answered);
        }
        let recycled = Follow::RECYCLE_AFTER.as_secs();
        let expected =
            (transport == Transport::Frame).then(|| (recycled, vec![Some(recycled - 1)]));
        assert_eq!(replaced, expected, "{transport}");
        assert_eq!(table.session.lane(transport).counts().missed, 0);
    }
}
